"""`python -m tests.crashes`: kill, restart, compare. Exit 0 only when everything held.

--play NAME      one play (may be given more than once); all without it
--pairs N|all    ordered pairs beside all single points: N drawn by --seed, or all there are
--alone          each single also with nobody who repeats his wish: the worker alone
--planted NAME   a program with that mistake; exit 0 only when it was caught
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from tests.crashes import runs
from tests.crashes.life import Program
from tests.crashes.nursery import Nursery
from tests.crashes.planted import PLANTED
from tests.crashes.plays import PLAYS, Play, play_named
from tests.crashes.runs import UNBROKEN, Run, Tally
from tests.crashes.world import World

# A killed process loses nothing that the kernel already holds, so a disk in memory tells the same and is
# many times faster; what a power cut loses is a matter of `synchronous`, which the ledger checks at start.
MEMORY_DISK = Path("/dev/shm")
FAULTS_SHOWN_MAX = 20


def _arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crashes", description="Kill, restart, compare.")
    parser.add_argument("--play", action="append", choices=[play.name for play in PLAYS])
    parser.add_argument("--pairs", default="0", help="how many ordered pairs, or all")
    parser.add_argument("--seed", type=int, default=1, help="draws the pairs")
    parser.add_argument("--planted", choices=[*PLANTED], help="a program with this mistake")
    parser.add_argument("--alone", action="store_true", help="each single also without the clerk's repeat")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    return parser.parse_args(given)


def _catch(name: str) -> int:
    """Singles of a program with a mistake; 0 when a crash, and nothing but a crash, brought it to light."""
    program, play = PLANTED[name]
    tally = _run(play_named(play), program, "0", 0, alone=False)
    by_crash = [fault for fault in tally.faults if not fault.startswith(UNBROKEN)]
    caught = bool(by_crash) and len(by_crash) == len(tally.faults)
    sys.stdout.write(f"{name}: {'caught' if caught else 'NOT CAUGHT'}\n")
    for fault in tally.faults[:FAULTS_SHOWN_MAX]:
        sys.stdout.write(f"    {fault}\n")
    return 0 if caught else 1


def _run(play: Play, program: Program, pairs: str, seed: int, *, alone: bool) -> Tally:
    with tempfile.TemporaryDirectory(dir=MEMORY_DISK if MEMORY_DISK.is_dir() else None) as folder:
        world = World(Path(folder), play)
        nursery = Nursery(world, program)
        nursery.warm_up()
        run = Run(world, nursery, alone=alone)
        if pairs == "all":
            runs.every_pair(run)
        else:
            runs.some_pairs(run, int(pairs), seed)
        return run.tally


def main(given: list[str]) -> int:
    """The command; its exit code."""
    arguments = _arguments(given)
    if arguments.planted:
        return _catch(arguments.planted)
    plays = [play_named(name) for name in arguments.play] if arguments.play else list(PLAYS)
    started = time.monotonic()
    tallies = [
        _run(play, Program(), arguments.pairs, arguments.seed, alone=arguments.alone) for play in plays
    ]
    seconds = time.monotonic() - started
    if arguments.json:
        document = {"seed": arguments.seed, "seconds": round(seconds, 1), "plays": [*map(asdict, tallies)]}
        sys.stdout.write(json.dumps(document) + "\n")
    else:
        _show(tallies, arguments.seed, seconds)
    return 1 if any(tally.faults for tally in tallies) else 0


def _show(tallies: list[Tally], seed: int, seconds: float) -> None:
    for tally in tallies:
        sys.stdout.write(
            f"{tally.play:18} {tally.points:4} points, {tally.singles:4} singles, {tally.pairs:6} pairs, "
            f"{len(tally.faults)} faults\n"
        )
        for fault in tally.faults[:FAULTS_SHOWN_MAX]:
            sys.stdout.write(f"    {fault}\n")
    sys.stdout.write(f"seed {seed}, {seconds:.1f} s\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
