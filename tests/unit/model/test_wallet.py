from __future__ import annotations

import pytest

from scanrefund.model.payment_code import mask
from scanrefund.model.wallet import FACTS, Wallet, safe_number, wallet_of_code
from tests.unit.builders import ALIPAY_DIGITS, WECHAT_DIGITS


@pytest.mark.parametrize("prefix", range(10, 16))
def test_eighteen_digits_from_10_to_15_are_wechat(prefix: int) -> None:
    assert wallet_of_code(f"{prefix}" + "0" * 16) is Wallet.WECHAT


@pytest.mark.parametrize("prefix", range(25, 31))
@pytest.mark.parametrize("length", range(16, 25))
def test_sixteen_to_twentyfour_digits_from_25_to_30_are_alipay(prefix: int, length: int) -> None:
    assert wallet_of_code(f"{prefix}" + "0" * (length - 2)) is Wallet.ALIPAY


@pytest.mark.parametrize(
    "text",
    [
        "1" * 17, "1" * 19, "09" + "0" * 16, "16" + "0" * 16, "24" + "0" * 14, "31" + "0" * 14,
        "28" + "0" * 13,
        "28" + "0" * 23, "", WECHAT_DIGITS + "\n", WECHAT_DIGITS[:-1] + "\n", "13450000000000004２",
        "13450000000000004²", "１３４５０００００００００００００４２"[:18], "1345000000000000x2",
    ],
)  # fmt: skip
def test_nothing_else_is_a_payment_code(text: str) -> None:
    assert wallet_of_code(text) is None


def test_every_wallet_has_its_facts_and_owns_its_own_codes_only() -> None:
    assert set(FACTS) == set(Wallet)
    assert FACTS[Wallet.WECHAT].owns_code(WECHAT_DIGITS)
    assert not FACTS[Wallet.ALIPAY].owns_code(WECHAT_DIGITS)
    assert not FACTS[Wallet.WECHAT].owns_code(ALIPAY_DIGITS)


def test_a_payment_code_in_the_place_of_a_number_is_masked() -> None:
    assert safe_number(WECHAT_DIGITS) == mask(WECHAT_DIGITS)
    assert safe_number("A1001") == "A1001"
