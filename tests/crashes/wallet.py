"""A wallet whose truth lies in a file of its own: it goes on when the program that called it dies.

It pays a number once, as the real ones do, and has no cap of its own: an order refunded twice stays visible.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.outcome import Answer, OrderAnswer, OrderLook, Outcome, PayerAnswer, PayerLook
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import Refund
from scanrefund.model.wallet import Wallet
from tests.crashes.points import Points

ACCOUNT = "1900000109"


class Send(StrEnum):
    """What becomes of a request that was sent."""

    PAYS = "pays"
    ACCEPTS = "accepts"
    PAYS_SILENTLY = "pays, the answer is lost"
    IS_LOST = "is lost on the way"
    DECLINES = "declines"
    HOLDS = "holds: balance short"


class Ask(StrEnum):
    """What becomes of what was accepted, by the time the wallet is asked; then it tells the truth."""

    TELLS = "tells"
    SETTLES = "settles"
    CLOSES = "closes"
    STICKS = "sticks"
    RETURNS = "returns to the merchant"
    IS_SILENT = "gives no answer"


@dataclass(frozen=True, slots=True)
class Plan:
    """What the wallet does at the first, second, … send and ask of a number; the last goes on for ever."""

    sends: tuple[Send, ...] = (Send.PAYS,)
    asks: tuple[Ask, ...] = (Ask.SETTLES,)


_ACTS: dict[Send | Ask, Outcome] = {
    Send.PAYS: Outcome.SUCCEEDED,
    Send.PAYS_SILENTLY: Outcome.SUCCEEDED,
    Send.ACCEPTS: Outcome.PROCESSING,
    Ask.SETTLES: Outcome.SUCCEEDED,
    Ask.CLOSES: Outcome.CLOSED,
    Ask.STICKS: Outcome.ABNORMAL,
    Ask.RETURNS: Outcome.RETURNED_TO_MERCHANT,
}
_FINAL = (Outcome.SUCCEEDED, Outcome.CLOSED, Outcome.RETURNED_TO_MERCHANT)
_REFUSALS = {Send.DECLINES: Outcome.DECLINED, Send.HOLDS: Outcome.HELD}


class Truth:
    """The wallet's file: one line per thing that happened there, whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, event: str, number: str, **facts: Any) -> None:
        line = json.dumps({"event": event, "number": number, **facts}) + "\n"
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)

    def lines(self, event: str, number: str | None = None) -> list[dict[str, Any]]:
        if not self._path.exists():
            return []
        told = [json.loads(line) for line in self._path.read_text(encoding="utf-8").splitlines()]
        return [one for one in told if one["event"] == event and number in (None, one["number"])]

    def status(self, number: str) -> Outcome | None:
        """Where a refund stands at the wallet; None for a number it never took."""
        known = self.lines("status", number)
        return Outcome(known[-1]["status"]) if known else None

    def numbers(self) -> set[str]:
        """Every number the wallet ever took."""
        return {line["number"] for line in self.lines("status")}

    def paid_fen(self) -> dict[str, int]:
        """What left, per number, every time that it left."""
        paid: dict[str, int] = {}
        for line in self.lines("status"):
            if line["status"] == Outcome.SUCCEEDED:
                paid[line["number"]] = paid.get(line["number"], 0) + line["amount_fen"]
        return paid

    def bodies(self, number: str) -> set[str]:
        """The hashes of all bodies that arrived under a number."""
        return {line["body_sha256"] for line in self.lines("arrived", number)}


class FileWallet:
    """A RefundGateway on a `Truth`, with points before it leaves, on the way, and around the answer."""

    account = ACCOUNT

    def __init__(self, wallet: Wallet, truth: Truth, plan_of: Callable[[str], Plan], points: Points) -> None:
        self.wallet = wallet
        self._truth = truth
        self._plan_of = plan_of
        self._points = points

    def compose(self, order: Order, refund_id: str, amount: Money, reason: str) -> bytes:
        return f"{order.order_id} {refund_id} {amount.fen} {reason}".encode()

    def order(self, order: Order) -> OrderAnswer:
        self._points.come_by("order: before it leaves")
        self._points.come_by("order: answer received")
        return OrderAnswer(OrderLook.NOT_ASKED)

    def payer_of_code(self, code: PaymentCode) -> PayerAnswer:
        return PayerAnswer(PayerLook.NOT_OFFERED)

    def send(self, refund: Refund) -> Answer:
        number, amount_fen = refund.refund_id, refund.amount.fen
        request = {"amount_fen": amount_fen, "body_sha256": hashlib.sha256(refund.body).hexdigest()}
        self._points.come_by("send: before it leaves")
        self._points.come_by("send: on its way", lambda: self._truth.add("travelling", number, **request))
        answer = self._arrives(number, request)
        self._points.come_by("send: wallet acted, no answer yet")
        self._late_requests_arrive()
        self._points.come_by("send: answer received")
        return answer

    def ask(self, refund: Refund) -> Answer:
        number = refund.refund_id
        self._points.come_by("ask: before it leaves")
        plan = self._plan_of(number).asks
        fate = plan[min(len(self._truth.lines("asked", number)), len(plan) - 1)]
        self._truth.add("asked", number)
        if fate in _ACTS and self._truth.status(number) in (Outcome.PROCESSING, Outcome.ABNORMAL):
            self._become(number, _ACTS[fate], refund.amount.fen)
        answer = Answer(Outcome.UNKNOWN, "timeout") if fate is Ask.IS_SILENT else self._tell(number)
        self._points.come_by("ask: wallet answered, not received")
        self._late_requests_arrive()
        self._points.come_by("ask: answer received")
        return answer

    def _arrives(self, number: str, request: dict[str, Any]) -> Answer:
        plan = self._plan_of(number).sends
        fate = plan[min(len(self._truth.lines("sent", number)), len(plan) - 1)]
        self._truth.add("sent", number)
        if fate is Send.IS_LOST:
            return Answer(Outcome.UNKNOWN, "timeout")
        self._truth.add("arrived", number, **request)
        if self._truth.status(number) is not None:
            return self._tell(number)
        if fate in _REFUSALS:
            return Answer(_REFUSALS[fate], fate.name)
        self._become(number, _ACTS[fate], int(request["amount_fen"]))
        return Answer(Outcome.UNKNOWN, "timeout") if fate is Send.PAYS_SILENTLY else self._tell(number)

    def _late_requests_arrive(self) -> None:
        """What a dead program had on the wire arrives at the worst time: just after an answer was given."""
        for late in self._truth.lines("travelling")[len(self._truth.lines("late")) :]:
            self._truth.add("late", late["number"])
            self._arrives(late["number"], {name: late[name] for name in ("amount_fen", "body_sha256")})

    def _become(self, number: str, status: Outcome, amount_fen: int) -> None:
        self._truth.add("status", number, status=status, amount_fen=amount_fen)

    def _tell(self, number: str) -> Answer:
        status = self._truth.status(number)
        if status is None:
            return Answer(Outcome.ABSENT, "RESOURCE_NOT_EXISTS")
        return Answer(status, wallet_refund_id="5030000000")


def is_final(status: Outcome | None) -> bool:
    """Whether the wallet will say nothing else any more."""
    return status in _FINAL
