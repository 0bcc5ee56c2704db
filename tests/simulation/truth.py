"""What really happened at the wallets: the one thing in this world that is never wrong."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

from scanrefund.model.money import ZERO, Money
from scanrefund.model.outcome import Answer, Outcome, Signature
from scanrefund.model.refund import Command, Refund
from scanrefund.model.wallet import Wallet

# The states in which the wallet has moved the money or may still move it.
LIVE: Final = frozenset(
    {Outcome.PROCESSING, Outcome.SUCCEEDED, Outcome.ABNORMAL, Outcome.RETURNED_TO_MERCHANT}
)

# How an accepted refund ends at WeChat Pay, and how often. Alipay pays at once.
_ENDS: Final = (Outcome.SUCCEEDED, Outcome.ABNORMAL, Outcome.RETURNED_TO_MERCHANT, Outcome.CLOSED)
_CLOSED_AFTER: Final = timedelta(days=7)  # WeChat Pay closes what nobody funds after seven days
# A person in the merchant platform settles what is stuck within hours.
_PERSON_AFTER: Final = timedelta(hours=6)


@dataclass(slots=True)
class Taken:
    """One refund that the wallet took in: its number, what it was asked for, and how it goes on."""

    number: str
    order_id: str
    amount_fen: int
    body: bytes
    taken_at: datetime
    ends_at: datetime
    end: Outcome
    unstuck_as: Outcome

    @property
    def wish(self) -> str:
        """The name of the wish, which travels in the reason."""
        return self.body.rsplit(b" ", 1)[-1].decode()

    def state(self, now: datetime) -> Outcome:
        """Where the refund is now."""
        if now < self.ends_at:
            return Outcome.PROCESSING
        if self.end is Outcome.ABNORMAL and now >= self.ends_at + _PERSON_AFTER:
            return self.unstuck_as
        return self.end


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request that reached the wallet."""

    at: datetime
    command: Command
    number: str
    body: bytes


@dataclass(slots=True)
class Truth:
    """Both wallets' own books. They have no cap of their own: ours must hold without their help."""

    lag: timedelta
    evil: bool
    refused_rate: float
    taken: dict[str, Taken] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    under_way: list[tuple[datetime, Refund, int]] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    is_short: bool = False

    def send(self, refund: Refund, now: datetime, dice: Random) -> Answer:
        """A request to refund has arrived."""
        self.arrivals.append(Arrival(now, Command.SEND, refund.refund_id, refund.body))
        known = self.taken.get(refund.refund_id)
        if known is not None:
            return self._again(known, refund, now)
        if refund.refund_id not in self.refused and dice.random() < self.refused_rate:
            self.refused[refund.refund_id] = "TRADE_OVERDUE"
        if refund.refund_id in self.refused:
            return _signed(Outcome.DECLINED, self.refused[refund.refund_id])
        if self.is_short:
            return _signed(Outcome.HELD, "NOT_ENOUGH")
        taken = self._take(refund, now, dice)
        return _signed(taken.state(now), refund_id=taken.number)

    def ask(self, refund: Refund, now: datetime) -> Answer:
        """A question has arrived. What was taken a moment ago may not show yet, as both wallets warn."""
        number = refund.refund_id
        self.arrivals.append(Arrival(now, Command.ASK, number, b""))
        known = self.taken.get(number)
        if known is None or now < known.taken_at + self.lag:
            return _signed(Outcome.ABSENT, "RESOURCE_NOT_EXISTS")
        if refund.amount not in (ZERO, Money(known.amount_fen)):
            return replace(_signed(Outcome.UNKNOWN, "wrong_amount"), alarm=True)
        return replace(_signed(known.state(now), refund_id=number), amount=Money(known.amount_fen))

    def deliver(self, now: datetime) -> None:
        """Let arrive what is due: requests whose senders gave up long ago."""
        due = sorted((late for late in self.under_way if late[0] <= now), key=lambda late: late[0])
        self.under_way = [late for late in self.under_way if late[0] > now]
        for at, refund, seed in due:
            self.send(refund, at, Random(seed))

    def live_fen(self, order_id: str, now: datetime) -> int:
        """What has moved or may still move of one order."""
        return sum(one.amount_fen for one in self.of_order(order_id) if one.state(now) in LIVE)

    def paid_fen(self, order_id: str, now: datetime) -> int:
        """What customers have got of one order."""
        return sum(one.amount_fen for one in self.of_order(order_id) if one.state(now) is Outcome.SUCCEEDED)

    def of_order(self, order_id: str) -> list[Taken]:
        return [one for one in self.taken.values() if one.order_id == order_id]

    def _again(self, known: Taken, refund: Refund, now: datetime) -> Answer:
        if known.body != refund.body:
            return _signed(Outcome.DECLINED, "REFUND_FEE_MISMATCH")
        if refund.wallet is Wallet.ALIPAY and known.state(now) is Outcome.SUCCEEDED:
            # fund_change=N: this call moved nothing, an earlier one did.
            return _signed(Outcome.PROCESSING, "10000")
        return _signed(known.state(now), refund_id=known.number)

    def _take(self, refund: Refund, now: datetime, dice: Random) -> Taken:
        at_once = refund.wallet is Wallet.ALIPAY or dice.random() < 0.2
        wait_s = 0 if at_once else dice.choice((1, 4, 30, 600, 20_000))
        [end] = dice.choices(_ENDS, (70, 12, 8, 10)) if self.evil and not at_once else [Outcome.SUCCEEDED]
        ends_at = now + timedelta(seconds=wait_s)
        if end is Outcome.CLOSED and dice.random() < 0.15:
            ends_at = now + _CLOSED_AFTER
        unstuck = dice.choice((Outcome.SUCCEEDED, Outcome.RETURNED_TO_MERCHANT))
        taken = Taken(
            refund.refund_id, refund.order_id, refund.amount.fen, refund.body, now, ends_at, end, unstuck
        )
        self.taken[refund.refund_id] = taken
        return taken


def _signed(outcome: Outcome, code: str = "", refund_id: str = "") -> Answer:
    return Answer(
        outcome,
        code or outcome.value,
        http_status=200,
        signature=Signature.VERIFIED,
        wallet_refund_id=f"50{refund_id[-2:]}" if refund_id else "",
    )
