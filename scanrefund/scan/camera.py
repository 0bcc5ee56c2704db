"""Whatever OpenCV opens (webcam, video file, image sequence, URL) as frames, one after the other."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from types import TracebackType
from typing import Final, Self

import cv2

from scanrefund.errors import SourceFault
from scanrefund.scan.enhance import to_grey
from scanrefund.scan.frame import Frame

# A network camera that has not answered by then will not; a clerk waits no longer.
OPEN_TIMEOUT_MS: Final = 5_000
READ_TIMEOUT_MS: Final = 3_000
_DEVICE_DIGITS_MAX: Final = 3

# OpenCV and FFmpeg write to standard error what we say in one sentence. FFmpeg looks at its level only once,
# when the first file is opened, so it is set before anyone can.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


class Camera:
    """A source of frames. Device numbers are written as digits: `0`, `1`, …

    Frames carry the time of `clock` (aware UTC) at which they were read. What the source says about its own
    rate and length is never used: it is often wrong.
    """

    def __init__(self, source: str, clock: Callable[[], datetime]) -> None:
        """Open the source. Raises SourceFault camera_missing when nothing answers there."""
        self._source = source
        self._name = without_password(source)
        self._clock = clock
        try:
            self._capture = _open(source)
        except cv2.error as error:
            raise SourceFault("camera_missing", source=self._name) from error
        if not self._capture.isOpened():
            self._capture.release()
            raise SourceFault("camera_missing", source=self._name)

    def __iter__(self) -> Iterator[Frame]:
        """Frames until the source ends. Raises SourceFault camera_lost when a device stops answering."""
        while self._capture.isOpened():
            try:
                there, picture = self._capture.read()
            except cv2.error as error:
                raise SourceFault("camera_lost", source=self._name) from error
            if there:
                yield Frame(to_grey(picture), self._clock(), self._name)
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


def without_password(source: str) -> str:
    """The source as it may be shown: an address of a network camera often carries its password."""
    return re.sub(r"//[^/@]*@", "//", source)


def _open(source: str) -> cv2.VideoCapture:
    if is_device(source):
        return cv2.VideoCapture(int(source))
    if "://" in source:
        bounds = [
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
            OPEN_TIMEOUT_MS,
            cv2.CAP_PROP_READ_TIMEOUT_MSEC,
            READ_TIMEOUT_MS,
        ]
        return cv2.VideoCapture(source, cv2.CAP_FFMPEG, bounds)
    return cv2.VideoCapture(source)
