"""The slip as a value and as text: what stands on it, and what never does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from scanrefund.aftercare.arrival import arrival
from scanrefund.aftercare.slip import PrintedSlip, Printing, SlipShop, slip_of
from scanrefund.aftercare.slip_text import folded, text_lines, width_of
from scanrefund.model.money import Money
from scanrefund.model.refund import RefundState
from scanrefund.say.catalogue import LANGUAGES
from tests.unit.builders import NOW, WECHAT_DIGITS, a_refund

SHOP = SlipShop("小店", "七天内可退，商品须完好。", "010-12345678")
CODE = "scanrefund:SRT_shop1_00000000000000000000_01.0123456789ab"


def a_slip(language: str = "zh-Hans", number: int = 1, shop: SlipShop = SHOP, **changes: Any) -> PrintedSlip:
    printing = Printing(number, NOW, rehearsal=False)
    changes = {"state": RefundState.SUCCEEDED, "ended_at": NOW, **changes}
    return slip_of(a_refund(**changes), CODE, shop, printing, language)


def test_it_says_how_much_in_figures_and_in_capitals_and_on_the_shops_clock() -> None:
    facts = dict(a_slip(amount=Money(1_234)).facts)
    assert facts["退款金额"] == "¥12.34"
    assert facts["大写"] == "壹拾贰元叁角肆分"
    assert facts["申请时间"] == "2026-11-23 18:00:00"


@pytest.mark.parametrize(
    ("account", "state", "comes"),
    [
        ("支付用户零钱", RefundState.SUCCEEDED, "balance"),
        ("招商银行信用卡0403", RefundState.SUCCEEDED, "bank"),
        ("银行零钱宝借记卡1234", RefundState.PROCESSING, "bank"),
        ("", RefundState.PROCESSING, "either"),
        ("支付用户零钱", RefundState.UNKNOWN, "open"),
        ("支付用户零钱", RefundState.CLOSED, "none"),
        ("", RefundState.RETURNED_TO_MERCHANT, "none"),
        ("", RefundState.PAID_OTHER_WAY, "cash"),
    ],
)
def test_it_promises_only_what_the_wallet_has_said(account: str, state: RefundState, comes: str) -> None:
    assert arrival(a_refund(received_account=account, state=state)) == comes


@pytest.mark.parametrize(
    ("language", "account", "where"),
    [
        ("en", "支付用户零钱", "WeChat Pay balance"),
        ("en", "支付用户零钱通", "WeChat Mini Fund"),
        ("en", "招商银行信用卡0403", "招商银行信用卡0403 (the wallet's own words)"),
        ("zh-Hant", "支付用户零钱", "支付用戶零錢"),
        ("zh-Hans", "支付用户零钱", "支付用户零钱"),
        ("zh-Hans", "招商银行信用卡0403", "招商银行信用卡0403"),
        ("en", "", "back the way it was paid (WeChat Pay)"),
    ],
)
def test_the_place_is_told_in_the_slips_language_or_as_the_wallets_own_words(
    language: str, account: str, where: str
) -> None:
    assert where in [value for _, value in a_slip(language, received_account=account).facts]


def test_every_state_has_a_headline_and_none_but_the_paid_ones_says_succeeded() -> None:
    said = {state: a_slip(state=state).headline for state in RefundState}
    assert {state for state, headline in said.items() if headline == "退款成功"} == {
        RefundState.SUCCEEDED,
        RefundState.EXTERNAL,
    }


def test_the_first_print_is_the_original_and_every_later_one_a_numbered_copy() -> None:
    assert a_slip(number=1).marks == ()
    assert a_slip(number=2).marks == ("副本 1",)
    assert a_slip(number=4).marks == ("副本 3",)


def test_rehearsal_and_training_are_marked() -> None:
    printing = Printing(1, NOW, rehearsal=True, training=True)
    slip = slip_of(a_refund(), CODE, SHOP, printing, "en")
    assert slip.marks == ("REHEARSAL - no money moves", "TRAINING - not valid")


def test_what_was_paid_by_hand_names_no_wallet() -> None:
    assert "钱包" in dict(a_slip().facts)
    assert "钱包" not in dict(a_slip(state=RefundState.PAID_OTHER_WAY).facts)


def test_only_cash_is_signed_for() -> None:
    assert a_slip(state=RefundState.PAID_OTHER_WAY).sign_here
    assert not a_slip().sign_here


def test_nothing_typed_steers_a_printer_or_carries_a_payment_code() -> None:
    slip = a_slip(reason=f"坏了\x1b@\x1dV0 {WECHAT_DIGITS}", shop=SlipShop("店\x1b", "\x1dp"))
    told = "\n".join([*text_lines(slip, 32), str(slip.as_json())])
    assert "\x1b" not in told
    assert "\x1d" not in told
    assert WECHAT_DIGITS not in told


@pytest.mark.parametrize("columns", [24, 32, 48])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_is_wider_than_the_paper(language: str, columns: int) -> None:
    slip = a_slip(language, number=2, received_account="招商银行信用卡0403")
    # A mark that ends a sentence may stand half a character outside rather than begin a line.
    assert max(width_of(line) for line in text_lines(slip, columns)) <= columns + 2


@pytest.mark.parametrize("columns", [24, 32, 48])
def test_folding_loses_nothing(columns: int) -> None:
    text = "退款 refund of the order 4200001234202611220000000001，原路退回。" * 3
    assert "".join(folded(text, columns)).replace(" ", "") == text.replace(" ", "")


def test_the_slip_of_an_ended_refund_tells_when() -> None:
    ended = NOW + timedelta(seconds=90)
    assert ("完成时间", "2026-11-23 18:01:30") in a_slip(ended_at=ended).facts
