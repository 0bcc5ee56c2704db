"""The addresses the wallets send their notices to: `POST /notices/wechat` and `POST /notices/alipay`.

Each wallet is answered as its documents say, within five seconds: the notice is on disk by then, and the
worker asks later. A notice that is not believed, or could not be kept, is refused, so that a true one comes
again. Nothing here may be reached by more than the wallets need: bodies are small, and read for a short time.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from scanrefund.errors import Fault, NoticeFault
from scanrefund.model.wallet import Wallet
from scanrefund.notice_desk import NoticeDesk

BODY_BYTES_MAX: Final = 65_536  # the wallets' notices have one to three thousand
BODY_S_MAX: Final = 4.0  # they give up after five
_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Manner:
    """How one wallet wants to be answered."""

    taken: Response
    refused: str
    media_type: str


def _manner(wallet: Wallet) -> _Manner:
    """WeChat Pay: 204, or a JSON failure. Alipay: the seven letters `success`, or any other text."""
    if wallet is Wallet.WECHAT:
        return _Manner(Response(status_code=204), '{"code":"FAIL","message":"%s"}', "application/json")
    return _Manner(Response("success", media_type="text/plain"), "fail: %s", "text/plain")


def notice_routes(desk: NoticeDesk, body_s_max: float = BODY_S_MAX) -> APIRouter:
    """The routes, for whichever server the shop runs; a body may take `body_s_max` seconds to come."""
    routes = APIRouter()

    @routes.post("/notices/{wallet}", include_in_schema=False)
    async def notice(wallet: Wallet, request: Request) -> Response:
        manner = _manner(wallet)
        try:
            body = await asyncio.wait_for(_body(request, wallet), body_s_max)
            await run_in_threadpool(desk.receive, wallet, request.headers, body)
        except (TimeoutError, ClientDisconnect):
            # Half a notice, from somebody slow or gone: the wallet sends it again.
            return _refused(manner, 408, "timeout")
        except NoticeFault as fault:
            _log.warning("%s", fault)
            return _refused(manner, 400, fault.code)
        except Fault as fault:
            _log.error("%s", fault)
            return _refused(manner, 503, fault.code)
        return manner.taken

    return routes


def application(desk: NoticeDesk, body_s_max: float = BODY_S_MAX) -> FastAPI:
    """A server of nothing but notices."""
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.include_router(notice_routes(desk, body_s_max))
    return app


def _refused(manner: _Manner, status: int, code: str) -> Response:
    return Response(manner.refused % code, status, media_type=manner.media_type)


async def _body(request: Request, wallet: Wallet) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise NoticeFault("notice_too_large", wallet=wallet.value)
    return bytes(body)
