"""Who may talk to the page: only itself. Looked at before anything else is done with a request.

A name that was made to point at this machine (DNS rebinding) has a foreign `Host`; another page in the same
browser has a foreign `Origin` or says `cross-site`, or `same-site` from another port; a form cannot send
JSON. What is left needs the session's cookie and its token (`sessions.py`). Source: OWASP ASVS 5.0, V3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qsl, unquote

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scanrefund.errors import Fault, UsageFault
from scanrefund.model.printable import codes_hidden
from scanrefund.web.faults import told

NAMES: Final = ("127.0.0.1", "localhost", "[::1]")
METHODS: Final = frozenset({"GET", "POST"})
_SHELL: Final = ("/", "/favicon.ico")
_HTTP_PORT: Final = 80

CONTENT_SECURITY: Final = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": CONTENT_SECURITY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # The browser's own camera is a second source; nothing else is asked for.
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), usb=(), payment=()",
    "Cache-Control": "no-store",
}


# Whether a request with these headers, to this Host, comes from somewhere else.
Foreign = Callable[[Headers, str, Scope], Fault | None]


def tell(fault: Fault, _scope: Scope) -> Response:
    """A refusal as the page gets it, which has no language yet."""
    return told(fault, "")


class Guard:
    """Refuses what does not come from where it may, and puts the safety headers on every answer."""

    def __init__(
        self,
        app: ASGIApp,
        foreign: Foreign | None = None,
        tell: Callable[[Fault, Scope], Response] = tell,
    ) -> None:
        self._app = app
        self._foreign = foreign or from_elsewhere
        self._tell = tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        refused = refusal(scope, self._foreign)
        answer = self._app if refused is None else self._tell(refused, scope)
        await answer(scope, receive, _with_headers(send))


def refusal(scope: Scope, foreign: Foreign) -> Fault | None:
    """Why a request is not even looked at, or None."""
    headers = Headers(scope=scope)
    host = _own_host(headers, scope)
    if host is None:
        return UsageFault("host_foreign")
    if scope["method"] not in METHODS:
        return UsageFault("method_wrong")
    if (fault := foreign(headers, host, scope)) is not None:
        return fault
    if _holds_code(scope):
        return UsageFault("code_in_url")
    if scope["method"] == "POST" and not _is_json(headers):
        return UsageFault("content_type_wrong")
    return None


def _own_host(headers: Headers, scope: Scope) -> str | None:
    """The one Host header, if it is a name of this machine with the port that is served."""
    hosts = headers.getlist("host")
    server = scope.get("server")
    port = server[1] if server else None
    ours = {f"{name}:{port}" for name in NAMES} | (set(NAMES) if port == _HTTP_PORT else set())
    return hosts[0] if len(hosts) == 1 and hosts[0].lower() in ours else None


def from_elsewhere(
    headers: Headers, host: str, scope: Scope, opened: tuple[str, ...] = _SHELL
) -> Fault | None:
    """The refusal of what another page sends. `opened` are the addresses that somebody may type."""
    origins = headers.getlist("origin")
    if any(origin.lower() != f"http://{host}".lower() for origin in origins):
        return UsageFault("origin_foreign")
    # `none` is a typed address or a bookmark: that opens the page, and nothing behind it.
    typed = scope["method"] != "POST" and scope["path"] in opened
    allowed = {"same-origin", "none"} if typed else {"same-origin"}
    if any(site not in allowed for site in headers.getlist("sec-fetch-site")):
        return UsageFault("origin_foreign")
    return None


def _holds_code(scope: Scope) -> bool:
    """Whether a payment code stands in the address: addresses are kept by browsers and written into logs."""
    path = unquote(scope["path"])
    query = scope["query_string"].decode("latin-1")
    values = [part for pair in parse_qsl(query, keep_blank_values=True) for part in pair]
    return any(codes_hidden(text) != text for text in [*path.split("/"), *values])


def _is_json(headers: Headers) -> bool:
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == "application/json"


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sent
