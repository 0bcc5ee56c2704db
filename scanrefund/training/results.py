"""What people reached, one JSON line for each exercise that was ended, in a file of the training folder."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from scanrefund.training.exercises import EXERCISES

FILE_NAME: Final = "results.jsonl"


@dataclass(frozen=True, slots=True)
class Result:
    """One exercise of one person. `missed` is empty where the goal was reached."""

    at: datetime
    name: str
    exercise: str
    score: int
    took_s: int
    missed: str = ""
    mistakes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the goal was reached."""
        return not self.missed


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one person stands. `score` is the mean over all exercises, each by its best result."""

    name: str
    passed: int
    score: int
    took_s: int
    last_at: datetime


class Results:
    """The file of results. Every method may be called from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def add(self, result: Result) -> None:
        """Write one down, for its owner's eyes only."""
        told = {
            "at": result.at.isoformat(),
            "name": result.name,
            "exercise": result.exercise,
            "score": result.score,
            "took_s": result.took_s,
            "missed": result.missed,
            "mistakes": list(result.mistakes),
        }
        line = json.dumps(told, ensure_ascii=False) + "\n"
        with self._lock:
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(line)

    def all(self) -> list[Result]:
        """Every result, the oldest first. A line that a cut of the power left half is passed over."""
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        return [found for line in lines if (found := _result(line)) is not None]

    def best_of(self, name: str) -> dict[str, Result]:
        """One person's best result of each exercise."""
        return _best([one for one in self.all() if one.name == name])

    def standings(self) -> list[Standing]:
        """Everybody, the best first."""
        found = self.all()
        names = dict.fromkeys(one.name for one in found)
        standings = [_standing(name, [one for one in found if one.name == name]) for name in names]
        return sorted(standings, key=lambda one: (-one.passed, -one.score, one.took_s))


def _best(found: list[Result]) -> dict[str, Result]:
    best: dict[str, Result] = {}
    for one in found:
        before = best.get(one.exercise)
        if before is None or (one.score, -one.took_s) > (before.score, -before.took_s):
            best[one.exercise] = one
    return best


def _standing(name: str, found: list[Result]) -> Standing:
    best = _best(found).values()
    passed = [one for one in best if one.passed]
    score = round(sum(one.score for one in passed) / len(EXERCISES))
    took_s = sum(one.took_s for one in passed)
    return Standing(name, len(passed), score, took_s, max(one.at for one in found))


def _result(line: str) -> Result | None:
    try:
        told: dict[str, Any] = json.loads(line)
        at = datetime.fromisoformat(told.pop("at"))
        return Result(at, mistakes=tuple(told.pop("mistakes")), **told)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
