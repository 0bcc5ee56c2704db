from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from scanrefund.ledger.columns import Told, UtcTime

DIALECT = sqlite.dialect()
TIMES = st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


def stored(time: datetime) -> str:
    text = UtcTime().process_bind_param(time, DIALECT)
    assert text is not None
    return text


@given(TIMES)
def test_a_time_comes_back_as_it_went_in(time: datetime) -> None:
    assert UtcTime().process_result_value(stored(time), DIALECT) == time


@given(TIMES, TIMES)
def test_the_order_of_the_texts_is_the_order_of_the_times(one: datetime, other: datetime) -> None:
    assert (stored(one) < stored(other)) == (one < other)


def test_other_zones_are_kept_as_utc() -> None:
    beijing = timezone(timedelta(hours=8))
    assert stored(datetime(2026, 11, 23, 18, 0, tzinfo=beijing)) == "2026-11-23T10:00:00.000000Z"


def test_a_naive_time_cannot_enter() -> None:
    with pytest.raises(TypeError):
        stored(datetime(2026, 11, 23))  # noqa: DTZ001


def test_no_time_stays_no_time() -> None:
    assert UtcTime().process_bind_param(None, DIALECT) is None
    assert UtcTime().process_result_value(None, DIALECT) is None


def test_a_told_text_is_cut_to_its_column() -> None:
    assert Told(3).process_bind_param("a\0bcd", DIALECT) == "abc"
    assert Told(3).process_bind_param(None, DIALECT) is None
