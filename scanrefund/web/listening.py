"""What flows as long as a page is open: its events, and the camera's picture."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from scanrefund.errors import LedgerFault, UsageFault
from scanrefund.web.call import Call
from scanrefund.web.events import Ear
from scanrefund.web.sessions import Session
from scanrefund.web.status import camera_of, status_of

# How soon a stream notices that its page was locked, signed out, or that the program stops.
NOTICE_S: Final = 0.5
# A sign of life, so that a page sees a dead counter; and how soon it comes back then.
LIFE_EVERY: Final = 20
RETRY_MS: Final = 1_000
# Fifteen pictures a second look alive; more only warm the machine.
PICTURE_EVERY_S: Final = 1 / 15
_BOUNDARY: Final = b"picture"

_Chunk = str | bytes


def events(call: Call) -> Response:
    """Server-sent events, in the page's language. A locked page hears only that it is locked."""
    if call.site.events.is_full:
        raise UsageFault("too_many_pages")
    return StreamingResponse(_events(call), media_type="text/event-stream")


def picture(call: Call) -> Response:
    """The camera's preview as a stream of JPEGs."""
    if not call.site.camera.is_on:
        raise UsageFault("camera_is_off")
    media_type = f"multipart/x-mixed-replace; boundary={_BOUNDARY.decode()}"
    return StreamingResponse(_pictures(call), media_type=media_type)


async def _events(call: Call) -> AsyncIterator[_Chunk]:
    site = call.site
    with site.events.listening() as ear, _open_page(call.session):
        yield f"retry: {RETRY_MS}\n\n"
        if not _is_locked(call):
            yield await _told(call, "status", lambda language: status_of(site, language))
            yield await _told(call, "camera", lambda language: camera_of(site, language))
        async for chunk in _heard(call, ear):
            yield chunk


@contextmanager
def _open_page(session: Session) -> Iterator[None]:
    """Count the stream, on the one loop that serves."""
    session.ears += 1
    try:
        yield
    finally:
        session.ears -= 1


async def _heard(call: Call, ear: Ear) -> AsyncIterator[_Chunk]:
    quiet, locked_told = 0, False
    while _goes_on(call):
        event = await ear.next(NOTICE_S)
        if _is_locked(call):
            if not locked_told:
                yield _line("lock", {})
            locked_told = True
            continue
        locked_told = False
        quiet = 0 if event else quiet + 1
        if event is not None:
            yield await _told(call, event.kind, event.tell)
        elif quiet % LIFE_EVERY == 0:
            yield ": here\n\n"


async def _pictures(call: Call) -> AsyncIterator[_Chunk]:
    site, number = call.site, 0
    while _goes_on(call) and not _is_locked(call) and site.camera.is_on:
        preview = await run_in_threadpool(site.camera.preview, number, NOTICE_S)
        if preview is None:
            continue
        number = preview.number
        length = f"Content-Length: {len(preview.jpeg)}".encode()
        head = (b"--" + _BOUNDARY, b"Content-Type: image/jpeg", length, b"", b"")
        yield b"\r\n".join(head) + preview.jpeg + b"\r\n"
        await asyncio.sleep(PICTURE_EVERY_S)


def _goes_on(call: Call) -> bool:
    return not call.site.closing.is_set() and call.site.sessions.holds(call.session)


def _is_locked(call: Call) -> bool:
    call.site.sessions.of(call.session.token, call.now())
    return call.session.locked


async def _told(call: Call, kind: str, tell: Any) -> str:
    """An event's text. That the ledger is away, the page's next call tells."""
    try:
        return _line(kind, await run_in_threadpool(tell, call.session.language))
    except LedgerFault:
        return ": away\n\n"


def _line(kind: str, document: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps(document, ensure_ascii=False)}\n\n"
