"""The photographs with what was read of them: each is read once in a process, however many tests ask."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from fixtures.darkroom import PHOTOGRAPHS
from scanrefund.scan.confirm import Verdict, weigh
from scanrefund.scan.decode import decode
from scanrefund.scan.picture import read_picture

WITHOUT_CODE: Final = "without"


@dataclass(frozen=True, slots=True)
class Photograph:
    """A picture and what its neighbour says of it."""

    path: Path
    said: dict[str, Any]

    @property
    def damage(self) -> str:
        return str(self.said["damage"])

    @property
    def texts(self) -> frozenset[str]:
        """Every text that stands in it."""
        return frozenset(code["text"] for code in self.said["codes"])

    @property
    def verdicts(self) -> list[Verdict]:
        """What the program reads in it."""
        return _verdicts(self.path)

    @property
    def misread(self) -> frozenset[str]:
        """What is reported and does not stand in it."""
        return frozenset(verdict.text for verdict in self.verdicts) - self.texts

    @property
    def is_read(self) -> bool:
        """Whether something that stands in it is reported, and nothing else."""
        return bool(self.verdicts) and not self.misread


@cache
def photographs() -> tuple[Photograph, ...]:
    """All of them, in the order of their names."""
    neighbours = sorted(PHOTOGRAPHS.glob("*.json"))
    said = [json.loads(neighbour.read_text("utf-8")) for neighbour in neighbours]
    return tuple(Photograph(PHOTOGRAPHS / one["picture"], one) for one in said)


def under(damage: str) -> list[Photograph]:
    """Those with one kind of damage."""
    return [one for one in photographs() if one.damage == damage]


@cache
def _verdicts(path: Path) -> list[Verdict]:
    return weigh([decode(read_picture(path))], still=True)
