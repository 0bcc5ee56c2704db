"""A webcam, a network camera or a video file as frames, one after the other. Only a file is not live."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import cv2

from scanrefund.errors import PictureFault, SourceFault, UsageFault
from scanrefund.scan.enhance import to_grey
from scanrefund.scan.frame import Frame

# A network camera that has not answered by then will not; a clerk waits no longer.
OPEN_TIMEOUT_MS: Final = 5_000
READ_TIMEOUT_MS: Final = 3_000
_DEVICE_DIGITS_MAX: Final = 3
# What network cameras speak. FFmpeg knows more, among them ways to name a file.
_NETWORK: Final = re.compile(r"(rtsps?|rtmps?|https?|rtp|udp|tcp|srt|mms)://", re.IGNORECASE)

# OpenCV and FFmpeg write to standard error what we say in one sentence. FFmpeg looks at its level only once,
# when the first file is opened, so it is set before anyone can.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


class Camera:
    """A source of frames: a device number in digits (`0`, `1`, …), an address, a video file.

    Live frames carry the time of `clock` (aware UTC) at which they were read; those of a file carry
    `recorded_at`, the time the file was last changed, however late they are read. What the source says about
    its own rate and length is never used: it is often wrong.
    """

    def __init__(self, source: str, clock: Callable[[], datetime]) -> None:
        """Open the source.

        Raises SourceFault camera_missing or camera_url_silent when nothing answers there, UsageFault
        camera_file_missing, PictureFault camera_file_unreadable.
        """
        self._source = source
        self._name = without_password(source)
        self._clock = clock
        self.recorded_at = None if is_live(source) else _changed_at(source)
        try:
            self._capture = _open(source)
        except cv2.error as error:
            raise _silent(source) from error
        if not self._capture.isOpened():
            self._capture.release()
            raise _silent(source)

    @property
    def live(self) -> bool:
        return self.recorded_at is None

    def __iter__(self) -> Iterator[Frame]:
        """Frames until the source ends. Raises SourceFault camera_lost when a device stops answering."""
        while self._capture.isOpened():
            try:
                there, picture = self._capture.read()
            except cv2.error as error:
                raise SourceFault("camera_lost", source=self._name) from error
            if there:
                yield Frame(to_grey(picture), self.recorded_at or self._clock(), self._name)
            elif is_device(self._source):
                raise SourceFault("camera_lost", source=self._name)
            else:
                return

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


def _silent(source: str) -> SourceFault:
    if is_device(source):
        return SourceFault("camera_missing", source=source)
    if is_address(source):
        return SourceFault("camera_url_silent", source=without_password(source))
    return PictureFault("camera_file_unreadable", source=source)


def _open(source: str) -> cv2.VideoCapture:
    if is_device(source):
        return cv2.VideoCapture(int(source))
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
