from __future__ import annotations

from dataclasses import replace

import pytest

from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import RefundState
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.model.shown import Kind
from scanrefund.say.causes import CLOSED_CODES, HELD_CODES, cause_of_refund, cause_of_refusal, telling_code
from scanrefund.say.failures import FAILURES
from scanrefund.say.speak import say_refusal
from tests.unit.say.refunds import EXAMPLES, declined, held


@pytest.mark.parametrize("cause", EXAMPLES)
def test_a_refund_is_told_by_its_cause(cause: str) -> None:
    assert cause_of_refund(EXAMPLES[cause]) == cause


def test_every_state_and_every_cause_of_a_refund_has_an_example() -> None:
    assert {refund.state for refund in EXAMPLES.values()} == set(RefundState)
    assert set(EXAMPLES) == {cause for cause in FAILURES if cause.startswith("refund.")}


def test_a_refund_that_may_have_left_once_is_unknown_and_not_network_down() -> None:
    down = EXAMPLES["refund.network_down"]
    assert cause_of_refund(replace(down, ever_unknown=True)) == "refund.unknown"
    assert cause_of_refund(replace(down, not_sent_only=False)) == "refund.unknown"
    assert cause_of_refund(replace(down, outcome=Outcome.UNKNOWN)) == "refund.unknown"
    assert cause_of_refund(replace(down, outcome=None)) == "refund.unknown"


@pytest.mark.parametrize("code", ["", "TRADE_NOT_EXIST", "no_such_code"])
def test_a_code_nobody_sorted_falls_to_the_supervisor(code: str) -> None:
    assert cause_of_refund(held(code)) == "refund.held_other"
    assert (
        cause_of_refund(declined("NOT_ENOUGH" if code == "TRADE_NOT_EXIST" else code))
        == "refund.closed_other"
    )


def test_the_code_of_the_ask_never_names_the_cause_of_a_refusal() -> None:
    assert declined("USER_ACCOUNT_ABNORMAL").wallet_code in CLOSED_CODES
    assert cause_of_refund(declined("USER_ACCOUNT_ABNORMAL")) == "refund.closed_buyer_gone"
    assert cause_of_refund(declined("")) == "refund.closed_other"


def test_what_holds_a_refund_now_is_told_before_an_older_refusal() -> None:
    short = replace(held("NOT_ENOUGH"), declined_code="INVALID_REQUEST")
    assert cause_of_refund(short) == "refund.held_balance_short"
    assert telling_code(short) == "NOT_ENOUGH"
    after_ask = replace(declined("INVALID_REQUEST"), state=RefundState.HELD)
    assert cause_of_refund(after_ask) == "refund.held_other"
    assert telling_code(after_ask) == "INVALID_REQUEST"


@pytest.mark.parametrize("prefix", ["", "ACQ.", "aop.ACQ."])
def test_prefixes_of_a_code_do_not_matter(prefix: str) -> None:
    assert cause_of_refund(held(f"{prefix}SELLER_BALANCE_NOT_ENOUGH")) == "refund.held_balance_short"


def test_every_class_of_codes_is_a_line_of_the_table() -> None:
    assert {*HELD_CODES.values(), *CLOSED_CODES.values()} <= set(FAILURES)


def test_what_was_shown_instead_of_a_code_names_the_cause() -> None:
    refusal = Refusal(Reason.NOT_A_PAYMENT_CODE, {"kind": Kind.COLLECTION_CODE.value, "text": "wxp://f2f0"})
    assert cause_of_refusal(refusal) == "kind.collection_code"


@pytest.mark.parametrize("detail", [{}, {"kind": "never heard of"}])
def test_a_kind_nobody_listed_is_some_text(detail: dict[str, str]) -> None:
    assert cause_of_refusal(Refusal(Reason.NOT_A_PAYMENT_CODE, detail)) == "kind.other_text"


def test_a_code_that_the_wallet_itself_refuses_has_a_sentence_of_its_own() -> None:
    refused = Refusal(Reason.CODE_EXPIRED, {"wallet": "wechat", "refused_by": "wallet"})
    assert cause_of_refusal(refused) == "refusal.code_refused_by_wallet"


def test_an_approval_that_nobody_here_could_give_says_what_a_shop_with_one_person_does() -> None:
    detail = {"because": "repeat", "names": "", "key": "people.approval_repeat"}
    alone = Refusal(Reason.NEEDS_APPROVAL, detail)
    assert cause_of_refusal(alone) == "refusal.needs_approval_alone"
    assert "people.approval_repeat" in say_refusal(alone, "en").next_step
    two = Refusal(Reason.NEEDS_APPROVAL, {"because": "repeat", "names": "Li"})
    assert cause_of_refusal(two) == "refusal.needs_approval"


def test_a_picture_from_the_future_has_a_sentence_of_its_own() -> None:
    ahead = Refusal(Reason.PICTURE_TOO_OLD, {"ahead_s": 7200, "limit_s": 60})
    assert cause_of_refusal(ahead) == "refusal.picture_from_the_future"
    assert "2 hours in the future" in say_refusal(ahead, "en").clerk
    old = Refusal(Reason.PICTURE_TOO_OLD, {"age_s": 61, "limit_s": 60})
    assert cause_of_refusal(old) == "refusal.picture_too_old"
