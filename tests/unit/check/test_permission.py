"""The rungs about people: for each cause the case at its edge, and one beyond."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scanrefund.check.case import Case
from scanrefund.check.limits import UNLIMITED, PeopleLimits
from scanrefund.check.people import Approval, ApprovalCheck, People
from scanrefund.check.permission import approval_for, day_of, hour_of, next_day
from scanrefund.check.rules import first_refusal, verdicts
from scanrefund.model.money import Money
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.model.staff import Role, Staff, Used
from tests.unit.builders import LIMITS, NOW, a_case, an_order

EXAMPLE = Path(__file__).parents[3] / "config.example.toml"
CLERK = Staff("s3", "Wang", Role.CLERK)
SUPERVISOR = Staff("s2", "Li", Role.SUPERVISOR)
GOOD = Approval(ApprovalCheck.GOOD, SUPERVISOR, approval_id=1)
PEOPLE = People(CLERK, names=("Li", "Zhao"))


def case_of(people: People | None = PEOPLE, limits: dict[str, Any] | None = None, **changes: Any) -> Case:
    """2,500 fen of an order of 10,000, paid yesterday."""
    shop = replace(LIMITS, people=replace(UNLIMITED, **(limits or {})))
    return a_case(people=people, limits=shop, **changes)


def refusal_of(case: Case) -> Refusal:
    refusal = first_refusal(case)
    assert refusal is not None
    return refusal


def test_a_ledger_without_staff_knows_no_rules_about_people() -> None:
    case = case_of(None, {"approval_above": Money(0), "day_count_max": 0})
    assert first_refusal(case) is None
    skipped = [verdict.reason.value for verdict in verdicts(case) if verdict.skipped]
    about_people = ("no_permission", "needs_approval", "approval_wrong", "approval_locked")
    assert {*about_people, "clerk_limit_reached"} <= set(skipped)


@pytest.mark.parametrize("role", [Role.CLERK, Role.SUPERVISOR, Role.OWNER])
def test_who_may_refund_may(role: Role) -> None:
    assert first_refusal(case_of(People(Staff("s9", "Hu", role)))) is None


@pytest.mark.parametrize(
    ("clerk", "because"),
    [
        (None, "not_signed_in"),
        (Staff("s9", "Hu", Role.AUDITOR), "role"),
        (Staff("s9", "Hu", Role.FINANCE), "role"),
        (Staff("s9", "Hu", Role.CLERK, active=False), "role"),
    ],
)
def test_nobody_else_may_and_the_refusal_names_who_can(clerk: Staff | None, because: str) -> None:
    refusal = refusal_of(case_of(replace(PEOPLE, clerk=clerk)))
    assert refusal == Refusal(Reason.NO_PERMISSION, {"because": because, "names": "Li · Zhao"})


# Why approval is needed → (limits, changes of the case at which it just is not, and at which it is).
OLD = timedelta(days=20)
AT_THE_EDGE: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "amount": (
        {"approval_above": Money(2_500)},
        {"asked_amount": Money(2_500)},
        {"asked_amount": Money(2_501)},
    ),
    "old_order": (
        {"approval_order_age_days": 20},
        {"order": an_order(paid_at=NOW - OLD)},
        {"order": an_order(paid_at=NOW - OLD - timedelta(seconds=1))},
    ),
    # NOW is 18:00 of the shop's day.
    "next_day": (
        {"approval_next_day": True},
        {"order": an_order(paid_at=NOW - timedelta(hours=18))},
        {"order": an_order(paid_at=NOW - timedelta(hours=18, seconds=1))},
    ),
    "repeat": ({"approval_repeat": True}, {}, {"order": an_order(refund_count=1)}),
    "own_sale": (
        {"approval_own_sale": True},
        {"order": an_order(extra={"cashier": "Li"})},
        {"order": an_order(extra={"cashier": " wang"})},
    ),
    "no_code": ({}, {}, {"reading": None}),
}


@pytest.mark.parametrize("because", AT_THE_EDGE)
def test_a_second_person_is_asked_from_the_edge_on(because: str) -> None:
    limits, good, bad = AT_THE_EDGE[because]
    assert first_refusal(case_of(PEOPLE, limits, **good)) is None
    refusal = refusal_of(case_of(PEOPLE, limits, **bad))
    assert refusal == Refusal(Reason.NEEDS_APPROVAL, {"because": because, "names": "Li · Zhao"})


@pytest.mark.parametrize("because", AT_THE_EDGE)
def test_where_nobody_else_could_approve_the_refusal_names_the_key_of_the_configuration(because: str) -> None:
    limits, _good, bad = AT_THE_EDGE[because]
    detail = refusal_of(case_of(replace(PEOPLE, names=()), limits, **bad)).detail
    assert detail["because"] == because
    table, _, key = str(detail["key"]).partition(".")
    assert key in tomllib.loads(EXAMPLE.read_text("utf-8"))[table]


@pytest.mark.parametrize("because", [one for one in AT_THE_EDGE if one != "no_code"])
def test_what_the_shop_does_not_ask_approval_for_needs_none(because: str) -> None:
    assert approval_for(case_of(PEOPLE, {}, **AT_THE_EDGE[because][2])) == ""


def test_an_own_sale_is_told_by_staff_id_too() -> None:
    order = an_order(extra={"cashier": "S3"})
    assert approval_for(case_of(PEOPLE, {"approval_own_sale": True}, order=order)) == "own_sale"


def test_who_may_refund_without_a_code_needs_nobody_for_that() -> None:
    assert first_refusal(case_of(People(SUPERVISOR), reading=None)) is None


def test_where_no_code_is_required_none_is_missed() -> None:
    case = case_of(reading=None)
    assert approval_for(replace(case, limits=replace(case.limits, code_required=False))) == ""


def test_without_staff_a_code_is_required_as_ever() -> None:
    assert refusal_of(case_of(None, reading=None)).reason is Reason.CODE_REQUIRED


@pytest.mark.parametrize("because", AT_THE_EDGE)
def test_a_good_approval_or_a_place_in_the_queue_lets_the_wish_pass(because: str) -> None:
    limits, _good, bad = AT_THE_EDGE[because]
    assert first_refusal(case_of(replace(PEOPLE, approval=GOOD), limits, **bad)) is None
    assert first_refusal(case_of(replace(PEOPLE, queue=True), limits, **bad)) is None


def test_a_worthless_approval_is_told_with_its_flaw_even_in_the_queue() -> None:
    wrong = Approval(ApprovalCheck.WRONG, because="other_amount")
    case = case_of(replace(PEOPLE, approval=wrong, queue=True))
    assert refusal_of(case) == Refusal(Reason.APPROVAL_WRONG, {"because": "other_amount"})


def test_a_locked_approver_is_told_with_who_else_can() -> None:
    locked = Approval(ApprovalCheck.LOCKED, because="locked_for_a_time")
    refusal = refusal_of(case_of(replace(PEOPLE, approval=locked)))
    assert refusal.reason is Reason.APPROVAL_LOCKED
    assert refusal.detail == {"because": "locked_for_a_time", "names": "Li · Zhao"}


# 2,500 fen more, one refund more.
AT_THE_LIMIT: dict[str, tuple[dict[str, Any], str, Used, Used, int]] = {
    "amount_per_day": (
        {"day_amount_max": Money(9_000)},
        "used_today",
        Used(Money(6_500)),
        Used(Money(6_501)),
        2_499,
    ),
    "amount_per_hour": (
        {"hour_amount_max": Money(9_000)},
        "used_this_hour",
        Used(Money(6_500)),
        Used(Money(9_001)),
        0,
    ),
    "count_per_day": ({"day_count_max": 3}, "used_today", Used(count=2), Used(count=3), 0),
    "count_per_hour": ({"hour_count_max": 3}, "used_this_hour", Used(count=2), Used(count=3), 0),
}


@pytest.mark.parametrize("because", AT_THE_LIMIT)
def test_a_clerk_pays_back_up_to_his_limit_and_no_further(because: str) -> None:
    limits, stretch, fits, over, left = AT_THE_LIMIT[because]
    within: dict[str, Any] = {stretch: fits}
    beyond: dict[str, Any] = {stretch: over}
    assert first_refusal(case_of(replace(PEOPLE, **within), limits)) is None
    refusal = refusal_of(case_of(replace(PEOPLE, **beyond), limits))
    assert refusal.reason is Reason.CLERK_LIMIT_REACHED
    # What is left of a number of refunds is no money.
    name = "left" if because.startswith("count") else "left_fen"
    assert (refusal.detail["because"], refusal.detail[name]) == (because, left)


def test_refunds_without_a_code_have_a_limit_of_their_own() -> None:
    limits = {"day_no_code_count_max": 2}
    used = replace(PEOPLE, approval=GOOD, used_today=Used(no_code_count=2))
    assert first_refusal(case_of(used, limits)) is None
    refusal = refusal_of(case_of(used, limits, reading=None))
    assert (refusal.reason, refusal.detail["because"]) == (Reason.CLERK_LIMIT_REACHED, "no_code_per_day")
    last = replace(used, used_today=Used(no_code_count=1))
    assert first_refusal(case_of(last, limits, reading=None)) is None


def test_an_approval_does_not_lift_the_clerks_limit() -> None:
    people = replace(PEOPLE, approval=GOOD, used_today=Used(count=1))
    assert refusal_of(case_of(people, {"day_count_max": 1})).reason is Reason.CLERK_LIMIT_REACHED


def test_the_shops_day_and_hour_follow_its_own_clock() -> None:
    china: PeopleLimits = UNLIMITED
    late = datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)
    assert (day_of(late, china), hour_of(late, china)) == ("2026-11-23", "2026-11-23T23")
    midnight = late + timedelta(seconds=1)
    assert (day_of(midnight, china), hour_of(midnight, china)) == ("2026-11-24", "2026-11-24T00")
    assert day_of(midnight, replace(china, utc_offset_h=-5)) == "2026-11-23"
    assert next_day(an_order(paid_at=late), midnight, china)
    assert not next_day(an_order(paid_at=late), late, china)
    assert not next_day(an_order(paid_at=None), midnight, china)
