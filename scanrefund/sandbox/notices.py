"""The wallets' messenger: posts what is due, once, and again by each wallet's schedule.

    herald = WechatHerald(…)                  how one wallet writes a notice, and what it takes for an answer
    messenger = Messenger(store, (herald,))   one thread; `with messenger:` while the sandbox serves

Due notices lie in the state (notice_box.py). A try is written down before a byte leaves, with the time of the
next one, so a kill at any moment delays a notice and never loses it. The schedule runs in business time; the
shop's time for an answer is real time.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from types import TracebackType
from typing import Final, Protocol, Self
from urllib.parse import urlsplit

from scanrefund.sandbox.business import Order, Refund
from scanrefund.sandbox.notice_box import Manner, Notice
from scanrefund.sandbox.state import Store, Turn

# Both wallets take a slower answer for none (WeChat Pay documents five seconds).
ANSWER_S_MAX: Final = 5.0
# A right answer has some ten bytes; the rest is not read.
ANSWER_BYTES_MAX: Final = 64 * 1024
# How long the messenger sleeps when nothing is due; it is woken earlier when something may be.
_NAP_S: Final = 60.0
_DELAY_S: Final = 5.0
_PAGE: Final = b"<html><head><title>502 Bad Gateway</title></head></html>"
_MANNERS: Final = {"bad_signature": Manner.PROBE, "unsigned": Manner.UNSIGNED}


@dataclass(frozen=True, slots=True)
class Letter:
    """One notice as it is posted."""

    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What the shop said: status 0 is nothing, too late, or not HTTP."""

    status: int
    body: bytes = b""


NOTHING: Final = Answer(0)


class Herald(Protocol):
    """How one wallet tells of the end of a refund."""

    wallet: str
    # Business seconds between one try and the next; after the last one the wallet gives up.
    pauses_s: tuple[float, ...]

    def letter(
        self, notice: Notice, order: Order, refunds: Sequence[Refund], turn: Turn, manner: Manner
    ) -> Letter:
        """The notice on the refund `notice.refund_id`, one of all `refunds` of the order."""
        ...

    def accepted(self, answer: Answer) -> bool:
        """Whether the shop has taken the notice."""
        ...


@dataclass(frozen=True, slots=True)
class _Errand:
    """One try: what to post where, and what goes wrong on the way."""

    notice: Notice
    herald: Herald
    letter: Letter
    fault: str


class Messenger:
    """Posts notices in a thread of its own, one at a time."""

    def __init__(self, store: Store, heralds: Sequence[Herald]) -> None:
        self._store = store
        self._heralds = {herald.wallet: herald for herald in heralds}
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="sandbox-notices", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None
    ) -> None:
        self._stopping = True
        self._store.stirred.set()
        self._thread.join(2 * ANSWER_S_MAX)

    def _work(self) -> None:
        while not self._stopping:
            self._store.stirred.clear()
            wait_s = self.deliver_one()
            if wait_s > 0:
                self._store.stirred.wait(wait_s)

    def deliver_one(self) -> float:
        """Post the notice that is due first. The seconds until there may be another, 0 for at once."""
        with self._store.turn() as turn:
            due_at = turn.next_due()
            if due_at is None or due_at > turn.now:
                return _NAP_S if due_at is None else min(_NAP_S, due_at - turn.now)
            notice = turn.notices.next_due()
            errand = self._errand(turn, notice) if notice else None
        if errand is not None:
            answer = _carry(errand)
            with self._store.turn() as turn:
                accepted = errand.herald.accepted(answer)
                turn.notices.heard(errand.notice, answer.status, accepted=accepted)
        return 0

    def _errand(self, turn: Turn, notice: Notice) -> _Errand | None:
        order = turn.order(notice.wallet, order_id=notice.order_id)
        if order is None:
            raise LookupError(f"a notice of an order that is not there: {notice.order_id}")
        herald = self._heralds[notice.wallet]
        genuine = notice.manner is Manner.GENUINE
        fault = turn.take_fault(notice.wallet, "notice", notice.order_id) if genuine else None
        if fault and fault.name == "delay":
            turn.notices.put_off(notice, turn.now + (fault.delay_s or _DELAY_S))
            return None
        turn.notices.begin(notice, herald.pauses_s)
        manner = _MANNERS.get(fault.name, notice.manner) if fault else notice.manner
        letter = herald.letter(notice, order, turn.refunds_of(order), turn, manner)
        return _Errand(notice, herald, letter, fault.name if fault else "")


def _carry(errand: _Errand) -> Answer:
    """Post an errand's letter, as its fault lets it: `truncated` is half a body and a closed connection."""
    url, letter = errand.notice.url, errand.letter
    match errand.fault:
        case "drop_before":
            return NOTHING
        case "drop_after":
            post(url, letter)
            return NOTHING
        case "garbage":
            post(url, Letter((("content-type", "text/html"),), _PAGE))
            return NOTHING
        case "truncated":
            return post(url, letter, share=0.5)
        case _:
            return post(url, letter)


def post(url: str, letter: Letter, *, share: float = 1.0, deadline_s: float = ANSWER_S_MAX) -> Answer:
    """Post a letter, or the first `share` of its body, and read the answer. No redirect is followed.

    The look-up of a host name cannot be cut short; everything after it is over within the deadline.
    """
    place = urlsplit(url)
    kind = HTTPSConnection if place.scheme == "https" else HTTPConnection
    connection = kind(place.hostname or "", place.port, timeout=deadline_s)
    headers = {**dict(letter.headers), "content-length": str(len(letter.body)), "connection": "close"}
    try:
        connection.connect()
        with _Deadline(connection.sock, deadline_s) as deadline:
            connection.request(
                "POST", place.path or "/", letter.body[: int(len(letter.body) * share)], headers
            )
            if share < 1:
                return NOTHING
            answer = connection.getresponse()
            told = Answer(answer.status, answer.read(ANSWER_BYTES_MAX))
            # What was cut off at the deadline can look like a whole answer.
            return NOTHING if deadline.is_over else told
    except (OSError, HTTPException, ValueError):
        return NOTHING
    finally:
        connection.close()


class _Deadline:
    """Ends a connection that is still open when its time is over, however slowly bytes drip from it."""

    def __init__(self, wire: socket.socket, seconds: float) -> None:
        self._wire = wire
        self._timer = threading.Timer(seconds, self._end)
        self.is_over = False

    def _end(self) -> None:
        self.is_over = True
        with suppress(OSError):
            self._wire.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
