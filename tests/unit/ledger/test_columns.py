from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from scanrefund.ledger.columns import Told, UtcTime, time_of

DIALECT = sqlite.dialect()
TIMES = st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


def stored(time: datetime) -> str:
    text = UtcTime().process_bind_param(time, DIALECT)
    assert text is not None
    return text


@settings(deadline=None)
@given(TIMES)
def test_a_time_comes_back_as_it_went_in(time: datetime) -> None:
    assert UtcTime().process_result_value(stored(time), DIALECT) == time


@settings(deadline=None)
@given(TIMES, TIMES)
def test_the_order_of_the_texts_is_the_order_of_the_times(one: datetime, other: datetime) -> None:
    assert (stored(one) < stored(other)) == (one < other)


def test_other_zones_are_kept_as_utc() -> None:
    beijing = timezone(timedelta(hours=8))
    assert stored(datetime(2026, 11, 23, 18, 0, tzinfo=beijing)) == "2026-11-23T10:00:00.000000Z"


@pytest.mark.parametrize("text", ["2026-11-23T10:00:00Z", "2026-11-23T10:00:00.1+08:00", "2026-11-23"])
def test_a_time_in_another_form_is_none_of_the_ledger(text: str) -> None:
    with pytest.raises(ValueError, match="is no time of the ledger"):
        time_of(text)
    assert time_of("2026-11-23T10:00:00.000001Z") == datetime(2026, 11, 23, 10, 0, 0, 1, UTC)


def test_a_naive_time_cannot_enter() -> None:
    with pytest.raises(TypeError):
        stored(datetime(2026, 11, 23))  # noqa: DTZ001


def test_no_time_stays_no_time() -> None:
    assert UtcTime().process_bind_param(None, DIALECT) is None
    assert UtcTime().process_result_value(None, DIALECT) is None


def test_a_told_text_is_cut_to_its_column() -> None:
    assert Told(3).process_bind_param("a\0bcd", DIALECT) == "abc"
    assert Told(3).process_bind_param(None, DIALECT) is None
