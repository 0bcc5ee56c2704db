"""The only place where the network becomes an outcome."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from scanrefund.errors import NoAnswer, NotSent
from scanrefund.http import Http, HttpLimits, HttpReply
from scanrefund.model.outcome import Answer, Outcome


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One signed request. Address, headers and body carry signatures and never print themselves."""

    method: str
    url: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)


# Writes and signs a request for one host: each host gets a signature, nonce and time of its own.
Write = Callable[[str], WireRequest]


def wire_clock() -> datetime:
    """The real time: a signature dies after five minutes, whatever time a rehearsal plays."""
    return datetime.now(UTC)


def reach(
    http: Http, hosts: Sequence[str], write: Write, limits: HttpLimits | None = None
) -> HttpReply | Answer:
    """A whole reply, or what its absence proves: NOT_SENT only where nothing left for any host.

    The next host is tried only after a host to which provably nothing went. Whatever may have been read
    ends here as UNKNOWN: only dispatch sends again beside it. One deadline holds for all hosts together.
    """
    limits = limits or http.limits
    ends_at = time.monotonic() + limits.deadline_s
    code = ""
    for host in hosts:
        left_s = ends_at - time.monotonic()
        if left_s <= 0:
            break
        try:
            return _exchange(http, write(host), _within(limits, left_s))
        except NotSent as not_sent:
            code = code or not_sent.code
        except NoAnswer as no_answer:
            return Answer(Outcome.UNKNOWN, code=no_answer.code)
    return Answer(Outcome.NOT_SENT, code=code or "deadline")


def _exchange(http: Http, request: WireRequest, limits: HttpLimits) -> HttpReply:
    return http.exchange(
        request.method, request.url, headers=request.headers, body=request.body, limits=limits
    )


def _within(limits: HttpLimits, left_s: float) -> HttpLimits:
    connect_s, read_s = (min(wait_s, left_s) for wait_s in (limits.connect_timeout_s, limits.read_timeout_s))
    return replace(limits, deadline_s=left_s, connect_timeout_s=connect_s, read_timeout_s=read_s)
