from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scanrefund.errors import Fault
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.model.shown import Kind, Reading, Shown, Source
from scanrefund.model.wallet import Wallet
from scanrefund.say.catalogue import LANGUAGES
from scanrefund.say.gaps import MISSING
from scanrefund.say.speak import say_fault, say_kind, say_reason_of_unreadable, say_refund, say_refusal
from tests.unit.say.refunds import EXAMPLES, held

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def shown_code(digits: str) -> Shown:
    return Shown(Kind.PAYMENT_CODE, Wallet.WECHAT, code=PaymentCode(digits))


def test_a_refusal_speaks_to_clerk_and_customer_and_says_the_next_step() -> None:
    said = say_refusal(Refusal(Reason.AMOUNT_OVER_REMAINING, {"amount_fen": 5000, "max_fen": 1234}), "zh-CN")
    assert said.clerk == "要退 ¥50.00，这笔订单最多还能退 ¥12.34。"
    assert said.customer == "这笔订单最多还能退 ¥12.34。"
    assert said.next_step == "把金额改成不超过 ¥12.34，再提交。"


def test_an_expired_code_says_whose_how_old_and_how_long_codes_live() -> None:
    refusal = Refusal(Reason.CODE_EXPIRED, {"age_s": 75, "limit_s": 60, "wallet": "alipay"})
    said = say_refusal(refusal, "en")
    assert said.clerk == "The Alipay payment code has expired: first shown 75 s ago, good for 60 s."


def test_something_else_than_a_code_is_named() -> None:
    refusal = Refusal(Reason.NOT_A_PAYMENT_CODE, {"kind": "product_barcode", "text": "6901234567892"})
    assert "商品条码（6901234567892）" in say_refusal(refusal, "zh-Hans").clerk


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_without_details_is_still_spoken(language: str, reason: Reason) -> None:
    said = say_refusal(Refusal(reason), language)
    for sentence in (said.clerk, said.customer, said.next_step):
        assert sentence
        assert "{" not in sentence


@pytest.mark.parametrize("cause", EXAMPLES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refund_is_told_without_a_missing_gap(language: str, cause: str) -> None:
    said = say_refund(EXAMPLES[cause], language)
    for sentence in (said.clerk, said.customer, said.next_step):
        assert "{" not in sentence
        assert MISSING not in sentence


@pytest.mark.parametrize(
    ("language", "again", "cash"),
    [
        ("zh-Hans", "请勿重复退款", "不要付现金"),
        ("zh-Hant", "請勿重複退款", "不要付現金"),
        ("en", "Do not refund again", "do not pay cash"),
    ],
)
@pytest.mark.parametrize("cause", ["refund.unknown", "refund.processing", "refund.network_down"])
def test_an_open_refund_forbids_a_second_refund_and_cash(
    cause: str, language: str, again: str, cash: str
) -> None:
    said = say_refund(EXAMPLES[cause], language)
    assert again in said.clerk
    assert cash in said.clerk


def test_the_code_of_the_wallet_is_handed_on() -> None:
    assert "ACQ.SOMETHING_NEW" in say_refund(held("ACQ.SOMETHING_NEW"), "en").next_step


def test_a_wrong_clock_is_told_with_its_seconds() -> None:
    for language in ("zh-Hans", "zh-Hant", "en"):
        assert "412" in say_refund(held("clock_skew:412"), language).clerk


def test_a_refund_held_without_a_code_is_still_spoken() -> None:
    assert MISSING in say_refund(held(""), "zh-Hans").clerk


def test_a_fault_without_a_sentence_is_named_by_its_code() -> None:
    assert say_fault(Fault("never_catalogued", path="a.png"), "zh-Hans") == "never_catalogued (path=a.png)"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("zh-Hans", "这是支付宝收款码，不是付款码。"),
        ("zh-Hant", "這是支付寶收款碼，不是付款碼。"),
        ("en", "This is a collection code of Alipay, not a payment code."),
    ],
)
def test_a_thing_is_named_with_its_wallet(language: str, sentence: str) -> None:
    assert say_kind(Kind.COLLECTION_CODE, Wallet.ALIPAY, language) == sentence


@pytest.mark.parametrize("wallet", [None, *Wallet])
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_is_named_in_every_language(language: str, kind: Kind, wallet: Wallet | None) -> None:
    said = say_kind(kind, wallet, language)
    assert said not in ("", kind.value)
    assert "{" not in said
    assert MISSING not in said


def test_an_unreadable_view_says_why() -> None:
    nothing = Reading(Shown(Kind.NOTHING), Source.CAMERA, NOW)
    unsure = Reading(shown_code("134567890123456789"), Source.CAMERA, NOW, confirmed=False)
    two = Reading(
        shown_code("134567890123456789"), Source.CAMERA, NOW, rivals=(shown_code("130000000000000001"),)
    )
    said = [say_reason_of_unreadable(reading, "en") for reading in (nothing, unsure, two)]
    assert "No code is in view" in said[0]
    assert "not read certainly" in said[1]
    assert "Two different payment codes" in said[2]
    assert not [sentence for sentence in said if "13" in sentence]
