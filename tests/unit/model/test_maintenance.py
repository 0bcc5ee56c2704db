from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scanrefund.model.maintenance import Maintenance, Window
from scanrefund.model.wallet import Wallet

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hours: float) -> datetime:
    return NOON + hours * HOUR


PLANNED = Maintenance(
    (
        Window(at(1), at(3), Wallet.WECHAT),
        Window(at(2), at(4), Wallet.WECHAT),
        Window(at(4), at(5)),
        Window(at(9), at(10), Wallet.ALIPAY),
    ),
    notice=2 * HOUR,
)


@pytest.mark.parametrize(
    ("hours", "wallet", "until"),
    [
        (0.99, Wallet.WECHAT, None),
        (1, Wallet.WECHAT, 5),
        (3.5, Wallet.WECHAT, 5),
        (4.99, Wallet.WECHAT, 5),
        (5, Wallet.WECHAT, None),
        (3.5, Wallet.ALIPAY, None),
        (4, Wallet.ALIPAY, 5),
        (9.5, Wallet.WECHAT, None),
    ],
)
def test_windows_that_meet_are_one_pause_of_their_wallet(
    hours: float, wallet: Wallet, until: float | None
) -> None:
    assert PLANNED.until(wallet, at(hours)) == (None if until is None else at(until))


@pytest.mark.parametrize(
    ("since", "till", "hours"), [(0, 1, 0), (0, 2.5, 1.5), (0, 12, 4), (2.5, 4.5, 2), (5, 12, 0), (3, 2, 0)]
)
def test_what_two_windows_share_is_paused_once(since: float, till: float, hours: float) -> None:
    assert PLANNED.paused(Wallet.WECHAT, at(since), at(till)) == hours * HOUR


@pytest.mark.parametrize(
    ("hours", "begins"), [(-1.1, []), (-1, [1]), (2.5, [1, 2, 4]), (6.9, []), (7, [9]), (10, [])]
)
def test_people_are_told_before_and_during_a_window(hours: float, begins: list[float]) -> None:
    assert [window.begins for window in PLANNED.told(at(hours))] == [at(one) for one in begins]
