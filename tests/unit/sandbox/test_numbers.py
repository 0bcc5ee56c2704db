"""Issued numbers: their forms, and that a seed decides them."""

from __future__ import annotations

import re

from scanrefund.sandbox import numbers

AT = 1_795_000_000.0


def test_the_wallets_numbers_have_their_documented_forms() -> None:
    assert re.fullmatch(r"4200[0-9]{6}20261118[0-9]{10}", numbers.wechat_order_number(1, 1, AT))
    assert re.fullmatch(r"5030[0-9]{6}20261118[0-9]{11}", numbers.wechat_refund_number(1, 1, AT))
    assert re.fullmatch(r"2026111822001[0-9]{15}", numbers.alipay_order_number(1, 1, AT))
    assert re.fullmatch(r"o[0-9A-Za-z]{27}", numbers.payer_id(1, "wechat", "Li"))
    assert re.fullmatch(r"2088[0-9]{12}", numbers.payer_id(1, "alipay", "Li"))


def test_payment_codes_have_eighteen_digits_and_the_wallets_prefix() -> None:
    for minute in range(500):
        assert re.fullmatch(r"1[0-5][0-9]{16}", numbers.payment_code(1, "wechat", minute))
        assert re.fullmatch(r"28[0-9]{16}", numbers.payment_code(1, "alipay", minute))


def test_every_wechat_prefix_is_shown_in_time() -> None:
    shown = {numbers.payment_code(1, "wechat", minute)[:2] for minute in range(200)}
    assert shown == {"10", "11", "12", "13", "14", "15"}


def test_an_id_card_number_is_known_by_its_check_digit() -> None:
    # The example of the standard ends in X; this one is its neighbour with a digit.
    assert numbers.looks_like_id_card("110105194912310029") is False
    assert numbers.looks_like_id_card("11010519491231002X") is True


def test_no_payment_code_is_an_id_card_number() -> None:
    codes = [numbers.payment_code(seed, "wechat", minute) for seed in range(20) for minute in range(500)]
    assert not [code for code in codes if numbers.looks_like_id_card(code)]


def test_the_seed_and_the_minute_decide_the_code() -> None:
    code = numbers.payment_code(1, "wechat", 7)
    assert code == numbers.payment_code(1, "wechat", 7)
    assert code != numbers.payment_code(1, "wechat", 8)
    assert code != numbers.payment_code(2, "wechat", 7)


def test_the_same_name_is_the_same_payer() -> None:
    assert numbers.payer_id(1, "wechat", "Li") == numbers.payer_id(1, "wechat", "Li")
    assert numbers.payer_id(1, "wechat", "Li") != numbers.payer_id(1, "wechat", "Wang")
