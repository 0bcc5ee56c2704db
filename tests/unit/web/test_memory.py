"""What the page keeps in memory: bounded, and gone in time."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from scanrefund.errors import UsageFault
from scanrefund.model.shown import Kind, Shown
from scanrefund.model.staff import Role, Staff
from scanrefund.web.errands import Errands
from scanrefund.web.fields import Fields, parsed
from scanrefund.web.readings import AGE_MAX, HELD_MAX, Readings
from scanrefund.web.sessions import SESSIONS_MAX, Sessions
from scanrefund.web.tries import TRIES_MAX, WITHIN, Tries
from tests.unit.builders import NOW, WECHAT_DIGITS, a_reading

CLERK = Staff("s1", "Wang", Role.CLERK)


def test_pages_are_bounded_and_those_nobody_signed_in_on_go_first() -> None:
    sessions = Sessions(180)
    signed = sessions.sign_in(sessions.open("en", NOW), CLERK, NOW)
    opened = [sessions.open("en", NOW + timedelta(seconds=at)) for at in range(1, SESSIONS_MAX + 5)]
    later = NOW + timedelta(seconds=SESSIONS_MAX)
    assert sessions.of(signed.token, later) is signed
    assert sessions.of(opened[0].token, later) is None
    assert sessions.of(opened[-1].token, later) is opened[-1]


def test_tokens_are_long_random_and_never_printed() -> None:
    sessions = Sessions(180)
    tokens = {
        token for _ in range(20) for one in [sessions.open("en", NOW)] for token in (one.token, one.csrf)
    }
    assert len(tokens) == 40
    assert min(map(len, tokens)) >= 43
    one = sessions.open("en", NOW)
    assert one.token not in repr(one)
    assert one.csrf not in repr(one)


def test_readings_are_bounded_and_a_code_goes_first() -> None:
    readings = Readings()
    code = readings.hold(a_reading(), NOW)
    text = readings.hold(a_reading(Shown(Kind.OTHER_TEXT, text="x")), NOW)
    assert WECHAT_DIGITS not in repr(code)
    assert readings.of(code.reading_id, NOW + timedelta(seconds=60)) is code
    assert code.reading is not None
    assert readings.of(code.reading_id, NOW + timedelta(seconds=61)) is code
    assert code.reading is None
    assert text.reading is not None
    assert readings.of(code.reading_id, NOW + timedelta(seconds=61) + AGE_MAX) is None
    more = [readings.hold(a_reading(), NOW + AGE_MAX) for _ in range(HELD_MAX + 1)]
    assert readings.of(more[0].reading_id, NOW + AGE_MAX) is None
    assert readings.of(more[-1].reading_id, NOW + AGE_MAX) is more[-1]


def test_tries_are_counted_over_a_window_whatever_the_clock_does() -> None:
    tries = Tries()
    for _ in range(TRIES_MAX):
        tries.count(NOW)
    with pytest.raises(UsageFault) as refused:
        tries.count(NOW + timedelta(seconds=10))
    assert refused.value.details["wait_s"] == 51
    tries.count(NOW + WITHIN)
    for _ in range(TRIES_MAX):
        tries.count(NOW - timedelta(days=1))


def test_an_errand_under_way_is_joined_and_one_that_ended_is_begun_anew() -> None:
    goes_on, begun = threading.Event(), []

    def errand() -> int:
        begun.append(1)
        goes_on.wait(60)
        return len(begun)

    with Errands() as errands:
        first, is_first = errands.begin("a", errand)
        joined, joins = errands.begin("a", errand)
        other, is_other = errands.begin("b", lambda: 7)
        assert (is_first, joins, is_other, joined is first, other.result(60)) == (True, False, True, True, 7)
        goes_on.set()
        assert first.result(60) == 1
        assert errands.begin("a", errand)[0].result(60) == 2


@pytest.mark.parametrize(
    ("told", "name"),
    [({}, "x"), ({"x": 1}, "x"), ({"x": None}, "x"), ({"x": " "}, "x"), ({"x": "y" * 301}, "x")],
)
def test_a_field_that_is_missing_or_not_a_text_is_named(told: dict[str, object], name: str) -> None:
    with pytest.raises(UsageFault) as refused:
        Fields(told).text(name)
    assert refused.value.details == {"name": "x"}


def test_fields_hide_a_code_typed_into_a_note_and_never_print_their_values() -> None:
    fields = parsed(f'{{"note": "code {WECHAT_DIGITS}", "pin": "804613"}}'.encode())
    assert fields.text("note") == "code 13••••••••••••••42"
    assert (WECHAT_DIGITS in repr(fields), "804613" in repr(fields)) == (False, False)
    assert fields.secret("pin").reveal() == "804613"
    for wrong in ({"request_id": f"x {WECHAT_DIGITS}"}, {"request_id": ""}, {}):
        with pytest.raises(UsageFault):
            Fields(wrong).request_id()
