"""The one road from a picture, a camera or a line of keys to a Reading."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from scanrefund.model.shown import Kind, Reading, Shown, Source
from scanrefund.scan.confirm import Symbols, Verdict, hints, weigh
from scanrefund.scan.decode import STEPS_MAX_VIDEO, decode
from scanrefund.scan.frame import Frame, FrameSource
from scanrefund.scan.identify import identify, identify_typed
from scanrefund.scan.keyboard import line_text, scanned_text
from scanrefund.scan.look import Seen, look_at_bytes, look_at_file

# One second of a 15-frame webcam: long enough for three frames to agree, short enough for one customer.
WINDOW_FRAMES: Final = 15
# Ten minutes of a 30-frame webcam: a watch that nobody ends still ends.
WATCH_FRAMES_MAX: Final = 18_000

# What a clerk is after comes first; then what the desk can look up; then what is only named.
_PREFERRED: Final = (
    Kind.PAYMENT_CODE,
    Kind.OUR_REFUND_NUMBER,
    Kind.WALLET_ORDER_NUMBER,
    Kind.WALLET_REFUND_NUMBER,
    Kind.LONG_NUMBER,
)


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
    source: FrameSource,
    *,
    now: Callable[[], datetime],
    deadline: datetime,
    frames_max: int = WATCH_FRAMES_MAX,
) -> Reading:
    """Watch until something is certain, the source ends, `deadline` passes or `frames_max` frames were seen.

    What was recorded (`source.live` is False) proves no more than a picture, and is one, with its own time.
    Without a certain reading the last uncertain one is returned (`confirmed` is False: it cannot enter a
    refund), or Kind.NOTHING. The caller closes the source. Raises what the source raises.
    """
    window: deque[Symbols] = deque(maxlen=WINDOW_FRAMES)
    seen_by = Source.CAMERA if source.live else Source.PICTURE
    last = _nothing(seen_by, now() if source.live else None)
    for turn, frame in enumerate(source):
        window.append(decode(frame, steps_max=STEPS_MAX_VIDEO, turn=turn, again=hints(window)))
        reading = reading_of(weigh(window, still=False), seen_by, frame.taken_at)
        if reading.shown.kind is not Kind.NOTHING:
            last = reading
        if _is_certain(reading) or turn + 1 >= frames_max or now() >= deadline:
            break
    return last


def read_line(line: str, *, typed: bool, now: datetime) -> Reading:
    """What one line of a barcode scanner, or of a person (`typed`), says.

    The scanner has checked its code itself, a person has read it: both are certain. Raises UsageFault
    line_too_long.
    """
    if typed:
        return Reading(identify_typed(line_text(line)), Source.TYPED, now)
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


def reading_of(verdicts: Sequence[Verdict], source: Source, taken_at: datetime | None) -> Reading:
    """One reading from all texts in view: a payment code before anything else, others of them as rivals."""
    if not verdicts:
        return _nothing(source, taken_at)
    chosen = min(verdicts, key=_rank)
    codes = [verdict.shown for verdict in verdicts if verdict.shown.kind is Kind.PAYMENT_CODE]
    rivals = tuple(shown for shown in codes if shown != chosen.shown)
    return Reading(chosen.shown, source, taken_at, chosen.confirmed, rivals)


def _rank(verdict: Verdict) -> tuple[int, bool]:
    kind = verdict.shown.kind
    place = _PREFERRED.index(kind) if kind in _PREFERRED else len(_PREFERRED)
    return place, not verdict.confirmed


def _nothing(source: Source, taken_at: datetime | None) -> Reading:
    return Reading(Shown(Kind.NOTHING), source, taken_at, confirmed=False)


def _is_certain(reading: Reading) -> bool:
    return reading.confirmed and reading.shown.kind is not Kind.NOTHING
