"""Pictures through a picture child: what it found, made into our own words again.

A child that says what ours never would was taken over by its picture: that costs the picture and the child.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from scanrefund.errors import PictureFault
from scanrefund.scan.child import CHILDREN
from scanrefund.scan.engines import Engine, Symbol, Symbology


@dataclass(frozen=True, slots=True)
class Seen:
    """What the child found in one picture; `taken_at` as a Frame has it."""

    symbols: tuple[Symbol, ...]
    taken_at: datetime | None


def look_at_file(path: Path, *, reduced: bool = False) -> Seen:
    """The codes of a picture file. `reduced` looks at large JPEGs small first, and then finds no time.

    Raises what `scan.picture.read_picture` raises, and what `Child.ask` adds.
    """
    return _look({"path": str(path), "reduced": reduced}, str(path))


def look_at_bytes(data: bytes, origin: str, *, reduced: bool = False) -> Seen:
    """The codes of a picture in memory. Raises what `scan.picture.read_picture_bytes` raises, and so on."""
    return _look({"origin": origin, "bytes": len(data), "reduced": reduced}, origin, data)


def look_at_page(path: Path, page: int) -> Seen:
    """The codes of a PDF's page, counted from 0. Raises what `scan.pdf.read_page` raises, and so on."""
    return _look({"path": str(path), "page": page}, str(path))


def pages_of(path: Path) -> int:
    """How many pages a PDF has. Raises what `scan.pdf.pages_of` raises, and so on."""
    with CHILDREN.lent() as child:
        return int(child.ask({"path": str(path), "count": True}, str(path))["pages"])


def _look(asked: Mapping[str, Any], origin: str, body: bytes = b"") -> Seen:
    with CHILDREN.lent() as child:
        reply = child.ask(asked, origin, body)
        try:
            return _seen(reply)
        except (ValueError, KeyError, TypeError) as error:
            child.fresh = False
            raise PictureFault("picture_killed_decoder", path=origin) from error


def _seen(reply: Mapping[str, Any]) -> Seen:
    symbols = tuple(
        Symbol(str(text), Symbology(symbology), Engine(engine), _box(box), str(treatment))
        for text, symbology, engine, box, treatment in reply["symbols"]
    )
    taken_at = reply["taken_at"]
    return Seen(symbols, datetime.fromisoformat(taken_at) if taken_at else None)


def _box(sides: Sequence[Any]) -> tuple[int, int, int, int]:
    left, top, width, height = map(int, sides)
    return left, top, width, height
