"""The addresses the wallets send their notices to: `POST /notices/wechat` and `POST /notices/alipay`.

Each wallet is answered as its documents say, within five seconds: the notice is on disk by then, and the
worker asks later. A notice that is not believed, or could not be kept, is refused, so that a true one comes
again. Nothing here may be reached by more than the wallets need: bodies are small, and read for a short time.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from scanrefund.errors import Fault, NoticeFault
from scanrefund.model.wallet import FACTS, NoticeAnswer, Wallet
from scanrefund.notice_desk import NoticeDesk

BODY_BYTES_MAX: Final = 65_536  # the wallets' notices have one to three thousand
BODY_S_MAX: Final = 4.0  # they give up after five
_log: Final = logging.getLogger(__name__)


def notice_routes(desk: NoticeDesk, body_s_max: float = BODY_S_MAX) -> APIRouter:
    """The routes, for whichever server the shop runs; a body may take `body_s_max` seconds to come."""
    routes = APIRouter()

    @routes.post("/notices/{wallet}", include_in_schema=False)
    async def notice(wallet: Wallet, request: Request) -> Response:
        answer = FACTS[wallet].notice_answer
        try:
            body = await asyncio.wait_for(_body(request, wallet), body_s_max)
            await run_in_threadpool(desk.receive, wallet, request.headers, body)
        except (TimeoutError, ClientDisconnect):
            # Half a notice, from somebody slow or gone: the wallet sends it again.
            return _refused(answer, 408, "timeout")
        except NoticeFault as fault:
            _log.warning("%s", fault)
            return _refused(answer, 400, fault.code)
        except Fault as fault:
            _log.error("%s", fault)
            return _refused(answer, 503, fault.code)
        return _taken(answer)

    return routes


def application(desk: NoticeDesk, body_s_max: float = BODY_S_MAX) -> FastAPI:
    """A server of nothing but notices."""
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.include_router(notice_routes(desk, body_s_max))
    return app


def _taken(answer: NoticeAnswer) -> Response:
    if not answer.taken:
        return Response(status_code=answer.taken_status)
    return Response(answer.taken, answer.taken_status, media_type=answer.media_type)


def _refused(answer: NoticeAnswer, status: int, code: str) -> Response:
    return Response(answer.refusal(code), status, media_type=answer.media_type)


async def _body(request: Request, wallet: Wallet) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise NoticeFault("notice_too_large", wallet=wallet.value)
    return bytes(body)
