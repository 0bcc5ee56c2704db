"""A camera that sees a phone with a payment code, for as long as it is looked through."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import segno

from scanrefund.scan.frame import Frame, Grey


class Phone:
    """A live source of one picture, ten times a second. What happens to it is written into `log`."""

    DIGITS = "2798765432101234"
    live = True

    def __init__(self, log: list[str]) -> None:
        self._log = log
        self._open = True
        self._pixels = _drawn(self.DIGITS)
        log.append("opened")

    def __iter__(self) -> Iterator[Frame]:
        while self._open:
            yield Frame(self._pixels, datetime.now(UTC), "phone")
            time.sleep(0.1)

    def close(self) -> None:
        self._open = False
        self._log.append("closed")


def _drawn(text: str) -> Grey:
    """A QR code on a picture with light in it: a black one would be a covered lens."""
    modules = np.array(list(segno.make_qr(text).matrix_iter(border=8)), dtype=np.uint8)
    pixels = np.where(np.kron(modules, np.ones((8, 8))) > 0, 30, 220)
    return pixels.astype(np.uint8)
