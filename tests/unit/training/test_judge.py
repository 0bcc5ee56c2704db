"""Exercises are judged by what the ledger holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scanrefund.ledger.practised import Made, Refused
from scanrefund.model.money import Money
from scanrefund.model.refund import RefundState
from scanrefund.training.deeds import Deeds
from scanrefund.training.exercises import BY_NAME, EXERCISES, Exercise
from scanrefund.training.judge import judge

REASON = "质量问题"
BEGUN = datetime(2026, 11, 29, 8, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return BEGUN + timedelta(seconds=seconds)


def made(exercise: Exercise, **other: object) -> Made:
    """The refund that a good clerk leaves, twenty seconds after the task."""
    end = RefundState.SUCCEEDED
    right = Made(Money(exercise.goal_fen), end, at(20), REASON, with_code=True, clerk="s3", approver="")
    return replace(right, approver="s2" if exercise.approved else "", **other)  # type: ignore[arg-type]


def deeds(*refunds: Made, refused: tuple[Refused, ...] = ()) -> Deeds:
    return Deeds(BEGUN, at(300), refunds, refused)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda one: one.name)
def test_a_good_clerk_gets_the_full_score_and_time_runs_to_the_last_deed(exercise: Exercise) -> None:
    judged = judge(exercise, deeds(made(exercise)), REASON)
    assert (judged.passed, judged.score, judged.took_s, judged.mistakes) == (True, 100, 20, ())


NORMAL, UNKNOWN, PROCESSING = (BY_NAME[name] for name in ("wechat_normal", "unknown_answer", "processing"))
APPROVAL, PARTIAL, REST = (BY_NAME[name] for name in ("needs_approval", "partial", "over_rest"))
UNSURE = RefundState.UNKNOWN


@pytest.mark.parametrize(
    ("exercise", "refunds", "missed"),
    [
        (NORMAL, (), "nothing_refunded"),
        (NORMAL, (made(NORMAL, state=RefundState.CLOSED),), "nothing_refunded"),
        (NORMAL, (made(NORMAL), made(NORMAL)), "refunded_twice"),
        (PARTIAL, (made(PARTIAL, amount=Money(10_000)),), "other_amount"),
        (REST, (made(REST, amount=Money(2_999)),), "other_amount"),
        (APPROVAL, (replace(made(APPROVAL), approver=""),), "not_approved"),
        (UNKNOWN, (made(UNKNOWN, state=UNSURE),), "not_waited"),
        (UNKNOWN, (made(UNKNOWN, state=RefundState.PROCESSING),), "not_waited"),
        (NORMAL, (made(NORMAL, state=RefundState.RETURNED_TO_MERCHANT),), "not_paid"),
    ],
)
def test_without_the_goal_there_is_no_score(
    exercise: Exercise, refunds: tuple[Made, ...], missed: str
) -> None:
    judged = judge(exercise, deeds(*refunds), REASON)
    assert (judged.passed, judged.score, judged.missed) == (False, 0, missed)


def test_accepted_is_an_end_where_the_wallet_works_like_that() -> None:
    assert judge(PROCESSING, deeds(made(PROCESSING, state=RefundState.PROCESSING)), REASON).passed


def test_a_declined_try_before_the_right_one_is_no_second_refund() -> None:
    assert judge(NORMAL, deeds(made(NORMAL, state=RefundState.CLOSED), made(NORMAL)), REASON).passed


def test_each_kind_of_mistake_costs_points_once() -> None:
    again = (Refused(at(25), "refund_in_flight"), Refused(at(26), "refund_in_flight"))
    before = Refused(at(5), "amount_over_remaining")
    sloppy = made(NORMAL, with_code=False, reason="别的")
    judged = judge(NORMAL, deeds(sloppy, refused=(before, *again)), REASON)
    assert set(judged.mistakes) == {"without_code", "other_reason", "tried_again", "tried_in_vain"}
    assert (judged.passed, judged.score) == (True, 20)


def test_a_note_after_the_reason_is_no_other_reason() -> None:
    assert judge(NORMAL, deeds(made(NORMAL, reason=f"{REASON}；有裂纹")), REASON).mistakes == ()


def test_a_supervisors_mistyped_pin_is_not_the_clerks_mistake() -> None:
    wrong = (Refused(at(5), "approval_wrong"), Refused(at(6), "needs_approval"))
    assert judge(APPROVAL, deeds(made(APPROVAL), refused=wrong), REASON).mistakes == ()


@pytest.mark.parametrize(("took_s", "score"), [(30, 100), (34, 100), (35, 99), (80, 90), (3_000, 70)])
def test_slowness_costs_a_point_for_five_seconds_and_thirty_at_most(took_s: int, score: int) -> None:
    judged = judge(NORMAL, deeds(made(NORMAL, created_at=at(took_s))), REASON)
    assert (judged.score, judged.took_s) == (score, took_s)
