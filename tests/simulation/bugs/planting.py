"""How a bug is planted into the running program and pulled out again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from tests.simulation.stage import Stage


class Bed:
    """Where bugs are planted: the program's own rooms, and the database of the stage."""

    def __init__(self, stage: Stage, stack: ExitStack) -> None:
        self.stage = stage
        self._stack = stack

    def wrap(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Replace a function by one that is made from it."""
        self._stack.enter_context(patch.object(owner, name, make(getattr(owner, name))))

    def without_checks(self) -> None:
        """Take the database's own CHECKs away: the second lock on the same door."""
        self.stage.database.execute("PRAGMA ignore_check_constraints=ON")
        self._stack.callback(self.stage.database.execute, "PRAGMA ignore_check_constraints=OFF")


@dataclass(frozen=True, slots=True)
class Bug:
    """A mistake: its name, what it does and who made it, and how it is planted."""

    name: str
    story: str
    plant: Callable[[Bed], None]


@contextmanager
def planted(bug: Bug, stage: Stage) -> Iterator[None]:
    """Inside, the program has this bug."""
    with ExitStack() as stack:
        bug.plant(Bed(stage, stack))
        yield
