from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanrefund.dispatch.backoff import (
    JITTER,
    PROCESSING_S,
    STUCK_S,
    UNKNOWN_FIRST_S,
    UNKNOWN_MAX_S,
    processing_delay_s,
    unknown_delay_s,
)


@given(st.integers(0, 10_000), st.text(max_size=20))
def test_an_unknown_is_left_alone_ten_seconds_at_least_and_an_hour_at_most(tries: int, seed: str) -> None:
    delay = unknown_delay_s(tries, seed)
    assert UNKNOWN_FIRST_S <= delay <= UNKNOWN_MAX_S
    assert delay <= 10 * 2 ** min(tries, 20) * (1 + JITTER) + 1e-6


@given(st.integers(0, 100), st.text(max_size=20))
def test_each_wait_is_as_long_as_the_one_before_or_longer(tries: int, seed: str) -> None:
    assert unknown_delay_s(tries + 1, seed) >= unknown_delay_s(tries, seed)
    assert processing_delay_s(tries + 1) >= processing_delay_s(tries)


def test_the_wait_follows_from_the_number_alone_and_differs_between_numbers() -> None:
    assert unknown_delay_s(0, "SRT_1") == unknown_delay_s(0, "SRT_1")
    assert len({unknown_delay_s(0, f"SRT_{number}") for number in range(20)}) == 20


@pytest.mark.parametrize("asks", [len(PROCESSING_S), 1_000_000])
def test_an_accepted_refund_is_looked_at_every_hour_for_ever(asks: int) -> None:
    assert processing_delay_s(asks) == STUCK_S


def test_an_accepted_refund_is_looked_at_thrice_at_once_then_by_the_minute_then_ever_less() -> None:
    minutes = [60.0] * 5
    waits = [3.0, 5.0, 10.0, *minutes, 300.0, 600.0, 1_200.0, 1_800.0, 3_600.0, 3_600.0]
    assert [processing_delay_s(asks) for asks in range(len(waits))] == waits


def test_an_unknown_waits_ten_seconds_doubled_each_time_and_a_fifth_more_at_most() -> None:
    numbers = [f"SRT_{number}" for number in range(200)]
    for tries, least in enumerate((10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0, 1_280.0, 2_560.0)):
        waits = [unknown_delay_s(tries, number) / least for number in numbers]
        assert min(waits) >= 1.0
        assert 1.18 < max(waits) <= 1.2
    assert {unknown_delay_s(9, number) for number in numbers} == {3_600.0}
