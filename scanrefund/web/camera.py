"""What the page needs of the camera's owner: the newest picture, what was seen, what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from scanrefund.errors import Fault
from scanrefund.model.shown import Reading


@dataclass(frozen=True, slots=True)
class Picture:
    """A small JPEG; `number` grows from one to the next."""

    number: int
    jpeg: bytes = field(repr=False)


OnReading = Callable[[Reading, datetime | None], None]
OnTrouble = Callable[[Fault | None], None]


class CounterCamera(Protocol):
    """One camera of this counter. Every method may be called from any thread."""

    @property
    def source(self) -> str:
        """The source as people may see it."""
        ...

    @property
    def is_on(self) -> bool:
        """Whether it is being looked through."""
        ...

    @property
    def trouble(self) -> Fault | None:
        """What is wrong now; None while it sees, or is off."""
        ...

    def preview(self, after: int, wait_s: float) -> Picture | None:
        """The newest picture whose number is above `after`, waited for up to `wait_s` seconds."""
        ...

    def start(self, on_reading: OnReading, on_trouble: OnTrouble) -> None:
        """Look, and tell what is seen (with the first sight of it) and what goes wrong or is right again."""
        ...

    def close(self) -> None:
        """Stop looking; the device is free for others."""
        ...
