"""One grey picture with its time and origin, and where such pictures come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A grey picture of H×W bytes, 0 black to 255 white.

    `taken_at` is aware UTC, or None for a picture that carries no time. `origin` names the file or the
    source, for people. `colours` is the same picture of H×W×3 bytes, blue first, where the source has it:
    nothing is read from it, a preview shows it.
    """

    pixels: Grey
    taken_at: datetime | None
    origin: str
    colours: NDArray[np.uint8] | None = None


class FrameSource(Protocol):
    """Anything that gives frame after frame until it ends or is closed.

    `live` says that frames are seen now. What was recorded shows no more than a picture file does: its frames
    carry the time of the recording.
    """

    @property
    def live(self) -> bool: ...

    def __iter__(self) -> Iterator[Frame]: ...

    def close(self) -> None: ...
