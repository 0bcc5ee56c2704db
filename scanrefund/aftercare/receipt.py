"""The receipt: how a refund stands, in the clerk's language, with one next step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from scanrefund import exits
from scanrefund.dispatch.alarms import AlarmLevel, alarm_level
from scanrefund.model.maintenance import NO_MAINTENANCE, Maintenance
from scanrefund.model.money import Money
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import Command, Refund, RefundState
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.model.wallet import Wallet
from scanrefund.say.causes import has_not_left
from scanrefund.say.speak import say_put_off, say_refund, say_refusal, say_replaced, say_served_again

_EXITS: Final = {
    RefundState.SUCCEEDED: exits.DONE,
    RefundState.EXTERNAL: exits.DONE,
    RefundState.PAID_OTHER_WAY: exits.DONE,
    RefundState.CLOSED: exits.DECLINED,
    RefundState.CANCELLED: exits.DECLINED,
    RefundState.HELD: exits.NEEDS_A_PERSON,
    RefundState.ABNORMAL: exits.NEEDS_A_PERSON,
    RefundState.RETURNED_TO_MERCHANT: exits.NEEDS_A_PERSON,
    RefundState.WAIT_APPROVAL: exits.NEEDS_A_PERSON,
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a wish for a refund stands. `state` is None when our own rules refused it.

    `served_again` is the sentence for a wish that an earlier refund already serves, or empty.
    `training` marks a refund of the practice counter: it must stand on whatever a customer could keep.
    `alarm` is the level at which a refund that is still open asks for a person, or empty. `put_off` says that
    nothing has left because the wallet is under maintenance; `next_try_at` is then the window's end.
    """

    refund_id: str | None
    order_id: str
    wallet: Wallet | None
    amount: Money | None
    state: RefundState | None
    outcome: Outcome | None
    reason: Reason | None
    say_clerk: str
    say_customer: str
    next_step: str
    next_try_at: datetime | None
    rehearsal: bool
    alarm: str = ""
    served_again: str = ""
    training: bool = False
    put_off: bool = False

    @property
    def exit_code(self) -> int:
        """What a command exits with: 0 succeeded, 1 refused, 3 open, 4 declined, 5 needs a person."""
        if self.state is None:
            return exits.REFUSED
        return _EXITS.get(self.state, exits.OPEN)

    def as_json(self) -> dict[str, Any]:
        """The fields of the command line and the API."""
        return {
            "refund_id": self.refund_id,
            "order_id": self.order_id,
            "wallet": self.wallet.value if self.wallet else None,
            "amount_fen": self.amount.fen if self.amount else None,
            "state": self.state.value if self.state else None,
            "outcome": self.outcome.value if self.outcome else None,
            "reason": self.reason.value if self.reason else None,
            "say_clerk": f"{self.served_again} {self.say_clerk}".lstrip(),
            "say_customer": self.say_customer,
            "next_step": self.next_step,
            "next_try_at": self.next_try_at.isoformat() if self.next_try_at else None,
        }


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes receipts in one language; `rehearsal` marks everything made against the sandbox."""

    language: str
    rehearsal: bool
    training: bool = False
    maintenance: Maintenance = NO_MAINTENANCE

    def put_off_until(self, refund: Refund) -> datetime | None:
        """The end of the maintenance window that keeps its next send back; None where none does."""
        if refund.next_command is not Command.SEND or refund.next_try_at is None:
            return None
        return self.maintenance.end_of(refund.wallet, refund.next_try_at)

    def standing(self, refund: Refund, now: datetime, *, replaced: bool = False) -> Receipt:
        """The receipt of a refund as it stands, with how loudly it asks for a person by now.

        `replaced` says that the shop paid by hand what the wallet did not.
        """
        receipt = self.of_refund(refund, alarm_level(refund, now, self.maintenance))
        return self.of_replaced(receipt, refund) if replaced else receipt

    def of_replaced(self, receipt: Receipt, refund: Refund) -> Receipt:
        """The same receipt in the words of what the shop paid by hand."""
        words = say_replaced(refund, self.language)
        return replace(receipt, say_clerk=words.clerk, say_customer=words.customer, next_step=words.next_step)

    def of_refund(
        self, refund: Refund, level: AlarmLevel = AlarmLevel.NONE, *, again: bool = False
    ) -> Receipt:
        """The receipt of a refund that was made; `level` says how loudly it asks for a person.

        `again` marks the same wish told twice: no second refund was made.
        """
        until = self.put_off_until(refund)
        put_off = until is not None and has_not_left(refund)
        words = say_put_off(refund, until, self.language) if put_off else say_refund(refund, self.language)
        return Receipt(
            refund_id=refund.refund_id,
            order_id=refund.order_id,
            wallet=refund.wallet,
            amount=refund.amount,
            state=refund.state,
            outcome=refund.outcome,
            reason=None,
            say_clerk=words.clerk,
            say_customer=words.customer,
            next_step=words.next_step,
            next_try_at=until or refund.next_try_at,
            rehearsal=self.rehearsal,
            training=self.training,
            alarm=level.name.lower() if level else "",
            served_again=say_served_again(refund, self.language) if again else "",
            put_off=put_off,
        )

    def of_refusal(
        self, refusal: Refusal, order_id: str, wallet: Wallet | None, amount: Money | None
    ) -> Receipt:
        """The receipt of a wish that our rules refused: nothing was sent."""
        words = say_refusal(refusal, self.language)
        return Receipt(
            refund_id=None,
            order_id=order_id,
            wallet=wallet,
            amount=amount,
            state=None,
            outcome=None,
            reason=refusal.reason,
            say_clerk=words.clerk,
            say_customer=words.customer,
            next_step=words.next_step,
            next_try_at=None,
            rehearsal=self.rehearsal,
            training=self.training,
        )
