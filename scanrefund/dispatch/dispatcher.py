"""One trip to a wallet: begin, send or ask, end. The desk, the worker and the command line all come here."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from scanrefund.dispatch.clock import Clock
from scanrefund.dispatch.next_step import TELLING, Move, is_odd, next_step
from scanrefund.errors import Bug
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.trips import Attempt, Lease
from scanrefund.model.maintenance import NO_MAINTENANCE, Maintenance
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import TERMINAL, Command, Refund, RefundState
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.gateway import RefundGateway

# Where the wallet may know something under the refund's number and no send is under way.
_ASKABLE: Final = frozenset(
    {
        RefundState.UNKNOWN,
        RefundState.PROCESSING,
        RefundState.ABNORMAL,
        RefundState.HELD,
        RefundState.SUCCEEDED,
        RefundState.RETURNED_TO_MERCHANT,
        RefundState.CLOSED,
        RefundState.CANCELLED,
    }
)

# A send kept back by a maintenance window is looked at again so often: the window may have been shortened
# meanwhile, and a time further ahead than the ledger's `AHEAD_MAX` would count as a wrong clock's.
PUT_OFF_MAX: Final = timedelta(hours=1)


class Dispatcher:
    """Brings one refund one trip further."""

    def __init__(
        self,
        ledger: Ledger,
        gateways: Mapping[Wallet, RefundGateway],
        clock: Clock,
        lease_s: int,
        maintenance: Maintenance = NO_MAINTENANCE,
    ) -> None:
        self._ledger = ledger
        self._maintenance = maintenance
        self._gateways = gateways
        self._clock = clock
        self._lease = Lease(f"{socket.gethostname()[:40]}:{os.getpid()}", lease_s)

    @property
    def accounts(self) -> dict[Wallet, str]:
        """The merchant accounts whose refunds can be brought on here."""
        return {wallet: gateway.account for wallet, gateway in self._gateways.items()}

    def dispatch(self, refund: Refund) -> Refund:
        """Make the trip that is next, if any, and return the refund as it then is.

        A refund on which somebody else works, or whose account is not set up here, comes back as it was.
        In a maintenance window no refund is sent: it is put off to the end. Asking is harmless, and goes on.
        """
        if refund.state is RefundState.SENDING:
            return self._recover(refund)
        gateway = self._gateways.get(refund.wallet)
        if refund.next_command is None or gateway is None or gateway.account != refund.account:
            return refund
        now = self._clock.now()
        until = self._maintenance.until(refund.wallet, now)
        if refund.next_command is Command.SEND and until is not None:
            return self._put_off(refund, min(refund.may_go_at(until), now + PUT_OFF_MAX), now)
        return self._trip(gateway, refund, refund.next_command)

    def ask(self, refund: Refund) -> Refund:
        """One ask now, whatever is planned: for people, notices and second looks at what has ended.

        What never went out and what is on its way cannot be asked about, and comes back as it was.
        """
        gateway = self._gateways.get(refund.wallet)
        if refund.state not in _ASKABLE or gateway is None or gateway.account != refund.account:
            return refund
        return self._trip(gateway, refund, Command.ASK)

    def _put_off(self, refund: Refund, until: datetime, now: datetime) -> Refund:
        """Leave a send for later; one that is planned for later already stays as it is."""
        if refund.next_try_at is not None and now < refund.next_try_at <= until:
            return refund
        return self._ledger.put_off(refund, until, now)

    def _trip(self, gateway: RefundGateway, refund: Refund, command: Command) -> Refund:
        attempt = self._ledger.begin(refund, command, self._lease, self._clock.now())
        if attempt is None:
            return self._reread(refund)
        return self._end(attempt, _travel(gateway, attempt))

    def _recover(self, refund: Refund) -> Refund:
        """A trip whose process died: what it did is unknown. One that still runs is left alone."""
        attempt = self._ledger.take_over(refund, self._lease, self._clock.now())
        if attempt is None:
            return self._reread(refund)
        return self._end(attempt, Answer(Outcome.UNKNOWN, "interrupted"))

    def _end(self, attempt: Attempt, answer: Answer) -> Refund:
        now = self._clock.now()
        history = _history(attempt, answer)
        move = next_step(replace(attempt.refund, **history), attempt.command, answer, now)
        if attempt.command is Command.ASK:
            move = self._not_beyond_the_pause(attempt.refund.wallet, move, answer, now)
        changes = history | _facts(attempt, answer, move) | _plan(move)
        return self._ledger.end(attempt, answer, move.state, changes, move.alarm, now)

    def _not_beyond_the_pause(self, wallet: Wallet, move: Move, answer: Answer, now: datetime) -> Move:
        """A wallet's silence in a window is no silence of its own: it is looked at when the window ends,
        however long the clock of retries has grown meanwhile.
        """
        until = self._maintenance.until(wallet, now)
        if until is None or move.next_try_at is None or move.next_try_at <= until:
            return move
        return replace(move, next_try_at=max(until, now + timedelta(seconds=answer.wait_s)))

    def _reread(self, refund: Refund) -> Refund:
        found = self._ledger.refund(refund.refund_id)
        if found is None:
            raise Bug("refund_vanished", refund_id=refund.refund_id)
        return found


def _travel(gateway: RefundGateway, attempt: Attempt) -> Answer:
    if attempt.command is Command.SEND:
        return gateway.send(attempt.refund)
    return gateway.ask(attempt.refund)


def _history(attempt: Attempt, answer: Answer) -> dict[str, Any]:
    """What this answer adds to what is remembered of the refund."""
    refund = attempt.refund
    sent = attempt.command is Command.SEND
    absent = not sent and answer.outcome is Outcome.ABSENT
    return {
        "ever_unknown": refund.ever_unknown or (sent and answer.outcome in (Outcome.UNKNOWN, Outcome.ABSENT)),
        "not_sent_only": refund.not_sent_only and (not sent or answer.outcome is Outcome.NOT_SENT),
        "absent_asks": refund.absent_asks + 1 if absent else 0,
        "declined_code": _declined_code(refund, attempt.command, answer),
        "odd_answers": refund.odd_answers + is_odd(answer),
    }


def _declined_code(refund: Refund, command: Command, answer: Answer) -> str:
    if command is Command.ASK:
        return refund.declined_code
    return (answer.code or "declined") if answer.outcome is Outcome.DECLINED else ""


def _facts(attempt: Attempt, answer: Answer, move: Move) -> dict[str, Any]:
    """What the answer tells for keeps; an answer without a number leaves the known one.

    A held refund keeps the cause that a person must cure until the wallet says where the money is, and an
    ended one keeps its end unless the answer moves it.
    """
    state = attempt.refund.state
    asked = attempt.command is Command.ASK
    if asked and state is RefundState.HELD and answer.outcome not in TELLING:
        return {}
    if state in TERMINAL and move.state is state:
        return {}
    facts: dict[str, Any] = {"outcome": answer.outcome.value, "wallet_code": answer.code}
    if answer.wallet_refund_id:
        facts["wallet_refund_id"] = answer.wallet_refund_id
    if answer.received_account:
        facts["received_account"] = answer.received_account
    return facts


def _plan(move: Move) -> dict[str, Any]:
    command = move.next_command.value if move.next_command else None
    return {"next_command": command, "next_try_at": move.next_try_at}
