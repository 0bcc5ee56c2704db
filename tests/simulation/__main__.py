"""`python -m tests.simulation --seeds A..B [--planted]`: play seeds A to B, both included.

Exit 0 only when every invariant held in every history; with `--planted` only when every planted bug was
caught within the given seeds.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable

from tests.simulation.bugs import BUGS
from tests.simulation.bugs.planting import Bug, planted
from tests.simulation.run import Failure, play
from tests.simulation.shrink import shrink
from tests.simulation.stage import Stage

Write = Callable[[str], object]
REPORT_EVERY = 1_000


def tell(write: Write, failure: Failure) -> None:
    """Seed, rule, the shrunk story, and how to see it again."""
    write(f"seed {failure.seed} breaks {failure.rule}: {failure.detail}\n")
    for line in failure.story:
        write(f"  {line}\n")
    write(f"again: python -m tests.simulation --seeds {failure.seed}..{failure.seed}\n")


def play_clean(write: Write, stage: Stage, seeds: Iterable[int]) -> bool:
    """Every history must be clean."""
    began, played, broken = time.perf_counter(), 0, 0
    for seed in seeds:
        failure = play(stage, seed)
        played += 1
        if failure is not None:
            broken += 1
            tell(write, shrink(stage, failure))
        if played % REPORT_EVERY == 0:
            write(_count(played, broken, began))
    write(_count(played, broken, began))
    return not broken


def play_planted(write: Write, stage: Stage, seeds: range, bugs: Iterable[Bug]) -> bool:
    """Every planted bug must be caught. Prints one line of a table for each."""
    survivors = []
    write("| bug | what it does | seed | broken rule |\n|---|---|---:|---|\n")
    for bug in bugs:
        failure = catch(stage, bug, seeds)
        if failure is None:
            survivors.append(bug.name)
        caught = f"{failure.seed} | `{failure.rule}`" if failure else "– | not caught"
        write(f"| `{bug.name}` | {bug.story} | {caught} |\n")
    write(f"\n{len(survivors)} survive {len(seeds)} seeds: {', '.join(survivors) or 'none'}\n")
    return not survivors


def catch(stage: Stage, bug: Bug, seeds: Iterable[int]) -> Failure | None:
    """The first history in which a planted bug breaks a rule."""
    with planted(bug, stage):
        return next((failure for seed in seeds if (failure := play(stage, seed))), None)


def _count(played: int, broken: int, began: float) -> str:
    per_s = played / max(time.perf_counter() - began, 1e-9)
    return f"{played} histories, {broken} broken, {per_s:.1f} a second\n"


def _range(text: str) -> range:
    first, dots, last = text.partition("..")
    if not dots or not first.isdigit() or not last.isdigit() or int(last) < int(first):
        raise argparse.ArgumentTypeError("write A..B, for example 0..999")
    return range(int(first), int(last) + 1)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=_range, default=range(1_000), help="A..B, both included")
    parser.add_argument("--planted", action="store_true", help="plant every bug, one after the other")
    parser.add_argument("--bug", action="append", default=[], help="plant only this one; may be repeated")
    asked = parser.parse_args()
    unknown = set(asked.bug) - {bug.name for bug in BUGS}
    if unknown:
        parser.error(f"no such bug: {', '.join(sorted(unknown))}")

    def write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    stage = Stage()
    if asked.planted or asked.bug:
        bugs = [bug for bug in BUGS if not asked.bug or bug.name in asked.bug]
        return 0 if play_planted(write, stage, asked.seeds, bugs) else 1
    return 0 if play_clean(write, stage, asked.seeds) else 1


if __name__ == "__main__":
    sys.exit(main())
