"""Planted runs: every bug must be caught by some seed, over one process or several."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat

from tests.simulation.bugs import BUGS
from tests.simulation.bugs.planting import Bug, planted
from tests.simulation.clean import Write, own_stage, processes
from tests.simulation.run import Failure, play


def play_planted(write: Write, seeds: range, bugs: Sequence[Bug], jobs: int) -> bool:
    """Plant each bug until a seed catches it; whether all were caught. Writes a table, one line a bug."""
    survivors = []
    write("| bug | what it does | seed | broken rule |\n|---|---|---:|---|\n")
    with processes(jobs) as pool:
        failures = pool.map(_catch, [bug.name for bug in bugs], repeat(seeds))
        for bug, failure in zip(bugs, failures, strict=True):
            if failure is None:
                survivors.append(bug.name)
            caught = f"{failure.seed} | `{failure.rule}`" if failure else "– | not caught"
            write(f"| `{bug.name}` | {bug.story} | {caught} |\n")
    write(f"\n{len(survivors)} survive {len(seeds)} seeds: {', '.join(survivors) or 'none'}\n")
    return not survivors


def _catch(name: str, seeds: range) -> Failure | None:
    """The first history in which a planted bug breaks a rule."""
    [bug] = [bug for bug in BUGS if bug.name == name]
    stage = own_stage()
    with planted(bug, stage):
        return next((failure for seed in seeds if (failure := play(stage, seed))), None)
