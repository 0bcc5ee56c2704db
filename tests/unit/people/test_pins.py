from __future__ import annotations

import pytest

from scanrefund.errors import UsageFault
from scanrefund.people.pins import Cost, PinHasher, refuse_easy
from tests.people import CHEAP, CLERK_PIN, OWNER_PIN, SUPERVISOR_PIN, WRONG_PIN

# fmt: off
EASY = {
    "a run": ["123456", "01234567", "345678", "890123", "987654", "76543210", "210987"],
    "a repeat": ["000000", "11111111", "121212", "123123", "12341234", "787878", "447744", "4747474"],
    "a palindrome": ["123321", "1234321", "590095"],
    "a date": ["900215", "150290", "021590", "19900215", "15021990", "02151990", "290200", "20240229"],
    "popular": ["147258", "520520", "5201314", "168888", "159753", "112233", "314159"],
}
NOT_DIGITS = ["", "12345", "123456789", "80461a", " 804613", "804613 ", "804613\n", "８０４６１３", "٨٠٤٦١٣"]
# fmt: on


def code_of(pin: str) -> str:
    try:
        refuse_easy(pin)
    except UsageFault as fault:
        return fault.code
    return ""


def test_a_refused_pin_is_not_told_again() -> None:
    for pin in ("123456", "80461a"):
        with pytest.raises(UsageFault) as caught:
            refuse_easy(pin)
        assert pin not in f"{caught.value!r} {caught.value} {caught.value.details}"


@pytest.mark.parametrize("kind", EASY)
def test_a_pin_that_others_guess_first_is_refused(kind: str) -> None:
    assert {pin: code_of(pin) for pin in EASY[kind]} == dict.fromkeys(EASY[kind], "pin_too_easy")


@pytest.mark.parametrize("pin", NOT_DIGITS)
def test_a_pin_is_six_to_eight_ascii_digits(pin: str) -> None:
    assert code_of(pin) == "pin_not_digits"


@pytest.mark.parametrize(
    "pin", [OWNER_PIN, SUPERVISOR_PIN, CLERK_PIN, WRONG_PIN, "931847", "20261399", "19901502"]
)
def test_a_pin_that_is_none_of_these_is_taken(pin: str) -> None:
    assert code_of(pin) == ""


def test_enough_pins_remain_that_guessing_stays_hopeless() -> None:
    sample = [f"{number:06d}" for number in range(7, 1_000_000, 997)]
    refused = sum(code_of(pin) != "" for pin in sample)
    assert refused / len(sample) < 0.2


def test_a_kept_pin_holds_itself_and_nothing_else() -> None:
    kept = CHEAP.kept(b"peppered")
    assert kept.startswith("$argon2id$")
    assert CHEAP.holds(kept, b"peppered")
    assert not CHEAP.holds(kept, b"pepperes")
    assert CHEAP.kept(b"peppered") != kept


@pytest.mark.parametrize("kept", ["", "x", "$argon2id$v=19$m=8,t=1,p=1$abc$", "$2b$12$abc"])
def test_a_damaged_text_holds_nothing(kept: str) -> None:
    assert not CHEAP.holds(kept, b"peppered")


def test_a_guess_costs_what_rfc_9106_recommends() -> None:
    assert Cost() == Cost(memory_kib=65_536, rounds=3, lanes=4)
    assert "m=65536,t=3,p=4" in PinHasher().kept(b"peppered")
