"""`python -m tests.simulation --seeds A..B [--jobs N] [--planted]`: play seeds A to B, both included.

Exit 0 only when every invariant held in every history; with `--planted` only when every planted bug was
caught within the given seeds. 130 when stopped.
"""

from __future__ import annotations

import argparse
import sys

from tests.simulation.bugs import BUGS
from tests.simulation.caught import play_planted
from tests.simulation.clean import own_stage, play_clean, play_spread

STOPPED = 130


def _range(text: str) -> range:
    first, dots, last = text.partition("..")
    if not dots or not first.isdigit() or not last.isdigit() or int(last) < int(first):
        raise argparse.ArgumentTypeError("write A..B, for example 0..999")
    return range(int(first), int(last) + 1)


def _jobs(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError("write a number of processes, for example 2")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=_range, default=range(1_000), help="A..B, both included")
    parser.add_argument("--jobs", type=_jobs, default=1, help="spread over as many processes")
    parser.add_argument("--planted", action="store_true", help="plant every bug, one after the other")
    parser.add_argument("--bug", action="append", default=[], help="plant only this one; may be repeated")
    return parser


def main() -> int:
    parser = _parser()
    asked = parser.parse_args()
    unknown = set(asked.bug) - {bug.name for bug in BUGS}
    if unknown:
        parser.error(f"no such bug: {', '.join(sorted(unknown))}")

    def write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    try:
        if asked.planted or asked.bug:
            bugs = [bug for bug in BUGS if not asked.bug or bug.name in asked.bug]
            return 0 if play_planted(write, asked.seeds, bugs, asked.jobs) else 1
        if asked.jobs > 1:
            return 0 if play_spread(write, asked.seeds, asked.jobs) else 1
        return 0 if play_clean(write, own_stage(), asked.seeds) else 1
    except KeyboardInterrupt:
        return STOPPED


if __name__ == "__main__":
    sys.exit(main())
