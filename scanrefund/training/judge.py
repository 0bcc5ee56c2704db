"""Whether an exercise was done well: pure, from what the ledger holds and what was asked of the customer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scanrefund.ledger.practised import Made
from scanrefund.model.money import Money
from scanrefund.model.refund import OPEN, RefundState
from scanrefund.training.deeds import Deeds
from scanrefund.training.exercises import Exercise

SCORE_MAX: Final = 100
MISTAKE_POINTS: Final = 20
# Being slow costs a point for each five seconds, and never as much as two mistakes.
SECONDS_A_POINT: Final = 5
SLOW_POINTS_MAX: Final = 30

# A refund that came to nothing moved no money.
_NOTHING: Final = frozenset({RefundState.CLOSED, RefundState.CANCELLED})
# A second person's mistyped PIN is not the clerk's mistake.
_OF_THE_APPROVER: Final = ("approval_", "needs_approval")


@dataclass(frozen=True, slots=True)
class Judgement:
    """How it went. `missed` is why the goal was not reached, empty where it was; `mistakes` cost points.

    `took_s` runs from the task to the last deed, so that nobody hurries to a button.
    """

    passed: bool
    score: int
    took_s: int
    missed: str = ""
    mistakes: tuple[str, ...] = ()


def judge(exercise: Exercise, deeds: Deeds, reason: str) -> Judgement:
    """Judge one exercise; `reason` is the asked-for reason of refund as the ledger writes it."""
    took_s = _took_s(deeds)
    missed = _missed(exercise, deeds)
    mistakes = tuple(_mistakes(deeds, reason))
    if missed:
        return Judgement(passed=False, score=0, took_s=took_s, missed=missed, mistakes=mistakes)
    slow = min(max(took_s - exercise.par_s, 0) // SECONDS_A_POINT, SLOW_POINTS_MAX)
    score = max(SCORE_MAX - MISTAKE_POINTS * len(mistakes) - slow, 0)
    return Judgement(passed=True, score=score, took_s=took_s, mistakes=mistakes)


def _moving(deeds: Deeds) -> list[Made]:
    return [made for made in deeds.made if made.state not in _NOTHING]


def _missed(exercise: Exercise, deeds: Deeds) -> str:
    """The first thing that the goal wants and the ledger does not hold."""
    moving = _moving(deeds)
    if not moving:
        return "nothing_refunded"
    if len(moving) > 1:
        return "refunded_twice"
    made = moving[0]
    if made.amount != Money(exercise.goal_fen):
        return "other_amount"
    if exercise.approved and not made.approver:
        return "not_approved"
    if made.state not in exercise.ends:
        return "not_waited" if made.state in OPEN else "not_paid"
    return ""


def _mistakes(deeds: Deeds, reason: str) -> Iterator[str]:
    """What went wrong on the way, each once."""
    moving = _moving(deeds)
    if any(not made.with_code for made in moving):
        yield "without_code"
    if any(not made.reason.startswith(reason) for made in moving):
        yield "other_reason"
    first = min((made.created_at for made in moving), default=deeds.ended_at)
    refused = [one for one in deeds.refused if not one.reason.startswith(_OF_THE_APPROVER)]
    if any(one.at > first for one in refused):
        yield "tried_again"
    if any(one.at <= first for one in refused):
        yield "tried_in_vain"


def _took_s(deeds: Deeds) -> int:
    """Until the last deed that the ledger knows; without one, until the end."""
    done = [made.created_at for made in deeds.made] + [one.at for one in deeds.refused]
    last = max(done, default=deeds.ended_at)
    return max(int((last - deeds.begun_at).total_seconds()), 0)
