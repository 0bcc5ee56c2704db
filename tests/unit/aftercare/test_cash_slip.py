from __future__ import annotations

import pytest

from scanrefund.aftercare.cash_slip import SlipHead, cash_slip
from scanrefund.errors import UsageFault
from scanrefund.model.money import Money
from scanrefund.model.refund import RefundState
from scanrefund.say.catalogue import LANGUAGES
from tests.unit.builders import a_refund

PAID = a_refund(
    refund_id="SRT_1_01_C",
    state=RefundState.PAID_OTHER_WAY,
    amount=Money(2_550),
    instead_of="SRT_1_01",
    reason="account closed",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cash_slip_says_what_was_paid_to_whom_and_has_room_for_both_names(language: str) -> None:
    slip = cash_slip(PAID, SlipHead("Tea House", "Li (s2)", rehearsal=False), language)
    for told in ("Tea House", "SRT_1_01_C", "SRT_1_01", "A1001", "25.50", "account closed", "Li (s2)"):
        assert told in slip
    assert slip.count("_" * 24) == 3
    assert "{" not in slip
    assert "***" not in slip


@pytest.mark.parametrize(("utc_offset_h", "told"), [(8, "2026-11-23 18:00:00"), (-5, "2026-11-23 05:00:00")])
def test_it_was_paid_on_the_shops_clock_as_on_every_slip(utc_offset_h: int, told: str) -> None:
    head = SlipHead("", "s2", rehearsal=False, utc_offset_h=utc_offset_h)
    assert f"Paid out: {told}\n" in cash_slip(PAID, head, "en")


def test_the_amount_stands_in_capitals_too() -> None:
    assert "贰拾伍元伍角" in cash_slip(PAID, SlipHead("", "s2", rehearsal=False), "zh-Hans")


def test_rehearsal_and_copy_stand_above_and_below() -> None:
    lines = cash_slip(PAID, SlipHead("", "s2", rehearsal=True, copy=True), "zh-Hans").splitlines()
    assert lines[:2] == lines[-2:] == ["*** 演练：没有动用资金 ***", "*** 副本 ***"]


def test_there_is_no_slip_of_a_refund_the_wallet_paid() -> None:
    with pytest.raises(UsageFault):
        cash_slip(a_refund(state=RefundState.SUCCEEDED), SlipHead("", "s2", rehearsal=False), "en")
