"""What is printed steers no terminal and holds no payment code."""

from __future__ import annotations

import pytest

from scanrefund.model.printable import codes_hidden, written_out

WECHAT = "134567890123456789"
MASKED = "13••••••••••••••89"


def test_characters_that_drive_a_terminal_are_written_out() -> None:
    assert written_out("a\x1b[31mb\u202ec\ud800\u2028") == "a\\u{1b}[31mb\\u{202e}c\\u{d800}\\u{2028}"


def test_chinese_and_dots_stay_as_they_are() -> None:
    assert written_out("付款码 13••42，好") == "付款码 13••42，好"


@pytest.mark.parametrize("digits", [WECHAT, "2812345678901234", "301234567890123456789012"])
@pytest.mark.parametrize(
    "around", ["no such argument ({})", "x{}", "{}x", "pay{}.png", "]C1{}", "码{}", "{}"]
)
def test_a_payment_code_is_masked_wherever_it_stands(digits: str, around: str) -> None:
    told = codes_hidden(around.format(digits))
    assert told == around.format(f"{digits[:2]}{'•' * (len(digits) - 4)}{digits[-2:]}")


@pytest.mark.parametrize(
    "grouped",
    [
        "1345 6789 0123 4567 89",
        "1345-6789-0123-4567-89",
        "134567 890123 456789",
        "１３４５６７８９０１２３４５６７８９",
        "1345\u200b67890123456789",
        "1 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9",
    ],
)
def test_a_payment_code_in_groups_is_masked(grouped: str) -> None:
    assert codes_hidden(f"code {grouped} of today") == f"code {MASKED} of today"


def test_a_code_beside_other_numbers_is_still_found() -> None:
    assert codes_hidden(f"2026-11-23 {WECHAT} 5") == f"2026-11-23 {MASKED} 5"
    assert codes_hidden(f"5 1345 6789 0123 4567 89 and {WECHAT}") == f"5 {MASKED} and {MASKED}"


@pytest.mark.parametrize(
    "harmless",
    [
        "4200244347202611231985237543",
        "2026-11-23 16:53:13",
        "SRT_1_0123456789abcdef0123_01",
        "13456789012345678",
        "1345678901234567890",
        "line 13\n4567890123456789",
        "134567.89",
    ],
)
def test_other_numbers_are_left_alone(harmless: str) -> None:
    assert codes_hidden(harmless) == harmless
