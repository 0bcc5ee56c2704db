"""What the supervisor decides: release, close, cancel, pay another way, thaw; with a name and a reason."""

from __future__ import annotations

from typing import Final

from scanrefund.aftercare.receipt import Receipt, Writer
from scanrefund.dispatch.clock import Clock
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.errors import UsageFault
from scanrefund.ledger.by_hand import PROOF_AFTER, PROOF_ASKS, ByHand, Hand
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.other_way import IN_CASH, Method, NoOtherWay, OtherWay, holds_card, other_way_of
from scanrefund.model.refund import Refund, RefundState
from scanrefund.model.wallet import Wallet, safe_number
from scanrefund.say.causes import cause_of_refund

# What the tables hold of a name, and what somebody reads of a reason.
BY_CHARS_MAX: Final = 64
WHY_CHARS_MAX: Final = 300
# More refunds than any shop has open at a time.
LOOK_MAX: Final = 10_000
# What speaks against releasing one refund and says nothing of the next.
_ONLY_THIS_ONE: Final = frozenset(
    {
        "own_refund",
        "refund_not_held",
        "refund_under_way",
        "release_over_order",
        "release_while_behind",
        "release_while_on_hold",
    }
)
_NO_WAY: Final = {
    "cash": "way_cash_with_bank",
    "reference": "way_reference_wrong",
    "card": "way_reference_is_card",
    "last_four": "way_last_four_wrong",
}
HELD_SHORT: Final = "refund.held_balance_short"


class SupervisorDesk:
    """Build with `assemble.open_house`. Every method raises UsageFault when the rules do not allow it."""

    def __init__(self, ledger: Ledger, dispatcher: Dispatcher, clock: Clock, writer: Writer) -> None:
        self._ledger = ledger
        self._by_hand = ByHand(ledger)
        self._dispatcher = dispatcher
        self._clock = clock
        self._writer = writer

    def release(self, refund_id: str, hand: Hand) -> Receipt:
        """Let a held refund go on under the same number, and make its next trip."""
        released = self._by_hand.release(refund_id, signed(hand), self._clock.now())
        return self._receipt(self._dispatcher.dispatch(released))

    def release_short(self, hand: Hand) -> list[Receipt]:
        """Let every refund go on that is held because the wallet's balance is short, the oldest first.

        One that is held again for the same cause ends it for its wallet: the balance is still short. What the
        rules forbid for one refund stays held.
        """
        held = [
            one for one in reversed(self._ledger.refunds(open_only=True, limit=LOOK_MAX)) if _is_short(one)
        ]
        still_short: set[Wallet] = set()
        receipts = []
        for refund in held:
            if refund.wallet in still_short:
                continue
            try:
                released = self._by_hand.release(refund.refund_id, signed(hand), self._clock.now())
            except UsageFault as fault:
                if fault.code not in _ONLY_THIS_ONE:
                    raise
                continue
            after = self._dispatcher.dispatch(released)
            if _is_short(after):
                still_short.add(after.wallet)
            receipts.append(self._receipt(after))
        return receipts

    def close(self, refund_id: str, hand: Hand) -> Receipt:
        """Close a held refund by proof; the wallet is asked now as often as the proof still needs.

        Where the wallet turns out to know the refund, the receipt says where it is, and nothing is closed.
        """
        by_name = signed(hand)
        refund = self._late_enough(self._held(refund_id))
        for _ in range(PROOF_ASKS):
            if refund.state is not RefundState.HELD or self._is_proved(refund):
                break
            refund = self._dispatcher.ask(refund)
        if refund.state is not RefundState.HELD:
            return self._receipt(refund)
        return self._receipt(self._by_hand.close(refund_id, by_name, self._clock.now()))

    def cancel(self, refund_id: str, hand: Hand) -> Receipt:
        """Withdraw a refund that was never sent."""
        return self._receipt(self._by_hand.cancel(refund_id, signed(hand), self._clock.now()))

    def pay_other_way(self, refund_id: str, hand: Hand, other: OtherWay = IN_CASH) -> Receipt:
        """Write down that the customer got the money another way, after the wallet's refund has ended.

        Raises UsageFault why_holds_card where a card's number stands in the reason.
        """
        if holds_card(hand.why):
            raise UsageFault("why_holds_card")
        return self._receipt(self._by_hand.pay_other_way(refund_id, signed(hand), self._clock.now(), other))

    def replacement(self, refund_id: str) -> str:
        """The number under which the customer got a refund's money another way; empty where he did not."""
        return self._by_hand.replacement(refund_id)

    def thaw(self, order_id: str, hand: Hand) -> None:
        """Let a frozen order be refunded again."""
        self._by_hand.thaw(order_id, signed(hand), self._clock.now())

    def _held(self, refund_id: str) -> Refund:
        refund = self._required(refund_id)
        if refund.state is not RefundState.HELD:
            raise UsageFault("refund_not_held", refund_id=refund.refund_id, state=refund.state.value)
        return refund

    def _late_enough(self, refund: Refund) -> Refund:
        """The refund, asked about where only that tells since when it can be known to have been sent."""
        now = self._clock.now()
        sent_at = self._by_hand.sent_at(refund, now)
        if sent_at is None:
            refund, sent_at = self._dispatcher.ask(refund), now
        passed = now - sent_at
        if refund.state is RefundState.HELD and passed < PROOF_AFTER:
            wait_s = int((PROOF_AFTER - passed).total_seconds()) + 1
            raise UsageFault("close_too_early", refund_id=refund.refund_id, wait_s=wait_s)
        return refund

    def _is_proved(self, refund: Refund) -> bool:
        return self._by_hand.proofs(refund, self._clock.now()) >= PROOF_ASKS

    def _required(self, refund_id: str) -> Refund:
        refund = self._ledger.refund(refund_id)
        if refund is None:
            raise UsageFault("refund_unknown", refund_id=safe_number(refund_id))
        return refund

    def _receipt(self, refund: Refund) -> Receipt:
        return self._writer.standing(refund, self._clock.now())


def _is_short(refund: Refund) -> bool:
    return refund.state is RefundState.HELD and cause_of_refund(refund) == HELD_SHORT


def told_way(method: Method, bank_reference: str, last_four: str) -> OtherWay:
    """A payment by hand as a person told it. Raises UsageFault for what is missing or must not be kept."""
    try:
        return other_way_of(method, bank_reference, last_four)
    except NoOtherWay as wrong:
        raise UsageFault(_NO_WAY[wrong.part]) from None


def signed(hand: Hand) -> Hand:
    """The decision with a name and a reason that can be written down."""
    signed = Hand(hand.by.strip(), hand.why.strip())
    if not 0 < len(signed.by) <= BY_CHARS_MAX or not 0 < len(signed.why) <= WHY_CHARS_MAX:
        raise UsageFault("decision_unsigned", by_max=BY_CHARS_MAX, why_max=WHY_CHARS_MAX)
    return signed
