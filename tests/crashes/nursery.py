"""Lives are forked from a warm process that holds no connection, and die there for real."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import traceback
from dataclasses import dataclass, field
from typing import NoReturn

from tests.crashes.judge import faults
from tests.crashes.life import Life, Program
from tests.crashes.points import Points, Watch
from tests.crashes.world import World

# A life takes some 20 ms; one that hangs is ended and is a finding.
LIFE_S_MAX = 60


@dataclass(frozen=True, slots=True)
class Ended:
    """How a life ended: killed at its point or lived out; the points it came by, and what was wrong."""

    was_killed: bool
    trail: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Nursery:
    """Runs lives on one world. Single-threaded, as a process that forks has to be."""

    def __init__(self, world: World, program: Program) -> None:
        self._world = world
        self._program = program
        self._watch = Watch()

    def warm_up(self) -> None:
        """One whole life here, so that every child starts with everything loaded."""
        self._world.fresh()
        life = Life(self._world, Points(), Program())
        life.live(with_clerk=True)
        faults(self._world, life.ledger, at_end=True)
        life.ledger.close()
        gc.collect()
        gc.freeze()

    def run(self, die_at: int | None = None, *, with_clerk: bool = True) -> Ended:
        """One life, killed at the point of that number or lived to its end."""
        reads, writes = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reads)
            self._be_born(writes, die_at, with_clerk=with_clerk)
        os.close(writes)
        with os.fdopen(reads, "r", encoding="utf-8") as told:
            lines = [json.loads(line) for line in told]
        _, status = os.waitpid(child, 0)
        return _ended(lines, os.waitstatus_to_exitcode(status))

    def _be_born(self, writes: int, die_at: int | None, *, with_clerk: bool) -> NoReturn:
        gc.disable()
        signal.alarm(LIFE_S_MAX)
        points = Points(die_at)

        def tell(what: str, said: list[str]) -> None:
            os.write(writes, (json.dumps({what: said}) + "\n").encode())

        try:
            self._watch.points = points
            life = Life(self._world, points, self._program)
            if die_at is None:
                # What a dead program left. One that is going to die finds what was judged before.
                with points.spared():
                    tell("faults", faults(self._world, life.ledger, at_end=False))
            life.live(with_clerk=with_clerk)
            with points.spared():
                tell("faults", faults(self._world, life.ledger, at_end=True, with_clerk=with_clerk))
            tell("trail", points.trail)
        # A child must not come back into the parent's code, whatever happened.
        except BaseException as error:  # noqa: BLE001
            tell("faults", ["".join(traceback.format_exception_only(error)).strip(), *_where(error)])
        os._exit(0)


def _ended(lines: list[dict[str, list[str]]], exit_code: int) -> Ended:
    found = [fault for line in lines for fault in line.get("faults", [])]
    trail = [name for line in lines for name in line.get("trail", [])]
    if exit_code not in (0, -signal.SIGKILL):
        found.append(f"the life ended with {exit_code}")
    return Ended(exit_code == -signal.SIGKILL, trail, found)


def _where(error: BaseException) -> list[str]:
    """The last steps to an error, for the report."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return [f"  at {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def can_fork() -> bool:
    """Whether processes can be forked and killed here; not on Windows."""
    return sys.platform != "win32" and hasattr(os, "fork")
