"""The shop's clock, ahead of UTC and behind it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from scanrefund.model.shop_clock import shop_day, shop_time, start_of


@pytest.mark.parametrize(
    ("utc_offset_h", "first"),
    [(8, datetime(2026, 11, 22, 16, tzinfo=UTC)), (-5, datetime(2026, 11, 23, 5, tzinfo=UTC))],
)
def test_a_day_begins_at_the_shops_own_midnight(utc_offset_h: int, first: datetime) -> None:
    day = date(2026, 11, 23)
    assert start_of(day, utc_offset_h) == first
    assert start_of(day, utc_offset_h).tzinfo is UTC
    assert shop_day(first, utc_offset_h) == day
    assert shop_day(first - timedelta(microseconds=1), utc_offset_h) == day - timedelta(days=1)
    assert shop_time(first, utc_offset_h).hour == 0
