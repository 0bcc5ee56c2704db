"""The sandbox as a process or as a thread: one port, on loopback unless told otherwise, and one folder.

`run` serves until it is interrupted, `start` serves beside the caller:

    with start(Path("sandbox")) as running:
        print(running.base_url)
"""

from __future__ import annotations

import errno
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from ipaddress import IPv4Address
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from uvicorn import Config

from scanrefund.sandbox.alipay_calls import Alipay
from scanrefund.sandbox.alipay_notices import AlipayHerald
from scanrefund.sandbox.controls import controls
from scanrefund.sandbox.delivery import Delivery, House, OriginForm, Port, TooMuch, read_call
from scanrefund.sandbox.folder import Folder
from scanrefund.sandbox.notice_controls import notice_controls
from scanrefund.sandbox.notices import Messenger
from scanrefund.sandbox.phone import phone
from scanrefund.sandbox.spoken import Call, Reply
from scanrefund.sandbox.state import Store
from scanrefund.sandbox.wechat_calls import WechatPay
from scanrefund.sandbox.wechat_keys import WechatKeys, key_controls
from scanrefund.sandbox.wechat_notices import WechatHerald

LOOPBACK: Final = "127.0.0.1"
Pace = Literal["rehearsal", "real"]
_START_S_MAX: Final = 60.0
# A notice may be on its way to a shop that takes its five seconds.
_STOP_S_MAX: Final = 12.0
_METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


class PortInUse(Exception):
    """Something else listens on the port that was asked for."""


class _House(House):
    """Says when it serves."""

    def __init__(self, config: Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self._on_ready()


class NotOurAddress(Exception):
    """The address to listen on is none of this machine's IPv4 addresses."""


def _listen(host: str, port: int, preferred: int) -> socket.socket:
    """A listening socket on `port`; for port 0 on the preferred one, or where there is room."""
    for wanted in (port,) if port else (preferred, 0):
        try:
            return socket.create_server((host, wanted), backlog=64)
        except OSError as wrong:
            if isinstance(wrong, socket.gaierror) or wrong.errno == errno.EADDRNOTAVAIL:
                raise NotOurAddress(host) from wrong
    raise PortInUse(port)


def _is_everywhere(host: str) -> bool:
    try:
        return IPv4Address(host).is_unspecified
    except ValueError:
        raise NotOurAddress(host) from None


def seen_from_outside(host: str) -> str:
    """Where other devices find what listens on `host`; for 0.0.0.0, the address this machine speaks from."""
    if not _is_everywhere(host):
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # An address for documents: a datagram socket that connects picks a route and sends nothing.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return LOOPBACK
        return str(probe.getsockname()[0])


def _application(folder: Folder, store: Store, keys: WechatKeys, pace: Pace) -> FastAPI:
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    for router in (controls(store), notice_controls(store), key_controls(keys), phone(store)):
        app.include_router(router)
    keeps_spacing = pace == "real"
    wallets = (
        WechatPay(folder.wechat(), store, keys, keeps_spacing=keeps_spacing),
        Alipay(folder.alipay(), store, keeps_spacing=keeps_spacing),
    )

    def answer(call: Call) -> Reply:
        found = (wallet.answer(call, time.time()) for wallet in wallets)
        return next((reply for reply in found if reply), Reply(404))

    async def wallet_door(request: Request) -> Response:
        try:
            call = await read_call(request)
        except TooMuch:
            return Response(status_code=413, headers={"connection": "close"})
        return Delivery(await run_in_threadpool(answer, call))

    app.add_route("/{anything:path}", wallet_door, methods=_METHODS)
    app.add_exception_handler(RequestValidationError, _wrong_body)
    app.add_exception_handler(HTTPException, _refused)
    return app


def _wrong_body(_: Request, wrong: Exception) -> JSONResponse:
    """400 and the first field that is wrong; what stood in it is not repeated."""
    first = wrong.errors()[0] if isinstance(wrong, RequestValidationError) else {"loc": (), "msg": ""}
    place = ".".join(str(part) for part in first["loc"] if part not in {"body", "path"})
    return JSONResponse({"error": f"{place}: {first['msg']}"}, 400)


def _refused(_: Request, refused: Exception) -> JSONResponse:
    status = refused.status_code if isinstance(refused, HTTPException) else 400
    detail = refused.detail if isinstance(refused, HTTPException) else ""
    return JSONResponse({"error": detail}, status)


def _house(app: FastAPI, on_ready: Callable[[], None]) -> _House:
    config = Config(
        OriginForm(app),
        http=Port,
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    return _House(config, on_ready)


class Running:
    """A sandbox that is being served, or is about to be, at `base_url` from `folder`."""

    def __init__(
        self, path: Path, port: int, seed: int, pace: Pace, on_ready: Callable[[str], None], host: str
    ) -> None:
        folder = Folder(path, seed)
        self.folder = folder.path
        with ExitStack() as opened:
            store = Store(folder.state_file, seed)
            opened.callback(store.close)
            near = LOOPBACK if _is_everywhere(host) else host
            self._socket = _listen(host, port, folder.last_port)
            opened.callback(self._socket.close)
            self.base_url = f"http://{near}:{self._socket.getsockname()[1]}"
            folder.announce(self.base_url)
            keys = WechatKeys(folder.wechat(), store)
            heralds = (WechatHerald(folder.wechat(), keys), AlipayHerald(folder.alipay()))
            self._messenger = Messenger(store, heralds)
            app = _application(folder, store, keys, pace)
            self._house = _house(app, lambda: on_ready(self.base_url))
            self._opened = opened.pop_all()
        self._thread: threading.Thread | None = None

    def serve(self) -> None:
        """Serve in this thread until interrupted or stopped."""
        with self._opened, self._messenger:
            self._house.run(sockets=[self._socket])

    def serve_beside(self) -> None:
        """Serve in a thread of its own; returns when calls are answered."""
        self._thread = threading.Thread(target=self.serve, name="sandbox", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + _START_S_MAX
        while not self._house.started and time.monotonic() < deadline:
            time.sleep(0.005)

    @property
    def is_serving(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def stop(self) -> None:
        """Serve no longer; the folder is free when this returns."""
        self._house.should_exit = True
        if self._thread:
            self._thread.join(_STOP_S_MAX)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()


def _quietly(_: str) -> None:
    """Nobody waits for a line about a sandbox in the same process."""


def start(path: Path, port: int = 0, seed: int = 1, pace: Pace = "rehearsal") -> Running:
    """Serve in a thread. Raises PortInUse, and FolderInUse when another sandbox has the folder."""
    running = Running(path, port, seed, pace, _quietly, LOOPBACK)
    running.serve_beside()
    return running


def run(
    path: Path, port: int, seed: int, pace: Pace, on_ready: Callable[[str], None], host: str = LOOPBACK
) -> None:
    """Serve until interrupted; `on_ready` is told the base URL once calls are answered.

    Raises as `start`, and NotOurAddress for a `host` this machine has not got.
    """
    Running(path, port, seed, pace, on_ready, host).serve()
