from __future__ import annotations

from datetime import timedelta

import pytest

from scanrefund.dispatch.alarms import AlarmLevel, alarm_level
from scanrefund.model.refund import OPEN, TERMINAL, RefundState
from tests.unit.builders import NOW, a_refund

MINUTES = [
    (0, AlarmLevel.NONE),
    (1.99, AlarmLevel.NONE),
    (2, AlarmLevel.CLERK),
    (29.9, AlarmLevel.CLERK),
    (30, AlarmLevel.SUPERVISOR),
    (24 * 60 - 1, AlarmLevel.SUPERVISOR),
    (24 * 60, AlarmLevel.DAILY_SHEET),
    (7 * 24 * 60 - 1, AlarmLevel.DAILY_SHEET),
    (7 * 24 * 60, AlarmLevel.WALLET_MAY_CLOSE),
    (365 * 24 * 60, AlarmLevel.WALLET_MAY_CLOSE),
]


@pytest.mark.parametrize("state", sorted(OPEN))
@pytest.mark.parametrize(("minutes", "level"), MINUTES)
def test_an_open_refund_alarms_louder_the_longer_it_is_open(
    state: RefundState, minutes: float, level: AlarmLevel
) -> None:
    assert alarm_level(a_refund(state=state), NOW + timedelta(minutes=minutes)) is level


@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_what_has_ended_is_silent(state: RefundState) -> None:
    assert alarm_level(a_refund(state=state), NOW + timedelta(days=30)) is AlarmLevel.NONE


def test_a_clock_set_back_makes_no_alarm() -> None:
    assert alarm_level(a_refund(), NOW - timedelta(days=1)) is AlarmLevel.NONE
