from __future__ import annotations

from datetime import timedelta

import pytest

from scanrefund.check.freshness import AHEAD_S_MAX, age_s, is_stale, shown_age_s
from tests.unit.builders import NOW


@pytest.mark.parametrize(
    ("age", "stale"), [(0, False), (59, False), (60, False), (60.001, True), (3600, True)]
)
def test_a_code_is_fresh_up_to_and_including_its_limit(age: float, *, stale: bool) -> None:
    assert is_stale(NOW - timedelta(seconds=age), NOW, 60) == stale


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=365), timedelta(seconds=61)])
def test_a_clock_that_jumps_makes_a_code_stale_both_ways(jump: timedelta) -> None:
    assert is_stale(NOW, NOW + jump, 60)
    assert is_stale(NOW, NOW - jump, 60)


def test_a_time_a_little_ahead_is_rounding_and_a_greater_one_is_no_proof() -> None:
    assert age_s(NOW + timedelta(seconds=AHEAD_S_MAX), NOW) == 0
    assert age_s(NOW + timedelta(seconds=AHEAD_S_MAX + 0.1), NOW) is None


def test_five_seconds_ahead_is_a_little() -> None:
    assert age_s(NOW + timedelta(seconds=5), NOW) == 0
    assert age_s(NOW + timedelta(seconds=5.1), NOW) is None


def test_the_age_in_a_sentence_is_whole_seconds_and_never_negative() -> None:
    assert shown_age_s(NOW - timedelta(seconds=75.9), NOW) == 75
    assert shown_age_s(NOW + timedelta(days=1), NOW) == 0
