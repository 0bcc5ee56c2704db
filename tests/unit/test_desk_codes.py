"""What opens a refund at the desk: a living code, its payer's where the shop asks, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scanrefund.aftercare.receipt import Receipt
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.outcome import PayerAnswer, PayerLook
from scanrefund.model.refund import RefundState
from scanrefund.model.refusal import Reason
from scanrefund.model.shown import Source
from scanrefund.model.slip import Slip
from scanrefund.scan.identify import identify
from tests.unit.builders import (
    KEYS,
    LIMITS,
    NOW,
    a_reading,
    shown_code,
    wallet_order,
)
from tests.unit.shopfloor import OTHER_DIGITS, Shopfloor, entries


@pytest.fixture
def shop(ledger: Ledger) -> Shopfloor:
    return Shopfloor(ledger)


def test_a_code_proves_one_presence(shop: Shopfloor) -> None:
    first = shop.refund()
    second = shop.refund(1_000)
    assert second.reason is Reason.CODE_SEEN_BEFORE
    assert first.refund_id is not None
    assert first.refund_id in entries(shop.ledger)[-1][1]


def test_a_code_ages_while_a_clerk_thinks(shop: Shopfloor) -> None:
    wish = shop.wish()
    shop.time.forward(61)
    assert shop.desk.refund(wish).reason is Reason.CODE_EXPIRED


def test_a_code_ages_from_its_first_sight_at_any_counter(shop: Shopfloor) -> None:
    shop.desk.see(shop.wish().reading)
    other = Shopfloor(shop.ledger)
    other.time.forward(61)
    assert other.refund().reason is Reason.CODE_EXPIRED


def test_two_codes_in_view_are_refused(shop: Shopfloor) -> None:
    both = a_reading(shown_code(), rivals=(shown_code(OTHER_DIGITS),))
    assert shop.refund(reading=both).reason is Reason.CODES_CONFLICT


def test_a_picture_counts_where_the_shop_says_so(ledger: Ledger) -> None:
    picture = a_reading(source=Source.PICTURE, taken_at=NOW - timedelta(seconds=30))
    strict = Shopfloor(ledger, replace(LIMITS, picture_may_refund=False))
    assert strict.refund(reading=picture).reason is Reason.CODE_REQUIRED
    assert Shopfloor(ledger).refund(reading=picture).state is RefundState.SUCCEEDED


def test_no_code_is_enough_only_where_the_shop_says_so(ledger: Ledger) -> None:
    assert Shopfloor(ledger).refund(reading=None).reason is Reason.CODE_REQUIRED
    lenient = Shopfloor(ledger, replace(LIMITS, code_required=False))
    assert lenient.refund(reading=None).state is RefundState.SUCCEEDED


PAYER = replace(LIMITS, payer_match=True)


def matched(ledger: Ledger, payer: PayerAnswer, order_payer: str = "o-1") -> tuple[Shopfloor, Receipt]:
    """A shop that asks for the payer; the wallet names `order_payer` for the order."""
    shop = Shopfloor(ledger, PAYER)
    shop.wallet.order_answer = wallet_order(payer_id=order_payer)
    shop.wallet.payer_answer = payer
    return shop, shop.refund()


def test_the_payers_own_code_opens_the_refund(ledger: Ledger) -> None:
    shop, receipt = matched(ledger, PayerAnswer(PayerLook.FOUND, "o-1"))
    assert (receipt.state, shop.wallet.codes_asked) == (RefundState.SUCCEEDED, 1)


def test_somebody_elses_code_is_refused_and_nothing_is_sent(ledger: Ledger) -> None:
    shop, receipt = matched(ledger, PayerAnswer(PayerLook.FOUND, "o-2"))
    assert receipt.reason is Reason.PAYER_MISMATCH
    assert shop.wallet.trips == []
    assert "o-2" not in repr(receipt) + repr(entries(ledger))


def test_a_code_that_the_wallet_refuses_is_no_living_code(ledger: Ledger) -> None:
    shop, receipt = matched(ledger, PayerAnswer(PayerLook.CODE_REFUSED, code="AUTH_CODE_INVALID"))
    assert receipt.reason is Reason.CODE_EXPIRED
    assert "living" in receipt.say_clerk
    assert shop.wallet.trips == []


@pytest.mark.parametrize("look", [PayerLook.NOT_ASKED, PayerLook.NOT_OFFERED])
def test_where_the_payer_cannot_be_told_the_other_rules_decide(ledger: Ledger, look: PayerLook) -> None:
    assert matched(ledger, PayerAnswer(look))[1].state is RefundState.SUCCEEDED


def test_without_the_orders_payer_the_code_is_not_spent(ledger: Ledger) -> None:
    shop, receipt = matched(ledger, PayerAnswer(PayerLook.FOUND, "o-2"), order_payer="")
    assert (receipt.state, shop.wallet.codes_asked) == (RefundState.SUCCEEDED, 0)


def test_the_code_is_not_spent_on_a_refund_that_is_refused_anyway_nor_on_a_dry_run(ledger: Ledger) -> None:
    shop = Shopfloor(ledger, PAYER)
    shop.wallet.order_answer = wallet_order(payer_id="o-1")
    assert shop.refund(amount_fen=99_999_999).reason is not None
    shop.desk.rehearse(shop.wish())
    assert shop.wallet.codes_asked == 0


def test_nobody_is_asked_for_the_payer_unless_the_shop_wants_it(shop: Shopfloor) -> None:
    shop.wallet.order_answer = wallet_order(payer_id="o-1")
    assert shop.refund().state is RefundState.SUCCEEDED
    assert shop.wallet.codes_asked == 0


@pytest.mark.parametrize(("signed_here", "kind"), [(True, "our_slip"), (False, "forged_slip")])
def test_a_slip_shown_for_a_refund_is_named_and_refused(
    shop: Shopfloor, signed_here: bool, kind: str
) -> None:
    number = "SRT_S1_0123456789abcdef0123_01"
    signature = KEYS.slip_signature(number) if signed_here else "0" * 12
    slip = a_reading(identify(Slip(number, signature).text), taken_at=shop.time.at)
    receipt = shop.refund(reading=slip)
    assert (receipt.reason, receipt.state) == (Reason.NOT_A_PAYMENT_CODE, None)
    assert number in receipt.say_clerk
    assert ("was not made here" in receipt.say_clerk) is not signed_here
    [told] = [
        verdict.refusal
        for verdict in shop.desk.rehearse(shop.wish(reading=slip))
        if verdict.refusal and verdict.refusal.reason is Reason.NOT_A_PAYMENT_CODE
    ]
    assert told.detail["kind"] == kind
