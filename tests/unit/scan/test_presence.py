"""Announced once, again when it changes, and again when it left and came back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from scanrefund.model.shown import Kind, Reading, Shown, Source
from scanrefund.scan.choose import nothing
from scanrefund.scan.identify import identify
from scanrefund.scan.presence import GONE_S, REMEMBERED_S, Presence
from tests.unit.scan.symbols import ALIPAY, WECHAT, WECHAT_OTHER

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
BILL = "4200002345202611201234567890"
# A camera of ten frames a second.
FRAME_S = 0.1


def seen(text: str, *rivals: str, at_s: float = 0.0, confirmed: bool = True) -> Reading:
    taken_at = START + timedelta(seconds=at_s)
    shown = identify(text)
    return Reading(shown, Source.CAMERA, taken_at, confirmed, tuple(identify(one) for one in rivals))


EMPTY = nothing(Source.CAMERA, START)


def announced(*readings: Reading) -> list[tuple[int, Reading]]:
    """Which frames announce what, FRAME_S apart."""
    presence = Presence()
    told = [presence.note(reading, number * FRAME_S) for number, reading in enumerate(readings)]
    return [(number, one.reading) for number, one in enumerate(told) if one]


def gone(seconds: float = GONE_S) -> list[Reading]:
    return [EMPTY] * round(seconds / FRAME_S)


def test_a_code_that_stays_in_view_is_announced_once() -> None:
    assert announced(*[seen(WECHAT)] * 50) == [(0, seen(WECHAT))]


def test_a_code_that_changes_is_announced_at_once() -> None:
    told = announced(*[seen(WECHAT)] * 3, *[seen(WECHAT_OTHER)] * 3)
    assert told == [(0, seen(WECHAT)), (3, seen(WECHAT_OTHER))]


def test_a_code_that_left_and_came_back_is_announced_again() -> None:
    still_there = announced(seen(WECHAT), *gone(GONE_S - 2 * FRAME_S), seen(WECHAT))
    assert [number for number, _ in still_there] == [0]
    came_back = announced(seen(WECHAT), *gone(), seen(WECHAT))
    assert [number for number, _ in came_back] == [0, 21]


def test_what_is_not_certain_is_not_announced() -> None:
    unsure = seen(WECHAT, confirmed=False)
    assert announced(unsure, unsure, seen(WECHAT)) == [(2, seen(WECHAT))]
    assert announced(EMPTY, EMPTY) == []


def test_two_codes_that_take_turns_are_both_in_view() -> None:
    told = announced(seen(WECHAT), seen(ALIPAY), *[seen(WECHAT), seen(ALIPAY)] * 5)
    assert told == [(0, seen(WECHAT)), (1, seen(ALIPAY)), (2, seen(WECHAT, ALIPAY))]


def test_a_conflict_is_told_once_and_again_when_it_is_over() -> None:
    both, one = seen(WECHAT, ALIPAY), seen(WECHAT)
    told = announced(one, both, one, both, *[one] * 30)
    assert told == [(0, one), (1, both), (23, one)]


def test_a_less_wanted_code_waits_until_the_payment_code_has_left() -> None:
    told = announced(seen(WECHAT), *[seen(BILL)] * 30)
    assert [(number, reading.shown.kind) for number, reading in told] == [
        (0, Kind.PAYMENT_CODE),
        (20, Kind.WALLET_ORDER_NUMBER),
    ]
    assert [number for number, _ in announced(seen(BILL), seen(WECHAT))] == [0, 1]


def test_two_bills_that_take_turns_are_no_rivals_and_no_flood() -> None:
    other = BILL[:-1] + "1"
    told = announced(*[seen(BILL), seen(other)] * 20)
    assert len(told) <= 4
    assert not any(reading.rivals for _, reading in told)


def test_the_age_of_a_code_begins_with_its_first_frame_certain_or_not() -> None:
    presence = Presence()
    presence.note(seen(WECHAT, at_s=0, confirmed=False), 0)
    told = presence.note(seen(WECHAT, at_s=1), 1)
    assert told is not None
    assert told.first_seen_at == START
    assert told.reading.taken_at == START + timedelta(seconds=1)
    back = presence.note(seen(WECHAT, at_s=30), 30)
    assert back is not None
    assert back.first_seen_at == START


def test_a_code_is_not_remembered_longer_than_it_may_live() -> None:
    presence = Presence()
    presence.note(seen(WECHAT), 0)
    presence.note(EMPTY, REMEMBERED_S - 1)
    assert presence.last_seen == seen(WECHAT)
    presence.note(EMPTY, REMEMBERED_S)
    assert presence.last_seen is None
    back = presence.note(seen(WECHAT, at_s=90), 90)
    assert back is not None
    assert back.first_seen_at == START + timedelta(seconds=90)
    assert Shown(Kind.NOTHING) == EMPTY.shown
