"""`python -m tests.crashes`: kill, restart, compare. Exit 0 only when everything held.

--play NAME      one play (may be given more than once); all without it
--pairs N|all|classes
                 ordered pairs beside all single points: N drawn by --seed, all there are one by one, or all
                 there are with each recovery played once for all deaths that leave the same (SQLite)
--check N|all    of the pairs that another stands for, so many also one by one: they must come out the same
--alone          each single also with nobody who repeats his wish: the worker alone
--postgres       on a PostgreSQL server, started for it, instead of SQLite files
--planted NAME   a program with that mistake; exit 0 only when it was caught
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from tests import postgres as server
from tests.crashes import classes, runs
from tests.crashes.life import Program
from tests.crashes.nursery import Nursery
from tests.crashes.planted import PLANTED
from tests.crashes.plays import PLAYS, Play, play_named
from tests.crashes.runs import UNBROKEN, Run, Tally
from tests.crashes.world import ServerWorld, World

# A killed process loses nothing that the kernel already holds, so a disk in memory tells the same and is
# many times faster; what a power cut loses is a matter of `synchronous`, which the ledger checks at start.
MEMORY_DISK = Path("/dev/shm")
FAULTS_SHOWN_MAX = 20


def _arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crashes", description="Kill, restart, compare.")
    parser.add_argument("--play", action="append", choices=[play.name for play in PLAYS])
    parser.add_argument("--pairs", default="0", help="how many ordered pairs, all, or classes")
    parser.add_argument("--check", default="0", help="how many pairs that classes stand for, or all")
    parser.add_argument("--seed", type=int, default=1, help="draws the pairs")
    parser.add_argument("--planted", choices=[*PLANTED], help="a program with this mistake")
    parser.add_argument("--alone", action="store_true", help="each single also without the clerk's repeat")
    parser.add_argument("--postgres", action="store_true", help="on a server that is started for it")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    return parser.parse_args(given)


@contextmanager
def _set_up(play: Play, program: Program, *, alone: bool, url: str = "") -> Iterator[Run]:
    with tempfile.TemporaryDirectory(dir=MEMORY_DISK if MEMORY_DISK.is_dir() else None) as folder:
        world = ServerWorld(Path(folder), play, url) if url else World(Path(folder), play)
        nursery = Nursery(world, program)
        nursery.warm_up()
        run = Run(world, nursery, alone=alone)
        yield run
        run.close_books()


@contextmanager
def _database(*, postgres: bool) -> Iterator[str]:
    """The address of a server's ledger, or none for a file of each play's own."""
    if not postgres:
        yield ""
        return
    with server.running() as running, running.ledger() as url:
        yield url


def _catch(name: str) -> int:
    """Singles of a program with a mistake; 0 when a crash, and nothing but a crash, brings it to light."""
    program, play = PLANTED[name]
    with _set_up(play_named(play), program, alone=False) as run:
        runs.until_caught(run)
    found = run.tally.faults
    caught = bool(found) and not any(fault.startswith(UNBROKEN) for fault in found)
    sys.stdout.write(f"{name} in {play}: {'caught' if caught else 'NOT CAUGHT'}\n")
    for fault in found[:FAULTS_SHOWN_MAX]:
        sys.stdout.write(f"    {fault}\n")
    return 0 if caught else 1


def _run(play: Play, asked: argparse.Namespace, url: str) -> Tally:
    with _set_up(play, Program(), alone=asked.alone, url=url) as run:
        if asked.pairs == "all":
            runs.every_pair(run)
        elif asked.pairs == "classes":
            classes.every_class(run, classes.ALL if asked.check == "all" else int(asked.check), asked.seed)
        else:
            runs.some_pairs(run, int(asked.pairs), asked.seed)
    return run.tally


def main(given: list[str]) -> int:
    """The command; its exit code."""
    asked = _arguments(given)
    if asked.postgres and asked.pairs == "classes":
        sys.stderr.write("What a death leaves on a server cannot be told: --pairs classes is for SQLite.\n")
        return 2
    if asked.planted:
        return _catch(asked.planted)
    plays = [play for play in PLAYS if play.name in (asked.play or _all_plays(postgres=asked.postgres))]
    started = time.monotonic()
    tallies: list[Tally] = []
    with _database(postgres=asked.postgres) as url:
        for play in plays:
            tallies.append(_run(play, asked, url))
            if not asked.json:
                _show(tallies[-1])
    seconds = round(time.monotonic() - started, 1)
    if asked.json:
        document = {"seed": asked.seed, "seconds": seconds, "plays": [*map(asdict, tallies)]}
        sys.stdout.write(json.dumps(document) + "\n")
    else:
        sys.stdout.write(f"seed {asked.seed}, {seconds} s\n")
    return 1 if any(tally.faults for tally in tallies) else 0


def _all_plays(*, postgres: bool) -> list[str]:
    """A server's ledger has its tables already: the first start is played on files only."""
    return [play.name for play in PLAYS if not (postgres and play.from_nothing)]


def _show(tally: Tally) -> None:
    sys.stdout.write(
        f"{tally.play:18} {tally.points:4} points, {tally.singles:4} singles, {tally.pairs:6} pairs, "
        f"{tally.classes:3} classes, {tally.checked} checked, {tally.lives:6} lives, "
        f"{tally.not_reached} not reached, {len(tally.faults)} faults\n"
    )
    for fault in tally.faults[:FAULTS_SHOWN_MAX]:
        sys.stdout.write(f"    {fault}\n")
    # A long run tells of each play as it ends.
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
