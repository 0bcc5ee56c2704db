"""How loudly an open refund asks for a person. Alarms only: no time ever ends a refund.

Times: a customer waits two minutes, a supervisor looks every half hour, the daily sheet is a day; WeChat Pay
closes a refund that the merchant's account could not pay for seven days (document 4013071193).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

from scanrefund.model.maintenance import NO_MAINTENANCE, Maintenance
from scanrefund.model.refund import Refund, RefundState


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


# What waits for the wallet, and not for a person, is not forgotten while the wallet is under maintenance.
_WAITS_FOR_WALLET: Final = frozenset(
    {RefundState.READY, RefundState.SENDING, RefundState.UNKNOWN, RefundState.PROCESSING}
)


def alarm_level(refund: Refund, now: datetime, maintenance: Maintenance = NO_MAINTENANCE) -> AlarmLevel:
    """The level of one refund; NONE for what has ended or is younger than two minutes. Pure.

    An announced pause is no silence and does not count, but for the wallet's own seven days.
    """
    if not refund.is_open:
        return AlarmLevel.NONE
    age = now - refund.created_at
    if age >= AFTER[0][0]:
        return AFTER[0][1]
    if refund.state in _WAITS_FOR_WALLET:
        age -= maintenance.paused(refund.wallet, refund.created_at, now)
    return next((level for after, level in AFTER if age >= after), AlarmLevel.NONE)
