"""The one road from a picture, a camera or a line of keys to a Reading."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from scanrefund.errors import Fault
from scanrefund.model.shown import Kind, Reading, Source
from scanrefund.scan.choose import nothing, reading_of
from scanrefund.scan.confirm import weigh
from scanrefund.scan.decode import decode
from scanrefund.scan.events import Recovered, Trouble
from scanrefund.scan.frame import Frame
from scanrefund.scan.identify import identify, identify_typed
from scanrefund.scan.keyboard import scanned_text
from scanrefund.scan.live import Live
from scanrefund.scan.look import Seen, look_at_bytes, look_at_file
from scanrefund.scan.presence import Announced

# Nobody waits for a camera that is not there: a wrong number or address does not mend itself.
_NOT_THERE: Final = frozenset({"camera_missing", "camera_url_silent"})


def read_picture_file(path: Path) -> Reading:
    """What a picture file shows, read in a picture child. Raises what `scan.look.look_at_file` raises."""
    return _read_seen(look_at_file(path))


def read_picture_upload(data: bytes, origin: str) -> Reading:
    """What an upload shows, read in a picture child. Raises what `scan.look.look_at_bytes` raises."""
    return _read_seen(look_at_bytes(data, origin))


def _read_seen(seen: Seen) -> Reading:
    return reading_of(weigh([seen.symbols], still=True), Source.PICTURE, seen.taken_at)


def read_frame(frame: Frame) -> Reading:
    """What a single picture shows: Kind.NOTHING where no code is read."""
    return reading_of(weigh([decode(frame)], still=True), Source.PICTURE, frame.taken_at)


def watch(
    live: Live,
    *,
    for_s: float,
    tell: Callable[[Fault | None], object] = lambda _fault: None,
    clock: Callable[[], float] = time.monotonic,
) -> Reading:
    """Start a camera and look until something is certain, a recording ends or `for_s` seconds pass.

    `tell` hears what is wrong with the camera while it is waited for, and None when that is over. Without a
    certain reading the last uncertain one is returned (`confirmed` is False: it cannot enter a refund), or
    Kind.NOTHING. The caller closes the camera. Raises the fault that ended a recording, or that a camera had
    from the beginning or has at the end of the time.
    """
    ends = clock() + for_s
    with live.listen() as listener:
        live.start()
        while True:
            event = listener.next(max(ends - clock(), 0))
            match event:
                case Announced(reading):
                    return reading
                case Trouble(fault) if live.frames or fault.code not in _NOT_THERE:
                    tell(fault)
                case Recovered():
                    tell(None)
                case _:
                    return _last_of(live)


def _last_of(live: Live) -> Reading:
    if live.trouble is not None:
        raise live.trouble
    return live.last_seen or nothing(live.seen_by, None)


def read_line(line: str, *, typed: bool, now: datetime) -> Reading:
    """What one line of a barcode scanner, or of a person (`typed`), says.

    The scanner has checked its code itself, a person has read it: both are certain. Raises UsageFault
    line_too_long.
    """
    if typed:
        return Reading(identify_typed(scanned_text(line)), Source.TYPED, now)
    return Reading(identify(scanned_text(line)), Source.SCANNER, now)


def read_lines(lines: Sequence[str], *, now: datetime) -> Reading | None:
    """What lines that came together from a scanner or a till say: the first, with other codes as its rivals.

    None without a line. Raises UsageFault line_too_long.
    """
    readings = [read_line(line, typed=False, now=now) for line in lines]
    if not readings:
        return None
    codes = [reading.shown for reading in readings if reading.shown.kind is Kind.PAYMENT_CODE]
    rivals = tuple(dict.fromkeys(shown for shown in codes if shown != readings[0].shown))
    return replace(readings[0], rivals=rivals)
