"""What goes through the sandbox's door: a call comes in, something is said, a reply goes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Protocol


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request. `target` is path and query exactly as on the wire; header names are lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]


class Travel(StrEnum):
    """How a reply travels."""

    WHOLE = "whole"
    DROPPED = "dropped"
    LATE = "late"
    DRIPPING = "dripping"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Reply:
    """The bytes of one answer, and how they travel. `delay_s` is used by LATE and DRIPPING."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    travel: Travel = Travel.WHOLE
    delay_s: float = 0.0


DROPPED: Final = Reply(status=0, travel=Travel.DROPPED)


class Seal(StrEnum):
    """How an answer is signed."""

    RIGHT = "right"
    WRONG = "wrong"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Said:
    """A wallet's answer before it is signed: HTTP status and JSON content."""

    status: int
    content: dict[str, Any] = field(default_factory=dict)


class Tongue(Protocol):
    """How one wallet speaks, for one call."""

    def busy(self) -> Said:
        """Too many requests; nothing was done."""
        ...

    def broken(self) -> Said:
        """A system error that says nothing about what was done."""
        ...

    def dress(self, said: Said, seal: Seal) -> Reply:
        """The answer as bytes and headers, signed as `seal` says."""
        ...
