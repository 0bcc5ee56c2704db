"""What customers and staff read, in three languages, and what no letter ever holds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from scanrefund.aftercare.letters import LetterWriter
from scanrefund.aftercare.notify import FileWay, NotDelivered
from scanrefund.aftercare.slip import SlipShop
from scanrefund.model.contact import Channel, Contact
from scanrefund.model.message import Event, Message
from scanrefund.model.refund import RefundState
from scanrefund.say.catalogue import LANGUAGES
from tests.unit.aftercare.posting import MAIL, PHONE, WRITER
from tests.unit.builders import NOW, WECHAT_DIGITS, a_refund

REFUND = a_refund(
    state=RefundState.SUCCEEDED, received_account="支付用户零钱", reason=f"code {WECHAT_DIGITS}"
)
ABOUT_REFUNDS = [event for event in Event if event.value.startswith("refund_")]


def a_message(event: Event, word: str = "", subject: str = REFUND.refund_id) -> Message:
    return Message("m1", Channel.EMAIL, event, word, subject, NOW, 0, NOW, None, None, "")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", ABOUT_REFUNDS)
def test_a_letter_says_how_much_for_what_and_holds_no_address_and_no_code(
    event: Event, language: str
) -> None:
    letter = WRITER.of_refund(a_message(event), replace(MAIL, language=language), REFUND)
    whole = "\n".join([letter.subject, letter.body, *letter.variables.values()])
    assert "¥25.00" in letter.subject
    assert REFUND.refund_id in letter.body
    assert "010-12345678" in letter.body
    assert not [
        word for word in ("—", "{", "message.", "slip.", MAIL.address, WECHAT_DIGITS) if word in whole
    ]
    assert "\n" not in letter.subject


def test_only_money_on_its_way_is_promised_a_time() -> None:
    arrives = "5 分钟内到账"
    assert arrives in WRITER.of_refund(a_message(Event.REFUND_SUCCEEDED), MAIL, REFUND).body
    assert arrives not in WRITER.of_refund(a_message(Event.REFUND_FAILED), MAIL, REFUND).body


def test_the_language_is_the_customers() -> None:
    letter = WRITER.of_refund(a_message(Event.REFUND_SUCCEEDED), replace(MAIL, language="en"), REFUND)
    assert "your refund of ¥25.00 has been paid" in letter.subject


def test_a_rehearsal_says_so_first() -> None:
    writer = LetterWriter(SlipShop("小店"), "shop1", "en", rehearsal=True)
    letter = writer.of_refund(a_message(Event.REFUND_SUCCEEDED), replace(MAIL, language="en"), REFUND)
    assert letter.subject.startswith("[REHEARSAL")
    assert letter.body.startswith("REHEARSAL")


def test_an_sms_has_short_variables_and_the_end_of_the_order_only() -> None:
    refund = a_refund(order_id="ORDER-0000-123456", state=RefundState.PROCESSING)
    letter = WRITER.of_refund(a_message(Event.REFUND_ACCEPTED), PHONE, refund)
    assert letter.variables["amount"] == "25.00"
    assert letter.variables["order"] == "123456"
    assert all(len(value) <= 35 for value in letter.variables.values())


def test_a_cancelled_order_and_an_alarm_have_letters_of_their_own() -> None:
    cancelled = WRITER.of_order(a_message(Event.ORDER_CANCELLED, subject="A1001"), MAIL)
    assert "A1001" in cancelled.body
    alarm = WRITER.of_alarm(a_message(Event.ALARM, "external", "A1001"))
    assert alarm.contact is None
    assert "在钱包发现" in alarm.subject
    assert "钱包答复 NOT_ENOUGH" in WRITER.of_alarm(a_message(Event.ALARM, "NOT_ENOUGH")).subject


def test_the_file_takes_a_line_with_the_address_masked(tmp_path: Path) -> None:
    way = FileWay(tmp_path / "messages.jsonl")
    letter = WRITER.of_refund(a_message(Event.REFUND_SUCCEEDED), PHONE, REFUND)
    way.deliver(letter)
    way.deliver(letter)
    text = (tmp_path / "messages.jsonl").read_text(encoding="utf-8")
    first, second = map(json.loads, text.splitlines())
    assert (first["to"], first["message_id"]) == ("138••••5678", second["message_id"])
    assert PHONE.address not in text
    assert (tmp_path / "messages.jsonl").stat().st_mode & 0o077 == 0


def test_a_file_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    letter = WRITER.of_refund(a_message(Event.REFUND_SUCCEEDED), PHONE, REFUND)
    with pytest.raises(NotDelivered) as why:
        FileWay(tmp_path / "away" / "messages.jsonl").deliver(letter)
    assert not why.value.lasting


def test_a_contact_never_prints_with_its_letter() -> None:
    contact = Contact(Channel.SMS, "13812345678", "en")
    assert "13812345678" not in repr(WRITER.of_order(a_message(Event.ORDER_CANCELLED), contact))
