"""A webcam, a network camera or a video file as frames, one after the other. Only a file is not live."""

from __future__ import annotations

import math
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from scanrefund.errors import PictureFault, SourceFault, UsageFault
from scanrefund.scan.enhance import to_grey
from scanrefund.scan.frame import Frame

# A network camera that has not answered by then will not; a clerk waits no longer.
OPEN_TIMEOUT_MS: Final = 5_000
READ_TIMEOUT_MS: Final = 3_000
_DEVICE_DIGITS_MAX: Final = 3
# What a webcam is asked for; whatever it gives is taken. Without asking many give 640×480, in which a barcode
# of 18 digits has less than two pixels a module; uncompressed, 720p comes ten times a second over USB 2.
WIDTH_PX_WANTED: Final = 1280
HEIGHT_PX_WANTED: Final = 720
_COMPRESSION_WANTED: Final = cv2.VideoWriter.fourcc(*"MJPG")
# A picture with a longer side than this may hold a code; a smaller one holds none, whatever it says.
SIDE_PX_MIN: Final = 21
# No counter camera is faster, and no code needs more.
RATE_MAX: Final = 1_000.0
# What network cameras speak. FFmpeg knows more, among them ways to name a file.
_NETWORK: Final = re.compile(r"(rtsps?|rtmps?|https?|rtp|udp|tcp|srt|mms)://", re.IGNORECASE)

# OpenCV and FFmpeg write to standard error what we say in one sentence. FFmpeg looks at its level only once,
# when the first file is opened, so it is set before anyone can.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
# Windows' own media engine looks for graphics hardware first, which takes some cameras a minute.
os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


class Capture(Protocol):
    """What of OpenCV's VideoCapture is used."""

    def isOpened(self) -> bool: ...  # noqa: N802  OpenCV's name

    def read(self) -> tuple[bool, Any]: ...

    def get(self, propId: int, /) -> float: ...  # noqa: N803  OpenCV's name

    def set(self, propId: int, value: float, /) -> bool: ...  # noqa: N803  OpenCV's name

    def release(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Claims:
    """What a source says of itself. Said in a self test, used nowhere: it is often wrong."""

    width: float
    height: float
    rate: float

    @property
    def possible(self) -> bool:
        sides = (self.width, self.height)
        return all(SIDE_PX_MIN <= side < math.inf for side in sides) and 0 < self.rate <= RATE_MAX


class Camera:
    """A source of frames: a device number in digits (`0`, `1`, …), an address, a video file.

    Live frames carry the time of `clock` (aware UTC) at which they were read; those of a file carry
    `recorded_at`, the time the file was last changed, however late they are read. What the source says about
    its own size, rate and length is never used: it is often wrong.
    """

    def __init__(
        self,
        source: str,
        clock: Callable[[], datetime],
        open_capture: Callable[[str], Capture] | None = None,
    ) -> None:
        """Open the source, with OpenCV unless `open_capture` is given.

        Raises SourceFault camera_missing or camera_url_silent when nothing answers there, UsageFault
        camera_file_missing, PictureFault camera_file_unreadable.
        """
        self._name = without_password(source)
        self._clock = clock
        self.recorded_at = None if is_live(source) else _changed_at(source)
        try:
            self._capture = (open_capture or _open)(source)
        except cv2.error as error:
            raise _silent(source) from error
        if not self._capture.isOpened():
            self._capture.release()
            raise _silent(source)

    @property
    def live(self) -> bool:
        return self.recorded_at is None

    def claims(self) -> Claims:
        """What the source says of its pictures, for people to compare with what it gives."""
        size_and_rate = (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FPS)
        return Claims(*(self._capture.get(one) for one in size_and_rate))

    def __iter__(self) -> Iterator[Frame]:
        """Frames until a file ends.

        Raises SourceFault camera_lost when a device or an address stops answering, camera_nonsense when its
        pictures are too small to be any.
        """
        while self._capture.isOpened():
            try:
                there, picture = self._capture.read()
            except cv2.error as error:
                raise SourceFault("camera_lost", source=self._name) from error
            if there:
                yield self._frame(picture)
            elif self.live:
                raise SourceFault("camera_lost", source=self._name)
            else:
                return

    def _frame(self, picture: NDArray[np.generic] | None) -> Frame:
        height, width = (0, 0) if picture is None else picture.shape[:2]
        if picture is None or max(height, width) < SIDE_PX_MIN or not picture.size:
            raise SourceFault("camera_nonsense", source=self._name, width=width, height=height)
        colours = picture.view(np.uint8) if _is_coloured(picture) else None
        return Frame(to_grey(picture), self.recorded_at or self._clock(), self._name, colours)

    def close(self) -> None:
        self._capture.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def is_device(source: str) -> bool:
    """Whether a source is a device number and not a file or an address."""
    return source.isascii() and source.isdigit() and len(source) <= _DEVICE_DIGITS_MAX


def is_address(source: str) -> bool:
    """Whether a source is the address of a network camera."""
    return bool(_NETWORK.match(source))


def is_live(source: str) -> bool:
    """Whether frames from there are seen now. An address is trusted: it is the shop's own camera."""
    return is_device(source) or is_address(source)


def without_password(source: str) -> str:
    """The source as it may be shown: an address of a network camera often carries its password."""
    return re.sub(r"//[^/@]*@", "//", source)


def _changed_at(source: str) -> datetime:
    """When a file was last changed. A pipe is no file: it would keep us waiting."""
    try:
        status = Path(source).stat()
    except (OSError, ValueError) as error:
        raise UsageFault("camera_file_missing", source=source) from error
    if not stat.S_ISREG(status.st_mode):
        raise _silent(source)
    return datetime.fromtimestamp(status.st_mtime, UTC)


def _is_coloured(picture: NDArray[np.generic]) -> bool:
    return picture.dtype == np.uint8 and picture.ndim == 3 and picture.shape[2] == 3


def _silent(source: str) -> SourceFault:
    if is_device(source):
        return SourceFault("camera_missing", source=source)
    if is_address(source):
        return SourceFault("camera_url_silent", source=without_password(source))
    return PictureFault("camera_file_unreadable", source=source)


def _open(source: str) -> Capture:
    if is_device(source):
        return ask_for_size(cv2.VideoCapture(int(source)))
    if not is_address(source):
        # Any other back end takes a number in the name for an invitation to read the neighbours too.
        return cv2.VideoCapture(source, cv2.CAP_FFMPEG)
    bounds = [
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
        OPEN_TIMEOUT_MS,
        cv2.CAP_PROP_READ_TIMEOUT_MSEC,
        READ_TIMEOUT_MS,
    ]
    return cv2.VideoCapture(source, cv2.CAP_FFMPEG, bounds)


def ask_for_size(capture: Capture) -> Capture:
    """Ask a webcam for pictures in which codes can be read, the newest only. What it answers is not asked."""
    if not capture.isOpened():
        return capture
    wishes = {
        cv2.CAP_PROP_FOURCC: _COMPRESSION_WANTED,
        cv2.CAP_PROP_FRAME_WIDTH: WIDTH_PX_WANTED,
        cv2.CAP_PROP_FRAME_HEIGHT: HEIGHT_PX_WANTED,
        cv2.CAP_PROP_BUFFERSIZE: 1,
    }
    for name, value in wishes.items():
        capture.set(name, value)
    return capture
