"""What people read while a refund waits for the end of a maintenance window."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scanrefund import exits
from scanrefund.aftercare.receipt import Writer
from scanrefund.model.maintenance import Maintenance, Window
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import Command, RefundState
from scanrefund.model.wallet import Wallet
from scanrefund.say.catalogue import LANGUAGES, Catalogue
from scanrefund.say.gaps import gaps_of
from scanrefund.say.speak import say_window
from tests.unit.say.refunds import REFUND
from tests.unit.say.test_failures import FORBIDDEN_ANYWHERE, FORBIDDEN_WHILE_OPEN, GAPS_OF_REFUND, phrases

BEGINS = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
WINDOW = Window(BEGINS, BEGINS + timedelta(hours=3), Wallet.WECHAT, "公告 12")
WAITING = replace(REFUND, next_command=Command.SEND, next_try_at=BEGINS + timedelta(hours=1))


def writer(language: str = "en") -> Writer:
    return Writer(language, rehearsal=False, maintenance=Maintenance((WINDOW,)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_clerk_reads_that_it_is_not_sent_and_never_that_it_failed(language: str) -> None:
    texts = Catalogue.load(language).texts
    for part in ("clerk", "customer", "next"):
        text = texts[f"put_off.refund.{part}"]
        assert gaps_of(text) <= GAPS_OF_REFUND | phrases(language) | {"ends_at"}
        assert not [word for word in (*FORBIDDEN_WHILE_OPEN, *FORBIDDEN_ANYWHERE) if word in text.lower()]
    assert "{warning}" in texts["put_off.refund.clerk"]


def test_a_refund_that_waits_is_open_and_goes_out_at_the_windows_end() -> None:
    receipt = writer().of_refund(WAITING)
    assert (receipt.put_off, receipt.next_try_at, receipt.exit_code) == (True, WINDOW.ends, exits.OPEN)
    assert writer().of_refund(replace(WAITING, next_try_at=WINDOW.ends)).put_off
    assert "not sent yet" in receipt.say_clerk
    assert "—" not in receipt.say_clerk + receipt.say_customer + receipt.next_step


def test_what_may_have_left_is_never_said_to_be_unsent() -> None:
    sent = replace(
        WAITING,
        state=RefundState.UNKNOWN,
        sends=1,
        outcome=Outcome.ABSENT,
        ever_unknown=True,
        not_sent_only=False,
    )
    receipt = writer().of_refund(sent)
    assert (receipt.put_off, receipt.next_try_at) == (False, WINDOW.ends)
    assert receipt.say_clerk == Writer("en", rehearsal=False).of_refund(sent).say_clerk
    never_left = replace(sent, outcome=Outcome.NOT_SENT, ever_unknown=False, not_sent_only=True)
    assert writer().of_refund(never_left).put_off


def test_an_ask_and_another_time_are_told_as_ever() -> None:
    asked = replace(WAITING, state=RefundState.PROCESSING, next_command=Command.ASK)
    later = replace(WAITING, next_try_at=WINDOW.ends + timedelta(seconds=1))
    for refund in (asked, later):
        receipt = writer().of_refund(refund)
        assert (receipt.put_off, receipt.next_try_at) == (False, refund.next_try_at)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_window_is_told_with_the_shops_own_words(language: str) -> None:
    ahead = say_window(WINDOW, BEGINS - timedelta(hours=1), language)
    running = say_window(replace(WINDOW, wallet=None, words=""), BEGINS, language)
    assert ahead.endswith("公告 12")
    assert ahead != running
    assert "—" not in ahead + running
