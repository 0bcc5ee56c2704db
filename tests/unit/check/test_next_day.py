"""Orders paid on an earlier business day: by the shop's own clock and turn of the day, with their own cap."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from scanrefund.check.amount_rules import amount_over_cap
from scanrefund.check.case import Case
from scanrefund.check.limits import UNLIMITED
from scanrefund.check.permission import day_of, next_day
from scanrefund.model.money import Money
from tests.unit.builders import LIMITS, ORDER, a_case

BAR = replace(UNLIMITED, day_turns_h=5)
# 02:30 in Shanghai on the 24th: for a bar it is still the 23rd.
NIGHT = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
EVENING = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(("people", "is_next"), [(UNLIMITED, True), (BAR, False)])
def test_a_bars_night_belongs_to_the_day_before(people: Any, is_next: bool) -> None:
    order = replace(ORDER, paid_at=EVENING)
    assert next_day(order, NIGHT, people) is is_next
    assert next_day(order, MORNING, people)
    assert day_of(NIGHT, BAR) == "2026-11-23"


def wished(paid_at: datetime, amount_fen: int) -> Case:
    limits = replace(LIMITS, next_day_cap=Money(1_000), people=BAR)
    order = replace(ORDER, paid_at=paid_at)
    return a_case(now=NIGHT, limits=limits, order=order, asked_amount=Money(amount_fen))


def test_settled_money_has_a_cap_of_its_own() -> None:
    yesterday = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
    refusal = amount_over_cap(wished(yesterday, 1_001))
    assert refusal is not None
    assert refusal.detail["cap_fen"] == 1_000
    assert amount_over_cap(wished(yesterday, 1_000)) is None
    assert amount_over_cap(wished(EVENING, 1_001)) is None


def test_the_cap_of_every_refund_holds_for_settled_ones_too() -> None:
    case = wished(EVENING, 200_000)
    assert amount_over_cap(case) is not None
