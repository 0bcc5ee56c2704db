"""How loudly an open refund asks for a person. Alarms only: no time ever ends a refund.

Times: a customer waits two minutes, a supervisor looks every half hour, the daily sheet is a day; WeChat Pay
closes a refund that the merchant's account could not pay for seven days (document 4013071193).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

from scanrefund.model.refund import Refund


class AlarmLevel(IntEnum):
    """Who must know that a refund is still open; the higher, the more urgent."""

    NONE = 0
    CLERK = 1
    SUPERVISOR = 2
    DAILY_SHEET = 3
    WALLET_MAY_CLOSE = 4


AFTER: Final[tuple[tuple[timedelta, AlarmLevel], ...]] = (
    (timedelta(days=7), AlarmLevel.WALLET_MAY_CLOSE),
    (timedelta(hours=24), AlarmLevel.DAILY_SHEET),
    (timedelta(minutes=30), AlarmLevel.SUPERVISOR),
    (timedelta(minutes=2), AlarmLevel.CLERK),
)


def alarm_level(refund: Refund, now: datetime) -> AlarmLevel:
    """The level of one refund; NONE for what has ended or is younger than two minutes. Pure."""
    if not refund.is_open:
        return AlarmLevel.NONE
    age = now - refund.created_at
    return next((level for after, level in AFTER if age >= after), AlarmLevel.NONE)
