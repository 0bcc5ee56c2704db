from __future__ import annotations

import copy
import logging
import pickle
import traceback

import pytest

from scanrefund.model.payment_code import DOT, PaymentCode, mask
from scanrefund.model.shown import Kind, Shown
from tests.unit.builders import WECHAT_DIGITS, a_reading, shown_code


def test_a_code_never_prints_itself() -> None:
    code = PaymentCode(WECHAT_DIGITS)
    for text in (repr(code), str(code), f"{code}", f"{[code]}", "%s" % code, repr(a_reading())):  # noqa: UP031
        assert WECHAT_DIGITS not in text
    assert repr(code) == "PaymentCode(13••••••••••••••42)"


def test_a_code_is_not_written_down() -> None:
    code = PaymentCode(WECHAT_DIGITS)
    for write in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            write(code)
    with pytest.raises(TypeError):
        vars(code)


def test_neither_log_nor_traceback_holds_a_code(caplog: pytest.LogCaptureFixture) -> None:
    code = PaymentCode(WECHAT_DIGITS)
    logging.getLogger("test").warning("shown: %s %r", code, a_reading(shown_code()))
    text = "".join(traceback.format_exception(ValueError(code)))
    assert WECHAT_DIGITS not in caplog.text + text


def test_codes_with_the_same_digits_are_the_same_code() -> None:
    assert {PaymentCode("1" * 18), PaymentCode("1" * 18)} == {PaymentCode("1" * 18)}
    assert PaymentCode("1" * 18) != PaymentCode("2" * 18)
    assert PaymentCode("1" * 18) != "1" * 18
    assert PaymentCode(WECHAT_DIGITS).reveal() == WECHAT_DIGITS


def test_a_mask_keeps_two_digits_at_each_end_and_the_length() -> None:
    assert mask(WECHAT_DIGITS) == "13" + DOT * 14 + "42"
    assert mask("123456789") == "12" + DOT * 5 + "89"


@pytest.mark.parametrize("text", ["", "1", "123", "1234", "12345678"])
def test_a_short_text_is_masked_whole(text: str) -> None:
    assert mask(text) == DOT * len(text)


def test_a_shown_code_gives_only_its_mask_as_text() -> None:
    assert shown_code().safe_text == mask(WECHAT_DIGITS)
    assert Shown(Kind.OTHER_TEXT, text="hello").safe_text == "hello"
