"""WeChat Pay's limits per second, met and passed."""

from __future__ import annotations

import pytest

from scanrefund.sandbox.spoken import Call
from scanrefund.sandbox.wechat_rates import Rates
from tests.unit.sandbox.conftest import Wallets
from tests.unit.sandbox.merchants import REFUNDS

NOW = 1_800_000_000.25


@pytest.mark.parametrize(
    ("method", "target", "limit"),
    [
        ("POST", REFUNDS, 150),
        ("GET", f"{REFUNDS}/R1", 300),
        ("POST", f"{REFUNDS}/50/apply-abnormal-refund", 150),
        ("GET", "/v3/bill/fundflowbill?bill_date=2026-01-01", 3),
    ],
)
def test_a_second_takes_as_many_calls_as_documented(method: str, target: str, limit: int) -> None:
    rates, call = Rates(), Call(method, target, {}, b"")
    assert [rates.is_over(call, NOW) for _ in range(limit + 1)] == [False] * limit + [True]
    assert not rates.is_over(call, NOW + 1)


def test_six_failing_refunds_are_enough_for_one_second() -> None:
    rates, call = Rates(), Call("POST", REFUNDS, {}, b"")
    for _ in range(6):
        assert not rates.is_over(call, NOW)
        rates.failed(call, NOW)
    assert rates.is_over(call, NOW)
    assert not rates.is_over(call, NOW + 1)


def test_other_calls_have_no_limit() -> None:
    rates, call = Rates(), Call("GET", "/v3/certificates", {}, b"")
    assert not any(rates.is_over(call, NOW) for _ in range(1000))


def statuses(wallets: Wallets) -> set[int]:
    """Thirty refunds that fail, as fast as they go."""
    call = wallets.wechat.refund({"order_id": "NONE", "amount_fen": 1}, "R1", 1)
    return {wallets.answer(call).status for _ in range(30)}


def test_the_real_pace_counts(strict_wallets: Wallets) -> None:
    assert statuses(strict_wallets) == {404, 429}


def test_the_rehearsal_pace_does_not(wallets: Wallets) -> None:
    assert statuses(wallets) == {404}
