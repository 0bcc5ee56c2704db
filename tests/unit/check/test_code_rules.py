from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scanrefund.check import code_rules
from scanrefund.check.rules import first_refusal
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.model.shown import Kind, Reading, Shown, Sighting, Source
from scanrefund.model.wallet import Wallet
from tests.unit.builders import ALIPAY_DIGITS, LIMITS, NOW, WECHAT_DIGITS, a_case, a_reading, shown_code

NOTHING = Shown(Kind.NOTHING)
SEEN_NOW = Sighting(NOW)


def seen(seconds_ago: float, refund_id: str | None = None) -> Sighting:
    return Sighting(NOW - timedelta(seconds=seconds_ago), refund_id)


def picture(seconds_ago: float | None) -> Reading:
    taken_at = None if seconds_ago is None else NOW - timedelta(seconds=seconds_ago)
    return a_reading(source=Source.PICTURE, taken_at=taken_at)


def test_a_fresh_confirmed_code_passes() -> None:
    assert first_refusal(a_case(sighting=SEEN_NOW)) is None


@pytest.mark.parametrize("reading", [a_reading(NOTHING), a_reading(confirmed=False)])
def test_nothing_read_or_nothing_certain_is_unreadable(reading: object) -> None:
    assert first_refusal(a_case(reading=reading)) == Refusal(Reason.CODE_UNREADABLE)


@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.PAYMENT_CODE, Kind.NOTHING}))
def test_whatever_is_no_payment_code_is_named(kind: Kind) -> None:
    refusal = first_refusal(a_case(reading=a_reading(Shown(kind, text="6901234567892"))))
    assert refusal == Refusal(Reason.NOT_A_PAYMENT_CODE, {"kind": kind.value, "text": "6901234567892"})


def test_two_codes_in_view_are_a_conflict_that_does_not_tell_them() -> None:
    rival = shown_code(ALIPAY_DIGITS, Wallet.ALIPAY)
    refusal = first_refusal(a_case(reading=a_reading(rivals=(rival,))))
    assert refusal == Refusal(Reason.CODES_CONFLICT, {"count": 2})
    assert ALIPAY_DIGITS not in repr(refusal)
    assert WECHAT_DIGITS not in repr(refusal)


def test_a_code_is_expired_a_minute_after_its_first_sight() -> None:
    assert code_rules.code_expired(a_case(sighting=seen(60))) is None
    refusal = first_refusal(a_case(sighting=seen(61)))
    assert refusal == Refusal(Reason.CODE_EXPIRED, {"age_s": 61, "limit_s": 60, "wallet": "wechat"})


def test_a_code_first_seen_in_the_future_is_expired() -> None:
    refusal = first_refusal(a_case(sighting=seen(-3600)))
    assert refusal == Refusal(Reason.CODE_EXPIRED, {"age_s": 0, "limit_s": 60, "wallet": "wechat"})


def test_a_code_bound_to_another_refund_was_seen_before() -> None:
    assert code_rules.code_seen_before(a_case(sighting=seen(3))) is None
    refusal = first_refusal(a_case(sighting=seen(3, "SRT_1")))
    assert refusal == Refusal(Reason.CODE_SEEN_BEFORE, {"refund_id": "SRT_1"})


def test_a_picture_ages_by_its_own_time() -> None:
    assert first_refusal(a_case(reading=picture(60))) is None
    assert first_refusal(a_case(reading=picture(61))) == Refusal(
        Reason.PICTURE_TOO_OLD, {"age_s": 61, "limit_s": 60}
    )


def test_a_picture_from_the_future_says_how_far_ahead_it_is() -> None:
    assert first_refusal(a_case(reading=picture(-5))) is None
    assert first_refusal(a_case(reading=picture(-3600))) == Refusal(
        Reason.PICTURE_TOO_OLD, {"ahead_s": 3600, "limit_s": 60}
    )


def test_a_picture_without_a_time_proves_nothing() -> None:
    assert first_refusal(a_case(reading=picture(None))) == Refusal(Reason.PICTURE_UNDATED)


def test_only_pictures_are_judged_by_their_own_time() -> None:
    assert first_refusal(a_case(reading=a_reading(taken_at=None))) is None
    assert first_refusal(a_case(reading=a_reading(taken_at=NOW - timedelta(hours=1)))) is None


def test_a_picture_counts_only_where_the_shop_says_so() -> None:
    strict = replace(LIMITS, picture_may_refund=False)
    assert first_refusal(a_case(reading=picture(1), limits=strict)) == Refusal(Reason.CODE_REQUIRED)
    assert first_refusal(a_case(reading=a_reading(), limits=strict)) is None


def test_a_code_is_required_where_the_shop_says_so() -> None:
    lenient = replace(LIMITS, code_required=False)
    assert first_refusal(a_case(reading=None)) == Refusal(Reason.CODE_REQUIRED)
    assert first_refusal(a_case(reading=None, limits=lenient)) is None
