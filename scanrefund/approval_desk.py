"""Many waiting refunds approved at once: one person proves himself once, each refund is judged by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scanrefund.aftercare.receipt import Receipt, Writer
from scanrefund.dispatch.clock import Clock
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.errors import Fault, UsageFault
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.waiting import Waiting
from scanrefund.model.money import Money
from scanrefund.model.refund import Refund
from scanrefund.model.staff import Permission, Secret
from scanrefund.staff_desk import StaffDesk, reason_of, refused

# Nobody looks at more before he types one PIN.
ROUND_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """One waiting refund as whoever approves it was shown it: this amount, and no other."""

    refund_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one: the refund as it was approved, or why it was not."""

    wanted: Wanted
    end: Refund | Fault


class ApprovalDesk:
    """Build with `assemble.open_house`."""

    def __init__(
        self, staff: StaffDesk, waiting: Waiting, dispatcher: Dispatcher, clock: Clock, writer: Writer
    ) -> None:
        self._staff = staff
        self._waiting = waiting
        self._dispatcher = dispatcher
        self._clock = clock
        self._writer = writer

    def approve(
        self, round_: Sequence[Wanted], total: Money, by: str, secret: Secret, why: str = ""
    ) -> list[Decided]:
        """Approve each, in its own transaction and in this order; nothing is sent yet.

        `total` is the sum that was shown. Raises UsageFault round_wrong before the secret is judged, and
        SignInFault for somebody who is not believed: then nothing was approved. What the ledger refuses of
        one refund (its order changed, it is one's own, it waits no more) holds no other up.
        """
        _refuse_nonsense(round_, total)
        reason = reason_of(why, needed=False)
        found = self._staff.authorise(by, secret, Permission.REFUND_APPROVE)
        if found.staff is None:
            raise refused(found, Permission.REFUND_APPROVE)
        hand = Hand(found.staff.staff_id, reason)
        return [self._decided(one, hand) for one in round_]

    def send(self, refund: Refund) -> Receipt:
        """Make the first trip of a refund that was just approved; the worker would, a little later."""
        return self._writer.standing(self._dispatcher.dispatch(refund), self._clock.now())

    def _decided(self, one: Wanted, hand: Hand) -> Decided:
        try:
            approved = self._waiting.approve(one.refund_id, hand, self._clock.now(), one.amount)
        except Fault as fault:
            return Decided(one, fault)
        return Decided(one, approved)


def _refuse_nonsense(round_: Sequence[Wanted], total: Money) -> None:
    several = len({one.refund_id for one in round_}) == len(round_) and 0 < len(round_) <= ROUND_MAX
    if not several or sum(one.amount.fen for one in round_) != total.fen:
        raise UsageFault("round_wrong", limit=ROUND_MAX)
