"""Play a seed: first with every fault, then without, until everything has come to an end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.simulation.acts import ACTS
from tests.simulation.approving import APPROVING
from tests.simulation.ending import bring_to_an_end
from tests.simulation.history import History
from tests.simulation.plan import Event, history_of
from tests.simulation.stage import Stage
from tests.simulation.watch import Violation
from tests.simulation.world import world_of

EVERY_ACT: Final = {**ACTS, **APPROVING}


@dataclass(frozen=True, slots=True)
class Failure:
    """A broken invariant, and the story up to there."""

    seed: int
    rule: str
    detail: str
    story: tuple[str, ...]


def play(stage: Stage, seed: int, events: Sequence[Event] | None = None) -> Failure | None:
    """Play a seed's history, or the given part of it. None when every invariant held."""
    history = History(stage, world_of(seed), seed, EVERY_ACT)
    try:
        for event in history_of(seed) if events is None else events:
            history.play(event)
        bring_to_an_end(history)
    except Violation as violation:
        return Failure(seed, violation.rule, violation.detail, history.story())
    return None
