"""The only place where the network becomes an outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from scanrefund.errors import NoAnswer, NotSent
from scanrefund.http import Http, HttpReply
from scanrefund.model.outcome import Answer, Outcome


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One signed request. Address, headers and body carry signatures and never print themselves."""

    method: str
    url: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)


def wire_clock() -> datetime:
    """The real time: a signature dies after five minutes, whatever time a rehearsal plays."""
    return datetime.now(UTC)


def reach(http: Http, request: WireRequest) -> HttpReply | Answer:
    """A whole reply, or what its absence proves: NOT_SENT only where nothing left, else UNKNOWN."""
    try:
        return http.exchange(request.method, request.url, headers=request.headers, body=request.body)
    except NotSent as fault:
        return Answer(Outcome.NOT_SENT, code=fault.code)
    except NoAnswer as fault:
        return Answer(Outcome.UNKNOWN, code=fault.code)
