"""The shop's own clock: whole hours ahead of UTC (`shop.utc_offset_h`), whatever the machine's is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone


def shop_zone(utc_offset_h: int) -> timezone:
    """The zone of its clock."""
    return timezone(timedelta(hours=utc_offset_h))


def shop_time(moment: datetime, utc_offset_h: int) -> datetime:
    """A moment as its clock shows it."""
    return moment.astimezone(shop_zone(utc_offset_h))


def shop_day(moment: datetime, utc_offset_h: int) -> date:
    """The day of its calendar on which a moment falls."""
    return shop_time(moment, utc_offset_h).date()


def start_of(day: date, utc_offset_h: int) -> datetime:
    """The first moment of a day of its calendar, in UTC."""
    return datetime.combine(day, time(), shop_zone(utc_offset_h)).astimezone(UTC)
