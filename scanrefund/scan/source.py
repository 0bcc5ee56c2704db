"""What a person names as the camera → a source of frames: live, a video file, or pictures in their order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from scanrefund.errors import UsageFault
from scanrefund.scan.camera import Camera, is_live, without_password
from scanrefund.scan.frame import Frame, FrameSource
from scanrefund.scan.live import Live
from scanrefund.scan.picture import SNIFF_BYTES, picture_format, read_picture

_NUMBER_GAP: Final = re.compile(r"%(0\d)?d")


class Pictures:
    """Picture files one after the other, each dated as `scan.picture.read_picture` dates it. Never live."""

    live = False

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths

    def __iter__(self) -> Iterator[Frame]:
        """A frame per file. Raises what `read_picture` raises."""
        for path in self._paths:
            yield read_picture(path)

    def close(self) -> None:
        self._paths = ()


def open_source(source: str, clock: Callable[[], datetime]) -> FrameSource:
    """The source named: a device number, an address, a video file, a picture, a sequence (`frame_%03d.png`).

    Raises what `Camera` raises; UsageFault camera_file_missing also where a sequence has no picture.
    """
    if is_live(source):
        return Camera(source, clock)
    path = Path(source)
    if _is_picture(path):
        return Pictures([path])
    if _NUMBER_GAP.search(path.name) and not path.exists():
        return Pictures(_sequence(path))
    return Camera(source, clock)


def live_from(source: str, clock: Callable[[], datetime]) -> Live:
    """The source named, to be looked through: nothing is opened before it is started."""
    return Live(without_password(source), lambda: open_source(source, clock))


def _is_picture(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return bool(picture_format(file.read(SNIFF_BYTES)))
    except (OSError, ValueError):
        return False


def _sequence(pattern: Path) -> list[Path]:
    """The files that fit the pattern, in the order of their numbers."""
    before, after = _NUMBER_GAP.split(pattern.name, maxsplit=1)[::2]
    fits = re.compile(re.escape(before) + r"([0-9]{1,9})" + re.escape(after))
    try:
        numbered = ((fits.fullmatch(path.name), path) for path in pattern.parent.iterdir())
        found = [(int(match[1]), path) for match, path in numbered if match]
    except OSError as error:
        raise UsageFault("camera_file_missing", source=pattern) from error
    if not found:
        raise UsageFault("camera_file_missing", source=pattern)
    return [path for _, path in sorted(found)]
