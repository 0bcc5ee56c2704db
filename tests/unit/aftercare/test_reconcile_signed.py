"""A day that was compared is signed, once, with what it was."""

from __future__ import annotations

import pytest

from scanrefund.aftercare.reconcile_words import ReconcileWords
from scanrefund.aftercare.signing import Signing
from scanrefund.errors import UsageFault
from scanrefund.ledger.sign_offs import SignOffs
from scanrefund.model.bill import BillAnswer, BillLook
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.reading import BEIJING
from tests.unit.aftercare.bills import DAY, Row
from tests.unit.aftercare.books import Shop


def signing(shop: Shop) -> Signing:
    return Signing(SignOffs(shop.ledger), shop.time.clock)


def sign(shop: Shop, by: str) -> list[str]:
    with shop.reconciler.reconcile(DAY) as done:
        return [one.scope for one in signing(shop).sign(done, by)]


def test_a_day_is_signed_once_and_other_content_is_said(shop: Shop) -> None:
    shop.sell("A1")
    shop.bill_of(Wallet.WECHAT, Row("A1", 1_000))
    assert sign(shop, "s2") == ["wechat", "alipay"]
    assert sign(shop, "s9") == []
    shop.bill_of(Wallet.WECHAT, Row("A1", 1_000), Row("A1", 200, "OTHER_1"))
    with pytest.raises(UsageFault) as caught:
        sign(shop, "s2")
    assert caught.value.code == "day_signed"
    with shop.reconciler.reconcile(DAY) as done:
        signed = signing(shop).signed(done)
    assert {name: (one.is_same, one.sign_off.signed_by) for name, one in signed.items()} == {
        "wechat": (False, "s2"),
        "alipay": (True, "s2"),
    }
    entries = SignOffs(shop.ledger).of_day(DAY)
    assert len(entries["wechat"].bill_sha256) == 64
    assert shop.ledger.first_broken_entry() is None


def test_paper_tells_when_on_the_clock_of_its_days(shop: Shop) -> None:
    sign(shop, "s2")
    words = ReconcileWords("en", rehearsal=False)
    at = shop.time.clock.now().astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
    assert at in words.made_at(shop.time.clock.now())
    with shop.reconciler.reconcile(DAY) as done:
        told = words.signatures(signing(shop).signed(done))
    assert [at in line for line in told] == [True, True]


def test_a_bill_fetched_again_with_its_lines_in_another_order_is_the_same_content(shop: Shop) -> None:
    shop.sell("A1")
    shop.sell("A2")
    shop.bill_of(Wallet.WECHAT, Row("A1", 1_000), Row("A2", 1_000))
    sign(shop, "s2")
    shop.bill_of(Wallet.WECHAT, Row("A2", 1_000), Row("A1", 1_000))
    assert sign(shop, "s2") == []
    shop.sell("A3")
    with pytest.raises(UsageFault):
        sign(shop, "s2")


def test_a_day_whose_bill_is_missing_is_not_signed(shop: Shop) -> None:
    shop.gateways[Wallet.ALIPAY].bills[DAY] = BillAnswer(BillLook.NOT_READY)
    with pytest.raises(UsageFault) as caught:
        sign(shop, "s2")
    assert (caught.value.code, caught.value.details["scopes"]) == ("day_not_signable", "alipay")
    assert SignOffs(shop.ledger).of_day(DAY) == {}
