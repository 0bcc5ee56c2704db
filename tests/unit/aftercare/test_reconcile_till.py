"""The till's export beside our books: every kind of difference, and an export that is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanrefund.errors import UsageFault
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.found import Found
from scanrefund.model.money import Money
from scanrefund.model.outcome import Outcome
from scanrefund.model.wallet import Wallet
from tests.unit.aftercare.bills import Row
from tests.unit.aftercare.books import AFTER, Shop
from tests.unit.builders import NOW

TILL = "order_id,kind,amount_fen,clerk\n"


def test_the_till_is_compared_by_order(shop: Shop, tmp_path: Path) -> None:
    for order_id in ("A1", "A2", "A3", "A4", "A5"):
        shop.sell(order_id, wallet=Wallet.ALIPAY if order_id == "A2" else Wallet.WECHAT)
    for order_id in ("A1", "A2", "A3"):
        shop.refund(order_id)
    closed = shop.refund("A5", outcome=Outcome.CLOSED)
    ByHand(shop.ledger).pay_other_way(closed, Hand("Chen", "cash"), NOW)
    lines = ["A1,sale,1000,", "A2,sale,900,", "A3,sale,1000,", "Z9,sale,50,", "A5,sale,1000,"]
    lines += ["A1,refund,100,", "A1,refund,200,", "A2,refund,250,", "A4,refund,70,", "A5,refund,300,=x"]
    path = tmp_path / "till.csv"
    path.write_text(TILL + "\n".join(lines) + "\n", encoding="utf-8")
    done, found = shop.reconciled(wallet=Wallet.ALIPAY, till=path)
    assert sorted((one.kind.value, one.order_id, one.amount_fen) for one in found if not one.wallet) == [
        ("till_refund_differs", "A2", -50),
        ("till_refund_missing", "A3", -300),
        ("till_refund_unknown", "A4", 70),
        ("till_sale_differs", "A2", -100),
        ("till_sale_missing", "A4", -1_000),
        ("till_sale_unknown", "Z9", 50),
    ]
    assert (done.scopes[-1].name, done.scopes[-1].lines) == ("till", 10)


@pytest.mark.parametrize("told_fen", [200, 150])
def test_what_only_the_wallet_knows_the_day_of_is_the_tills_on_that_day(
    shop: Shop, tmp_path: Path, told_fen: int
) -> None:
    for order_id, wallet in (("A1", Wallet.WECHAT), ("A2", Wallet.ALIPAY), ("A3", Wallet.WECHAT)):
        shop.sell(order_id, wallet=wallet)
        Found(shop.ledger).record_external(order_id, f"OTHER_{order_id}", Money(200), AFTER)
    shop.bill_of(Wallet.WECHAT, Row("A1", 1_000), Row("A1", 200, "OTHER_A1"), Row("A3", 1_000))
    shop.bill_of(Wallet.ALIPAY, Row("A2", 1_000), Row("A2", 200, "OTHER_A2"))
    path = tmp_path / "till.csv"
    refunds = [f"A1,refund,{told_fen},", "A2,refund,200,"]
    path.write_text(TILL + "\n".join(["A1,sale,1000,", "A2,sale,1000,", "A3,sale,1000,", *refunds]) + "\n")
    found = [(one.kind.value, one.amount_fen) for one in shop.reconciled(till=path)[1] if not one.wallet]
    assert found == ([("till_refund_differs", -50)] if told_fen == 150 else [])


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (TILL + "A1,sale,1.5,\n", "bill_broken", 2),
        (TILL + "A1,sale,10,\nA1,gift,10,\n", "bill_broken", 3),
        (TILL + "A 1,sale,10,\n", "bill_broken", 2),
        ("order_id,amount_fen\n", "till_lacks_columns", None),
        (TILL + 'A1,"sale,10,\n', "till_not_csv", None),
    ],
)
def test_a_broken_export_of_the_till_is_refused(
    shop: Shop, tmp_path: Path, text: str, code: str, line: int | None
) -> None:
    path = tmp_path / "till.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageFault) as caught:
        shop.reconciled(till=path)
    assert (caught.value.code, caught.value.details.get("line")) == (code, line)
