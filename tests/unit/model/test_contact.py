"""What a customer may give as a contact, and what anybody ever sees of it."""

from __future__ import annotations

import pytest

from scanrefund.model.contact import Channel, NoApplicant, NoContact, applicant_of, contact_of
from tests.unit.builders import ALIPAY_DIGITS, WECHAT_DIGITS


@pytest.mark.parametrize(
    ("text", "channel", "address", "masked"),
    [
        ("li.lei@example.com", Channel.EMAIL, "li.lei@example.com", "l•••@example.com"),
        (" 138 1234 5678 ", Channel.SMS, "13812345678", "138••••5678"),
        ("+86 138-1234-5678", Channel.SMS, "+8613812345678", "+86•••••••5678"),
        ("+4915112345678", Channel.SMS, "+4915112345678", "+49•••••••5678"),
    ],
)
def test_an_address_is_known_by_its_form_and_shown_masked(
    text: str, channel: Channel, address: str, masked: str
) -> None:
    contact = contact_of(text, "en")
    assert (contact.channel, contact.address, contact.masked) == (channel, address, masked)
    assert address not in repr(contact)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nobody",
        "a@b",
        "a b@example.com",
        "a@example.com\nBcc: b@example.com",
        "a@example.com,b@example.com",
        "12812345678",
        "1381234567",
        WECHAT_DIGITS,
        ALIPAY_DIGITS,
        "x" * 65 + "@example.com",
    ],
)
def test_anything_else_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(NoContact) as refused:
        contact_of(text, "en")
    assert str(refused.value) == ""


@pytest.mark.parametrize("text", ["张三", " Zoë  O'Brien-Smith ", "阿卜杜拉·买买提", "Li Jr."])
def test_a_name_of_any_script_is_taken_and_shown_masked(text: str) -> None:
    applicant = applicant_of(text)
    assert applicant.name == " ".join(text.split())
    assert applicant.masked == f"{text.strip()[0]}•••"
    assert applicant.name not in repr(applicant)


@pytest.mark.parametrize("text", ["", " ", "134500000000000042", "Li 6222", "<b>", "=Li", "x" * 61, "a\x1bb"])
def test_what_is_no_name_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(NoApplicant) as wrong:
        applicant_of(text)
    assert str(wrong.value) == ""
