"""How bytes come in and how a reply goes out: whole, late, byte by byte, cut short, or not at all."""

from __future__ import annotations

import asyncio
import socket
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from scanrefund.sandbox.spoken import Call, Reply, Travel

# Far above any call of either wallet.
BODY_BYTES_MAX: Final = 64 * 1024
_TRANSPORT: Final = "transport"


class Port(H11Protocol):
    """An HTTP connection that lets the answer reach its socket: closing without an answer needs it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # Head and body go out as two writes; the second must not wait 40 ms for the first to be acknowledged.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, _TRANSPORT: transport}


class House(Server):
    """A server that, when it stops, does not wait for the replies it is holding back."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)

    async def shutdown(self, sockets: Any = None) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)


class OriginForm:
    """Lets a request whose target is a whole address (RFC 9112, 3.2.2) in by the address's path.

    Alipay's official SDK for Python sends such targets.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith("/"):
            path, raw_path = urlsplit(scope["path"]).path, urlsplit(scope["raw_path"]).path
            scope = {**scope, "path": path or "/", "raw_path": raw_path or b"/"}
        await self._app(scope, receive, send)


class TooMuch(Exception):
    """The body is larger than any call of either wallet."""


async def read_call(request: Request) -> Call:
    """The request with its target as it stood on the wire: both wallets sign that text. Raises TooMuch."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise TooMuch
    path, query = request.scope["raw_path"], request.scope["query_string"]
    target = path + b"?" + query if query else path
    return Call(request.method, target.decode("ascii"), dict(request.headers), bytes(body))


class Delivery(Response):
    """One reply on its way."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.body, reply.status, dict(reply.headers))
        self._reply = reply

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match self._reply.travel:
            case Travel.DROPPED:
                scope["state"][_TRANSPORT].abort()
                await receive()
            case Travel.CUT:
                await self._send_cut(scope, receive, send)
            case Travel.LATE:
                if not await _gone(receive, self._reply.delay_s):
                    await super().__call__(scope, receive, send)
            case Travel.DRIPPING:
                await self._drip(receive, send)
            case Travel.WHOLE:
                await super().__call__(scope, receive, send)

    async def _send_cut(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The length of the whole, half of the bytes, then the end of the connection."""
        await self._send_head(send)
        half = self.body[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        scope["state"][_TRANSPORT].close()
        await receive()

    async def _drip(self, receive: Receive, send: Send) -> None:
        """One byte, a pause, the next byte, until the end or until nobody listens."""
        await self._send_head(send)
        for place in range(len(self.body)):
            byte = bytes(self.body[place : place + 1])
            await send({"type": "http.response.body", "body": byte, "more_body": True})
            if await _gone(receive, self._reply.delay_s):
                return
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_head(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})


async def _gone(receive: Receive, wait_s: float) -> bool:
    """Wait, or learn earlier that the other end has left: the request is read, nothing else can come."""
    try:
        await asyncio.wait_for(receive(), wait_s)
    except TimeoutError:
        return False
    return True
