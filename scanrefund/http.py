"""One HTTP client for everyone: a deadline, a size cap, and an honest word on whether anything left.

`NotSent` is raised only when not one byte of the request was handed to a connection; everything else
that is not a whole answer is `NoAnswer`. The proof is the connection's own (`_Trip.begun`), never a
text; the kind of error only chooses the sentence. A kept-alive connection that breaks is `NoAnswer`:
the wallet may have read the request before it closed.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from http.client import IncompleteRead
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import connection, connectionpool
from urllib3 import exceptions as wire

from scanrefund import __version__
from scanrefund.errors import Bug, NetworkFault, NoAnswer, NotSent

# At these levels urllib3 would write the request's address, and Alipay's carries the signature.
logging.getLogger("urllib3").setLevel(logging.ERROR)

CHUNK_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """How long and how large one exchange may be.

    A look-up of a host name cannot be cut short; the deadline is checked as soon as it returns.
    """

    connect_timeout_s: float = 5.0
    read_timeout_s: float = 10.0
    deadline_s: float = 15.0  # a clerk waits this long at most; ends a server that drips
    body_bytes_max: int = 1_000_000  # the wallets' answers have a few kB


@dataclass(frozen=True, slots=True)
class HttpReply:
    """A whole answer. Header names are case-insensitive; headers and body never print themselves."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    elapsed_ms: int


class Http:
    """One session for every thread. The constructor opens nothing."""

    def __init__(self, limits: HttpLimits | None = None) -> None:
        self.limits = limits or HttpLimits()
        self._session = _Session()

    def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes = b"",
        limits: HttpLimits | None = None,
    ) -> HttpReply:
        """Send one request, exactly once, and read its whole answer; `limits` stand in for the usual ones.

        Raises NotSent or NoAnswer, each with `host`; Bug when the address would change on its way,
        because a signature covers it as it is.
        """
        limits = limits or self.limits
        prepared = self._session.prepare_request(requests.Request(method, url, dict(headers), data=body))
        if prepared.url != url:
            raise Bug("url_rewritten", host=_host(url))
        started = time.monotonic()
        with _trip_of(limits.deadline_s) as trip:
            try:
                response = self._send(prepared, limits)
                with response:
                    content = _read(response, limits.body_bytes_max)
            except (requests.RequestException, wire.HTTPError, OSError) as error:
                raise _fault(error, trip, _host(url)) from None
            if trip.expired:
                # A body without a length ends like a whole one when the deadline closes it.
                raise NoAnswer("deadline", host=_host(url))
        elapsed_ms = round((time.monotonic() - started) * 1000)
        _refuse(response.status_code, len(content), limits.body_bytes_max, _host(url))
        return HttpReply(response.status_code, CaseInsensitiveDict(response.headers), content, elapsed_ms)

    def _send(self, prepared: requests.PreparedRequest, limits: HttpLimits) -> requests.Response:
        timeouts = (limits.connect_timeout_s, limits.read_timeout_s)
        return self._session.send(
            prepared, stream=True, verify=True, timeout=timeouts, allow_redirects=False, proxies={}
        )


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _read(response: requests.Response, bytes_max: int) -> bytes:
    """The decoded body, up to one chunk more than the cap allows."""
    content = bytearray()
    for chunk in response.raw.stream(CHUNK_BYTES, decode_content=True):
        content += chunk
        if len(content) > bytes_max:
            break
    return bytes(content)


def _refuse(status: int, size_bytes: int, bytes_max: int, host: str) -> None:
    if size_bytes > bytes_max:
        raise NoAnswer("too_large", host=host)
    if 300 <= status < 400:
        raise NoAnswer("redirect", host=host)


# The first kind found in the chain of causes names the fault.
_NOT_SENT: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (wire.NameResolutionError, "name_not_found"),
    (wire.SSLError, "tls_failed"),
    (wire.NewConnectionError, "no_connection"),
    (wire.TimeoutError, "connect_timeout"),
)
_NO_ANSWER: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (wire.ReadTimeoutError, "timeout"),
    (wire.DecodeError, "garbled"),
    (IncompleteRead, "truncated"),
)


def _fault(error: BaseException, trip: _Trip, host: str) -> NetworkFault:
    if not trip.begun:
        return NotSent(_kind(error, _NOT_SENT) or "no_connection", host=host)
    if trip.expired:
        return NoAnswer("deadline", host=host)
    return NoAnswer(_kind(error, _NO_ANSWER) or "reset", host=host)


def _kind(error: BaseException, kinds: tuple[tuple[type[BaseException], str], ...]) -> str:
    causes = tuple(_causes(error))
    return next((name for kind, name in kinds if any(isinstance(cause, kind) for cause in causes)), "")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


class _Trip:
    """One exchange: whether a byte may have left, and a handle that ends it at the deadline."""

    def __init__(self) -> None:
        self.begun = False
        self.expired = False
        self._handle: socket.socket | None = None

    def hold(self, sock: socket.socket) -> None:
        """Keep a second handle: it stays valid when TLS takes the first one over."""
        if self._handle is None:
            self._handle = socket.fromfd(sock.fileno(), sock.family, sock.type)
        if self.expired:
            self.expire()

    def expire(self) -> None:
        """Close the connection under whoever reads from it. Runs in the timer's thread."""
        self.expired = True
        if self._handle is not None:
            with suppress(OSError):
                self._handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self._handle is not None:
            self._handle.close()


_current: ContextVar[_Trip] = ContextVar("_current")


@contextmanager
def _trip_of(deadline_s: float) -> Iterator[_Trip]:
    trip = _Trip()
    token = _current.set(trip)
    timer = threading.Timer(deadline_s, trip.expire)
    timer.daemon = True
    timer.start()
    try:
        yield trip
    finally:
        timer.cancel()
        _current.reset(token)
        trip.close()


class _Marking:
    """Tells the running trip which socket is its own, and when the first byte leaves."""

    sock: socket.socket | None

    def _new_conn(self) -> socket.socket:
        sock: socket.socket = super()._new_conn()  # type: ignore[misc]
        _current.get().hold(sock)
        return sock

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()  # type: ignore[attr-defined]
        trip = _current.get()
        if self.sock is not None:
            trip.hold(self.sock)
        trip.begun = True
        super().send(data)  # type: ignore[misc]


class _PlainConnection(_Marking, connection.HTTPConnection):
    pass


class _TlsConnection(_Marking, connection.HTTPSConnection):
    pass


class _PlainPool(connectionpool.HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(connectionpool.HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}


class _Session(requests.Session):
    """No environment, no cookies, no redirects, no repeats: what we send is what we signed, once."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers.clear()
        self.headers.update({"User-Agent": f"scanrefund/{__version__}", "Accept-Encoding": "identity"})
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter(pool_connections=4, pool_maxsize=4, max_retries=0))

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002
        """Never: requests would read a redirect's whole body, past every cap."""
        return
