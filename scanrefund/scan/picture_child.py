"""The program of the picture child: the only process that opens what strangers made.

One request a line on standard input, JSON, perhaps followed by the bytes of a picture; one reply a line: JSON
too, because the child is not trusted, so nothing it says is ever unpickled. A picture that kills, hangs or
bloats this process costs itself and nothing else: `scan.child` watches from outside, Linux limits the memory.

request  {"path", "reduced"}            a picture file
         {"origin", "bytes", "reduced"} a picture that follows, so many bytes long
         {"path", "page"}               a page of a PDF, counted from 0
         {"path", "count"}              how many pages a PDF has
reply    {"symbols": [[text, symbology, engine, [left, top, width, height], treatment]], "taken_at"}
         {"pages"} or {"fault", "code", "details"}
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Final

import cv2

from scanrefund.errors import Fault, PictureFault
from scanrefund.scan import engines, opinion
from scanrefund.scan.child import CHILD_BYTES_MAX, PICTURE_S_MAX, READY
from scanrefund.scan.confirm import is_settled
from scanrefund.scan.decode import decode
from scanrefund.scan.engines import Symbol
from scanrefund.scan.frame import Frame, Grey
from scanrefund.scan.pdf import pages_of, read_page
from scanrefund.scan.picture import bounded_bytes, read_picture, read_picture_bytes, reduced_jpeg

# No step of the cascade begins later: the last one still ends before the parent's patience does.
BUDGET_MS: Final = PICTURE_S_MAX * 1000 * 0.6

Asked = Mapping[str, Any]
Answer = dict[str, Any]


def main() -> None:
    """Answer until standard input ends."""
    replies = _replies_alone()
    cv2.setNumThreads(1)
    limit_memory()
    serve(sys.stdin.buffer, replies, answer)


def _replies_alone() -> BinaryIO:
    """Standard output for replies only: what a library prints there goes nowhere."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return replies


def limit_memory() -> None:
    """Cap the address space, on Linux: the other systems have no such limit, or do not keep it."""
    if sys.platform == "linux":
        import resource  # noqa: PLC0415  Windows has no such module

        resource.setrlimit(resource.RLIMIT_AS, (CHILD_BYTES_MAX, CHILD_BYTES_MAX))


def serve(requests: BinaryIO, replies: BinaryIO, work: Callable[[Asked, bytes], Answer]) -> None:
    """Say READY, then a reply for every request."""
    replies.write(READY)
    replies.flush()
    for line in requests:
        _end_within(2 * PICTURE_S_MAX)
        asked = json.loads(line)
        reply = _answered(work, asked, requests.read(asked.get("bytes", 0)))
        replies.write(json.dumps(reply).encode() + b"\n")
        replies.flush()
        _end_within(0)


def _end_within(limit_s: int) -> None:
    """A parent that died kills nobody: a picture that hangs must not outlive it for long. 0: no limit."""
    if sys.platform != "win32":
        signal.alarm(limit_s)


def _answered(work: Callable[[Asked, bytes], Answer], asked: Asked, body: bytes) -> Answer:
    try:
        return work(asked, body)
    except Fault as fault:
        return _told(fault)
    except MemoryError:
        return _told(_hungry(asked))
    except cv2.error as error:
        if error.code != cv2.Error.StsNoMem:
            raise
        return _told(_hungry(asked))


def _hungry(asked: Asked) -> Fault:
    origin = asked.get("path") or asked.get("origin")
    return PictureFault("picture_too_hungry", path=origin, limit=f"{CHILD_BYTES_MAX // 1_000_000_000} GB")


def _told(fault: Fault) -> Answer:
    details = {name: str(value) for name, value in fault.details.items()}
    return {"fault": type(fault).__name__, "code": fault.code, "details": details}


def answer(asked: Asked, body: bytes) -> Answer:
    """What one request asks for. Raises what reading a picture raises."""
    if asked.get("count"):
        return {"pages": pages_of(Path(asked["path"]))}
    if "page" in asked:
        return _seen(read_page(Path(asked["path"]), asked["page"]))
    if asked["reduced"]:
        return _reduced_first(asked, body)
    if "path" in asked:
        return _seen(read_picture(Path(asked["path"])))
    return _seen(read_picture_bytes(body, asked["origin"]))


def _reduced_first(asked: Asked, body: bytes) -> Answer:
    """A large JPEG at a fraction of its size, whole only if nothing certain is read."""
    origin, changed_at = asked.get("origin", asked.get("path")), None
    if "path" in asked:
        body, changed_at = bounded_bytes(Path(asked["path"]))
    if shrunk := reduced_jpeg(body, origin):
        pixels, times = shrunk
        if found := first_look(pixels):
            return _reply([_enlarged(symbol, times) for symbol in found], None)
    frame = read_picture_bytes(body, origin)
    return _seen(replace(frame, taken_at=frame.taken_at or changed_at))


def first_look(grey: Grey) -> list[Symbol]:
    """What zxing-cpp reads at once, bars with their second opinion; nothing unless all of it is certain."""
    for read in (engines.zxing_fast, engines.zxing):
        found = read(grey)
        if found and not is_settled(found):
            found += opinion.second_opinion(grey, found)
        if is_settled(found):
            return found
    return []


def _enlarged(symbol: Symbol, times: int) -> Symbol:
    left, top, width, height = (times * side for side in symbol.box)
    return replace(symbol, box=(left, top, width, height))


def _seen(frame: Frame) -> Answer:
    taken_at = frame.taken_at.isoformat() if frame.taken_at else None
    return _reply(decode(frame, budget_ms=BUDGET_MS), taken_at)


def _reply(symbols: list[Symbol], taken_at: str | None) -> Answer:
    told = [(one.text, one.symbology, one.engine, one.box, one.treatment) for one in symbols]
    return {"symbols": told, "taken_at": taken_at}


if __name__ == "__main__":
    main()
