"""Who may talk to the page: only itself. Looked at before anything else is done with a request.

A name that was made to point at this machine (DNS rebinding) has a foreign `Host`; another page in the same
browser has a foreign `Origin` or says `cross-site`, or `same-site` from another port; a form cannot send
JSON. What is left needs the session's cookie and its token (`sessions.py`). Source: OWASP ASVS 5.0, V3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, unquote

from starlette.datastructures import Headers, MutableHeaders
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


class Guard:
    """Refuses what does not come from the page itself, and puts the safety headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        refused = refusal(scope)
        answer = self._app if refused is None else told(refused, "")
        await answer(scope, receive, _with_headers(send))


def refusal(scope: Scope) -> Fault | None:
    """Why a request is not even looked at, or None."""
    headers = Headers(scope=scope)
    host = _own_host(headers, scope)
    if host is None:
        return UsageFault("host_foreign")
    if scope["method"] not in METHODS:
        return UsageFault("method_wrong")
    if _is_foreign(headers, host, scope):
        return UsageFault("origin_foreign")
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


def _is_foreign(headers: Headers, host: str, scope: Scope) -> bool:
    origins = headers.getlist("origin")
    if any(origin.lower() != f"http://{host}".lower() for origin in origins):
        return True
    # `none` is a typed address or a bookmark: that opens the page, and nothing behind it.
    opened = scope["method"] != "POST" and scope["path"] in _SHELL
    allowed = {"same-origin", "none"} if opened else {"same-origin"}
    return any(site not in allowed for site in headers.getlist("sec-fetch-site"))


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
