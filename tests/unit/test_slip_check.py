"""A slip is ours only with our keys' signature."""

from __future__ import annotations

import pytest

from scanrefund.errors import UsageFault
from scanrefund.keys import Keys
from scanrefund.model.shown import Kind, Reading, Shown, Source
from scanrefund.model.slip import Slip
from scanrefund.scan.identify import identify
from scanrefund.slip_check import refund_id_of, vouched
from tests.unit.builders import KEYS, NOW, a_reading

REFUND_ID = "SRT_S1_0123456789abcdef0123_01"
OTHER_ID = "SRT_S1_0123456789abcdef0123_02"
SLIP = Slip(REFUND_ID, KEYS.slip_signature(REFUND_ID)).text
STRANGERS = Keys(b"x" * 32, b"y" * 32)


def shown(text: str) -> Reading:
    return Reading(identify(text), Source.CAMERA, NOW)


def test_a_slip_signed_here_is_ours() -> None:
    assert vouched(shown(SLIP), KEYS).shown == Shown(Kind.OUR_SLIP, text=REFUND_ID)


@pytest.mark.parametrize(
    "text",
    [
        Slip(REFUND_ID, STRANGERS.slip_signature(REFUND_ID)).text,
        Slip(OTHER_ID, KEYS.slip_signature(REFUND_ID)).text,
        Slip(REFUND_ID, "0" * 12).text,
        f"scanrefund:{REFUND_ID}",
        "scanrefund:",
    ],
)
def test_any_other_slip_is_forged(text: str) -> None:
    assert vouched(shown(text), KEYS).shown.kind is Kind.FORGED_SLIP


def test_what_is_no_slip_stays_what_it_is() -> None:
    for reading in (a_reading(), shown("hello"), shown(REFUND_ID)):
        assert vouched(reading, KEYS) is reading


def test_a_number_or_a_slip_of_ours_names_the_refund() -> None:
    assert refund_id_of(REFUND_ID, KEYS) == REFUND_ID
    assert refund_id_of(SLIP, KEYS) == REFUND_ID


@pytest.mark.parametrize("text", [SLIP[:-1] + "x", SLIP[:-1], "SCANREFUND:" + SLIP[11:] + "0", "scanrefund:"])
def test_a_forged_slip_names_none(text: str) -> None:
    with pytest.raises(UsageFault) as caught:
        refund_id_of(text, KEYS)
    assert caught.value.code == "slip_forged"


def test_signatures_of_other_purposes_and_other_keys_differ() -> None:
    assert not STRANGERS.made_slip(REFUND_ID, KEYS.slip_signature(REFUND_ID))
    assert not KEYS.made_slip(REFUND_ID, KEYS.fingerprint(REFUND_ID)[:12])
    assert not KEYS.made_slip(REFUND_ID, "")
