"""A stand-in for the desk behind the page: the same calls, all in memory, every answer at hand for a test.

It checks nothing that the desk checks; it is here so that the page can be tried alone, fast, in every state.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from scanrefund.say.catalogue import LANGUAGES, Catalogue
from scanrefund.say.gaps import fill
from tests.page.facts import CAUSES, CODE_AGE_S, GAPS, MAY, OPEN_STATES, REASONS, TONES, an_order

# What ends a line that is open.
HANGS_UP: Final = "hangs up"


@dataclass
class StandIn:
    """What the page is told, and what it said. A test sets the first and reads the second."""

    needs_owner: bool = False
    signed_in: bool = True
    idle_lock_s: float = 180.0
    large_amount_fen: int = 50_000
    ask_opinion: bool = False
    code_age_s: float = CODE_AGE_S
    permissions: tuple[str, ...] = ("refund.create", "refund.no_code", "order.release")
    # How the next refunds come out; the last one stays.
    outcomes: list[str] = field(default_factory=lambda: ["SUCCEEDED"])
    noes: list[str] = field(default_factory=list)
    needs_approval: bool = False
    drop_refund_calls: int = 0
    printer_away: bool = False
    # What the status bar tells: no wallet answers, the camera is gone.
    trouble: bool = False
    exercise: str = ""
    has_printer: bool = True
    # Refunds whose order has changed since: nobody can approve them any more.
    changed: set[str] = field(default_factory=set)
    books: dict[str, Any] = field(
        default_factory=lambda: {"last_day": "2026-11-28", "run": None, "reconciled": None, "audit": None}
    )
    # When the wallet is asked about an open refund.
    asks_at: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(seconds=42))
    # What an address answers in place of its own word; None is no answer at all.
    instead: dict[str, tuple[int, Any]] = field(default_factory=dict)
    refund_gate: queue.Queue[None] | None = None
    # The next look at the queue is answered only when something comes out of it.
    queue_gate: queue.Queue[None] | None = None
    # A decision about an order waits for it; and the fault it ends in, if any.
    order_gate: queue.Queue[None] | None = None
    order_fault: str = ""
    # The practice counter: whether it is open, and what keeps it shut.
    training: bool = False
    practice_trouble: str = ""
    # Two calls with one request id may come at once.
    one_at_a_time: threading.Lock = field(default_factory=threading.Lock)
    language: str = "zh-Hans"
    locked: bool = False
    # Started again since the page began, and so without any page it knows.
    stranger: bool = False
    ended: bool = False
    calls: list[tuple[str, Any]] = field(default_factory=list)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    served: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    listeners: list[queue.Queue[str]] = field(default_factory=list)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    signatures: dict[str, list[list[int]]] = field(default_factory=dict)
    # Orders that somebody has put on hold.
    on_hold: list[dict[str, Any]] = field(default_factory=list)
    complaints: list[dict[str, Any]] = field(default_factory=list)
    # Whoever sits here may not read what customers said.
    complaints_closed: bool = False
    age_level: str = "yellow"
    maintenance: list[dict[str, Any]] = field(default_factory=list)
    self_test: dict[str, Any] = field(
        default_factory=lambda: {"ok": True, "at": "2026-11-29T02:00:00+00:00", "say": "", "checks": []}
    )

    def __post_init__(self) -> None:
        self.sell("A1001", "wechat", 12_80)
        self.sell("A1002", "alipay", 888_00)
        self.sell(
            "A1003", "wechat", 45_00, state="REFUNDED", may_refund=False, may=[], why_not="这笔订单已经退完。"
        )

    def begin_again(self, **otherwise: Any) -> None:
        self.__init__(**otherwise)  # type: ignore[misc]

    def sell(self, order_id: str, wallet: str, amount_fen: int, **more: Any) -> None:
        """An order of today."""
        self.orders[order_id] = an_order(order_id, wallet, amount_fen) | more

    def say(self, key: str, **gaps: Any) -> str:
        catalogue = Catalogue.load(self.language)
        return fill(catalogue.get(key) or key, GAPS | gaps, catalogue)

    def person(self) -> dict[str, Any] | None:
        if not self.signed_in:
            return None
        return {"staff_id": "c1", "name": "小林", "role": "clerk", "permissions": list(self.permissions)}

    def started_again(self) -> None:
        """Nobody is signed in any more, and the page has to begin anew."""
        self.stranger, self.signed_in, self.locked, self.language = True, False, False, "zh-Hans"

    def start(self) -> dict[str, Any]:
        return {
            "version": "0.0.0",
            "languages": list(LANGUAGES),
            "language": self.language,
            "shop": {"id": "shop-1", "name": "和平路店", "utc_offset_h": 8},
            "counter": "1 号台",
            "rehearsal": True,
            "training": {"pin": "739164", "leave": [{"staff_id": "o1", "name": "赵老板"}]}
            if self.training
            else None,
            "practice_door": True,
            "practice_trouble": self.practice_trouble,
            "needs_owner": self.needs_owner,
            "signed_in": self.person(),
            "locked": self.locked,
            "csrf": "token",
            "reasons": [
                {"digit": n, "code": code, "text": self.say(f"refund_reason.{code}")}
                for n, code in enumerate(REASONS, 1)
            ],
            "code_age_s": self.code_age_s,
            "idle_lock_s": self.idle_lock_s,
            "large_amount_fen": self.large_amount_fen,
            "ask_opinion": self.ask_opinion,
            "camera": {"source": "0", "on": self.trouble},
        }

    def order(self, order_id: str) -> dict[str, Any] | None:
        found = self.orders.get(order_id)
        if found is None:
            return None
        wallet = self.say(f"wallet.{found['wallet']}.name")
        mine = [one for one in self.refunds.values() if one["order_id"] == order_id]
        return found | {
            "wallet_say": wallet,
            "wallet_word": {
                "look": "FOUND",
                "state": "PAID",
                "say": self.say("wallet_word.FOUND", state="PAID"),
            },
            "state_say": self.say(f"order_state.{found['state']}.name"),
            "ask_for": self.say(f"ask_for.{found['wallet']}"),
            "refunds": [self.receipt(one) for one in mine],
        }

    def refund(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Serve a wish once: the same request id gets the same refund."""
        with self.one_at_a_time:
            return self._served(asked)

    def _served(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["request_id"] in self.served:
            served = self.refunds[self.served[asked["request_id"]]]
            return self.receipt(served) | {"served_again": self.say("served_again.text", made_at="")}
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if outcome.islower():
            return self._refused(asked, outcome)
        if asked["queue"]:
            outcome = "WAIT_APPROVAL"
        return self.receipt(self._made(asked, outcome))

    def _made(self, asked: dict[str, Any], state: str) -> dict[str, Any]:
        refund_id = f"R{len(self.refunds) + 1:04d}-{asked['order_id']}"
        made = {
            "refund_id": refund_id,
            "order_id": asked["order_id"],
            "amount_fen": asked["amount_fen"],
            "wallet": self.orders[asked["order_id"]]["wallet"],
            "state": state,
            "reason_text": self.say(f"refund_reason.{asked['reason']}"),
            "created_at": datetime.now(UTC).isoformat(),
            "approver": "王店长" if asked["approval"] else None,
        }
        self.refunds[refund_id] = made
        self.served[asked["request_id"]] = refund_id
        order = self.orders[asked["order_id"]]
        order["remaining_fen"] -= asked["amount_fen"]
        order["refunded_fen" if state == "SUCCEEDED" else "in_flight_fen"] += asked["amount_fen"]
        return made

    def _refused(self, asked: dict[str, Any], reason: str) -> dict[str, Any]:
        return self._spoken(
            f"refusal.{reason}", asked | {"refund_id": None, "state": None, "wallet": None}
        ) | {
            "reason": reason,
            "tone": "bad",
            "headline": self.say("headline.refused"),
        }

    def receipt(self, refund: dict[str, Any]) -> dict[str, Any]:
        """A refund as people read it."""
        state = refund["state"]
        cause = CAUSES.get(state, state.lower())
        waiting = state in {"UNKNOWN", "PROCESSING"}
        return self._spoken(f"refund.{cause}", refund) | {
            "reason": None,
            "tone": TONES.get(state, "bad"),
            "headline": self.say(f"headline.{TONES.get(state, 'bad')}"),
            "next_try_at": self.asks_at.isoformat() if waiting else None,
            "may": MAY.get(state, []),
        }

    def _spoken(self, cause: str, facts: dict[str, Any]) -> dict[str, Any]:
        gaps = {"amount_fen": facts["amount_fen"], "wallet": facts["wallet"] or "wechat"}
        gaps |= {"refund_id": facts["refund_id"] or "", "order_id": facts["order_id"]}
        return facts | {
            "outcome": None,
            "say_clerk": self.say(f"{cause}.clerk", **gaps),
            "say_customer": self.say(f"{cause}.customer", **gaps),
            "next_step": self.say(f"{cause}.next", **gaps),
            "next_try_at": None,
            "served_again": "",
            "clerk": "小林",
            "age_s": 75,
            "level": self.age_level,
            "may": [],
            "rehearsal": True,
            "training": self.training,
        }

    def customers_part(self, refund_id: str) -> dict[str, bool]:
        """What the customer has done about a refund."""
        agreed = any(body["customer_agreed"] for body in self.told("refund"))
        signed = refund_id in self.signatures
        return {"customer_agreed": agreed, "customer_signed": signed, "customer_confirmed": False}

    def queue(self) -> dict[str, list[dict[str, Any]]]:
        mine = [self.receipt(one) for one in self.refunds.values() if one["state"] in OPEN_STATES]
        parts = {"approvals": ["WAIT_APPROVAL"], "held": ["HELD"], "open": ["UNKNOWN", "PROCESSING"]}
        told = {name: [one for one in mine if one["state"] in states] for name, states in parts.items()}
        unanswered = [one for one in self.complaints if not one["answered_at"] and not one["ended_at"]]
        return told | {"on_hold": self.on_hold, "complaints": unanswered}

    def decide(self, refund_id: str, what: str) -> dict[str, Any]:
        ends = {"approve": "SUCCEEDED", "decline": "CANCELLED", "ask": "SUCCEEDED", "cash": "PAID_OTHER_WAY"}
        self.refunds[refund_id]["state"] = ends[what]
        return self.receipt(self.refunds[refund_id])

    def tell(self, event: str, data: str) -> None:
        """To every page that listens."""
        for listener in self.listeners:
            listener.put(f"event: {event}\ndata: {data}\n\n")

    def hang_up(self) -> None:
        """The line to every page is cut; the page calls again at once."""
        for listener in self.listeners:
            listener.put("retry: 20\n\n")
            listener.put(HANGS_UP)

    def heard(self, path: str, body: Any) -> Any:
        """Note what was posted."""
        self.calls.append((path, body))
        return body

    def told(self, path: str) -> list[Any]:
        """The bodies that were posted to one path."""
        return [body for called, body in self.calls if called == path]

    def events(self) -> Iterator[str]:
        listener: queue.Queue[str] = queue.Queue()
        self.listeners.append(listener)
        yield ": here\n\n"
        while not self.ended:
            # Each wait ends in a yield: only there a stream whose page has gone is given up.
            try:
                told = listener.get(timeout=0.1)
            except queue.Empty:
                told = ": still\n\n"
            if told == HANGS_UP:
                return
            yield told
