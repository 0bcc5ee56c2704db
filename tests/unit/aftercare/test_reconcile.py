"""Each kind of difference planted and found, and the sums that prove that nothing was passed over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scanrefund.aftercare.matching_rules import Matched, OurRefund, OurSale, counted_fen
from scanrefund.errors import UsageFault
from scanrefund.ledger.bookings import BOOKED
from scanrefund.ledger.found import Found
from scanrefund.model.bill import BillAnswer, BillLook
from scanrefund.model.bill_line import BillLine, LineKind, LineState
from scanrefund.model.difference import DifferenceKind, Side, side_of
from scanrefund.model.money import Money
from scanrefund.model.order import OrderState
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import OPEN, RefundState
from scanrefund.model.wallet import Wallet
from scanrefund.say.catalogue import LANGUAGES, Catalogue
from tests.unit.aftercare import bills
from tests.unit.aftercare.bills import DAY, Row
from tests.unit.aftercare.books import K, Shop
from tests.unit.builders import NOW


def test_a_day_that_agrees_has_no_difference(shop: Shop) -> None:
    shop.sell("A1")
    shop.sell("B1", wallet=Wallet.ALIPAY)
    rows = {}
    for order_id, wallet in (("A1", Wallet.WECHAT), ("B1", Wallet.ALIPAY)):
        rows[wallet] = (Row(order_id, 1_000), Row(order_id, 300, shop.refund(order_id)))
        shop.bill_of(wallet, *rows[wallet])
    done, found = shop.reconciled()
    assert found == []
    for scope in done.scopes:
        assert (scope.look, scope.lines) == (BillLook.FETCHED, 2)
        assert (scope.sums[Side.REFUNDS].theirs_fen, scope.sums[Side.REFUNDS].ours_fen) == (300, 300)
        assert scope.sums[Side.SALES].ours_fen == 1_000


def test_an_empty_day_is_compared_and_a_bill_that_is_not_there_is_not(shop: Shop) -> None:
    shop.sell("A1")
    refund_id = shop.refund("A1")
    shop.gateways[Wallet.ALIPAY].bills[DAY] = BillAnswer(BillLook.NOT_READY, code="BILL_NOT_EXIST")
    done, found = shop.reconciled()
    assert [(scope.look, scope.was_compared) for scope in done.scopes] == [
        (BillLook.EMPTY, True),
        (BillLook.NOT_READY, False),
    ]
    assert [(one.kind, one.refund_id) for one in found] == [
        (K.REFUND_MISSING, refund_id),
        (K.SALE_MISSING, ""),
    ]


SOLD = Row("A1", 1_000)


NEXT_DAY = NOW + timedelta(hours=7)


def refunded(shop: Shop, fen: int = 300, state: str = "SUCCESS", **how: Any) -> list[Row]:
    """The sale, and a refund of 3.00 in our books as the bill tells it."""
    return [SOLD, Row("A1", fen, shop.refund("A1", **how), state=state)]


def booked_alone(shop: Shop) -> list[Row]:
    shop.refund("A1")
    return [SOLD]


def told_twice(shop: Shop) -> list[Row]:
    sold, back = refunded(shop)
    return [sold, back, back]


def another_sale(shop: Shop, **how: Any) -> list[Row]:
    shop.sell("A2", **how)
    return [SOLD, Row("A2", 1_000)]


# What the bill tells then, and the sum that must be found.
PLANTED: dict[DifferenceKind, tuple[Callable[[Shop], list[Row]], int]] = {
    K.REFUND_NOT_OURS: (lambda _: [SOLD, Row("A1", 200, "OTHER_1")], 200),
    K.REFUND_OF_UNKNOWN_ORDER: (lambda _: [SOLD, Row("Z9", 200, "OTHER_1")], 200),
    K.REFUND_MISSING: (booked_alone, -300),
    K.AMOUNT_DIFFERS: (lambda shop: refunded(shop, 250), -50),
    K.OURS_OPEN: (lambda shop: refunded(shop, outcome=Outcome.UNKNOWN), 300),
    K.OURS_CLOSED: (lambda shop: refunded(shop, outcome=Outcome.CLOSED), 300),
    K.THEIRS_FAILED: (lambda shop: refunded(shop, state="FAIL"), -300),
    K.DAY_DIFFERS: (lambda shop: refunded(shop, at=NEXT_DAY), 300),
    K.COUNTED_TWICE: (told_twice, 300),
    K.SALE_UNKNOWN: (lambda _: [SOLD, Row("Z9", 700)], 700),
    K.SALE_MISSING: (lambda _: [], -1_000),
    K.SALE_AMOUNT_DIFFERS: (lambda _: [Row("A1", 1_100)], 100),
    K.SALE_OURS_UNPAID: (lambda shop: another_sale(shop, state=OrderState.UNPAID, paid_at=None), 1_000),
    K.SALE_DAY_DIFFERS: (lambda shop: another_sale(shop, paid_at=NEXT_DAY), 1_000),
    K.SALE_COUNTED_TWICE: (lambda _: [SOLD, SOLD], 1_000),
    K.FEE: (lambda _: [Row("A1", 1_000, fee="0.06400")], 6),
}


def test_every_kind_is_planted_here_or_in_the_till() -> None:
    assert {kind for kind in K if not kind.startswith("till_")} == set(PLANTED)


@pytest.mark.parametrize("kind", PLANTED, ids=str)
def test_each_kind_is_found_alone_and_nothing_is_changed(shop: Shop, kind: DifferenceKind) -> None:
    shop.sell("A1")
    plant, fen = PLANTED[kind]
    shop.bill_of(Wallet.WECHAT, *plant(shop))
    before = shop.ledger.refunds()
    assert shop.found(wallet=Wallet.WECHAT) == [(kind.value, fen)]
    assert shop.ledger.refunds() == before


def test_the_states_that_a_bill_never_tells_anew_are_no_difference(shop: Shop) -> None:
    """A bill shows how a refund stood when it was made: ours has gone on since."""
    shop.sell("A1")
    refund_id = shop.refund("A1")
    for state in ("PROCESSING", "CHANGE", "SUCCESS"):
        shop.bill_of(Wallet.WECHAT, Row("A1", 1_000), Row("A1", 300, refund_id, state=state))
        assert shop.found(wallet=Wallet.WECHAT) == []


def test_a_refund_on_its_way_here_that_the_bill_calls_done_is_to_be_asked_for(shop: Shop) -> None:
    shop.sell("A1")
    refund_id = shop.refund("A1", outcome=Outcome.PROCESSING)
    shop.bill_of(Wallet.WECHAT, Row("A1", 1_000), Row("A1", 300, refund_id))
    assert shop.found(wallet=Wallet.WECHAT) == [("ours_open", 0)]


def test_what_failed_there_and_closed_here_is_the_same(shop: Shop) -> None:
    shop.sell("A1")
    refund_id = shop.refund("A1", outcome=Outcome.CLOSED)
    shop.bill_of(Wallet.WECHAT, Row("A1", 1_000), Row("A1", 300, refund_id, state="FAIL"))
    assert shop.found(wallet=Wallet.WECHAT) == []


def test_a_refund_that_was_found_at_the_wallet_is_of_the_day_the_bill_says(shop: Shop) -> None:
    shop.sell("A1")
    Found(shop.ledger).record_external("A1", "OTHER_1", Money(200), NOW + timedelta(days=3))
    shop.bill_of(Wallet.WECHAT, Row("A1", 1_000), Row("A1", 200, "OTHER_1"))
    done, found = shop.reconciled(wallet=Wallet.WECHAT)
    assert found == []
    assert done.scopes[0].sums[Side.REFUNDS].ours_fen == 200


def test_our_number_for_another_order_is_not_our_refund(shop: Shop) -> None:
    shop.sell("A1")
    shop.sell("A2", paid_at=NOW - timedelta(days=9))
    refund_id = shop.refund("A1")
    shop.bill_of(Wallet.WECHAT, Row("A1", 1_000), Row("A2", 300, refund_id))
    assert shop.found(wallet=Wallet.WECHAT) == [("refund_not_ours", 300), ("refund_missing", -300)]


def test_a_number_with_the_form_of_a_payment_code_is_masked(shop: Shop) -> None:
    digits = "134500000000000042"
    shop.bill_of(Wallet.WECHAT, Row(digits, 1_000), Row(digits, 100, digits))
    found = shop.reconciled(wallet=Wallet.WECHAT)[1]
    assert len(found) == 2
    assert digits not in repr(found)


def test_what_another_days_bill_tells_is_not_missing(shop: Shop) -> None:
    shop.sell("A2")
    shop.bill_of(Wallet.WECHAT)
    late = shop.refund("A2", at=NOW)
    shop.bill_of(Wallet.WECHAT, Row("A2", 1_000), Row("A2", 300, late), day=DAY - timedelta(days=1))
    found = shop.reconciled(wallet=Wallet.WECHAT)[1]
    assert [(one.kind, one.amount_fen, one.day) for one in found] == [
        (K.DAY_DIFFERS, -300, DAY - timedelta(days=1)),
        (K.SALE_DAY_DIFFERS, -1_000, DAY - timedelta(days=1)),
    ]


def test_a_bill_of_refunds_alone_says_nothing_of_sales(shop: Shop, tmp_path: Path) -> None:
    shop.sell("A1")
    shop.sell("A2")
    path = tmp_path / "refunds.csv"
    path.write_text(bills.wechat([Row("A1", 300, shop.refund("A1"))], bills.REFUND_ONLY), "utf-8")
    done, found = shop.reconciled(bills=[path])
    assert found == []
    assert Side.SALES not in done.scopes[0].sums


def test_files_are_compared_without_asking_any_wallet(shop: Shop, tmp_path: Path) -> None:
    shop.sell("A1")
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    paths[0].write_text(bills.wechat([], day=DAY), "utf-8")
    paths[1].write_text(bills.alipay([], day=DAY), "gbk")
    for gateway in shop.gateways.values():
        gateway.bill = None  # type: ignore[assignment,method-assign]
    done, found = shop.reconciled(bills=paths)
    assert [scope.wallet for scope in done.scopes] == [Wallet.WECHAT, Wallet.ALIPAY]
    assert [one.kind for one in found] == [K.SALE_MISSING]
    with pytest.raises(UsageFault) as caught:
        shop.reconciled(bills=[paths[0], paths[0]])
    assert caught.value.code == "bill_twice"


def test_a_bill_that_cannot_be_read_was_not_had(shop: Shop) -> None:
    text = bills.wechat([Row("A1", 1_000)]).rsplit("总交易单数", 1)[0]
    shop.gateways[Wallet.WECHAT].bills[DAY] = BillAnswer(BillLook.FETCHED, (text,))
    done, found = shop.reconciled(wallet=Wallet.WECHAT)
    assert [(one.look, one.code) for one in done.scopes] == [(BillLook.NOT_FETCHED, "bill_cut")]
    assert found == []


def test_a_day_that_is_not_over_in_beijing_is_refused(shop: Shop) -> None:
    shop.time.at = NOW + timedelta(hours=5)
    with pytest.raises(UsageFault) as caught:
        shop.reconciled()
    assert caught.value.code == "day_not_over"
    shop.time.at = NOW + timedelta(hours=6)
    assert shop.found() == []


def every_pair() -> Iterator[tuple[BillLine, OurRefund]]:
    for state in LineState:
        for ours in RefundState:
            for day in (DAY, DAY + timedelta(days=1)):
                for fen in (300, 250):
                    line = BillLine(2, LineKind.REFUND, "A1", "42", fen, "R1", "50", state)
                    yield line, OurRefund("R1", "A1", 300, ours, ours in BOOKED, day, DAY)


def test_whatever_stands_beside_what_the_differences_explain_the_sums() -> None:
    rules = Matched(Wallet.WECHAT, DAY)
    for line, ours in every_pair():
        ours_fen = ours.amount_fen if ours.is_booked and ours.day == DAY else 0
        found = list(rules.refund(line, ours, knows_order=True))
        assert sum(one.amount_fen for one in found) == counted_fen(line) - ours_fen
        assert {one.side for one in found} <= {Side.REFUNDS}
        if ours.state in OPEN and not ours.is_booked:
            assert K.OURS_OPEN in {one.kind for one in found}
    for fen in (300, 250):
        for day in (DAY, None, DAY + timedelta(days=1)):
            sale = BillLine(2, LineKind.SALE, "A1", "42", fen)
            ours_fen = 300 if day == DAY else 0
            found = list(rules.sale(sale, OurSale("A1", 300, day)))
            assert sum(one.amount_fen for one in found) == fen - ours_fen


def test_every_kind_has_a_name_and_a_proposal_in_every_language() -> None:
    for language in LANGUAGES:
        texts = Catalogue.load(language).texts
        for kind in K:
            assert texts[f"difference.{kind.value}.name"]
            assert texts[f"difference.{kind.value}.proposal"]
        assert all(f"side.{side.value}.name" in texts for side in Side)
        assert all(f"bill_look.{look.value}.name" in texts for look in BillLook)
    assert {side_of(kind) for kind in K} == set(Side)
