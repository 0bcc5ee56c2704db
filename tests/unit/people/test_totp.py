from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from scanrefund.people import totp

# RFC 4226 appendix D and RFC 6238 appendix B (SHA-1): secret, then what each counter or time gives.
SECRET = b"12345678901234567890"
RFC_4226 = (
    "755224",
    "287082",
    "359152",
    "969429",
    "338314",
    "254676",
    "287922",
    "162583",
    "399871",
    "520489",
)
RFC_6238 = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}
AT = datetime.fromtimestamp(1234567890, UTC)
HERE = totp.step_of(AT)


@pytest.mark.parametrize(("counter", "code"), list(enumerate(RFC_4226)))
def test_the_codes_of_rfc_4226(counter: int, code: str) -> None:
    assert totp.code_at(SECRET, counter) == code


@pytest.mark.parametrize("seconds", RFC_6238)
def test_the_codes_of_rfc_6238(seconds: int) -> None:
    step = totp.step_of(datetime.fromtimestamp(seconds, UTC))
    assert totp.code_at(SECRET, step, digits=8) == RFC_6238[seconds]
    assert totp.code_at(SECRET, step) == RFC_6238[seconds][2:]


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_a_code_is_good_one_step_before_and_after(off: int) -> None:
    assert totp.matching_step(SECRET, totp.code_at(SECRET, HERE + off), AT) == HERE + off


@pytest.mark.parametrize("off", [-2, 2])
def test_a_code_is_good_no_longer(off: int) -> None:
    assert totp.matching_step(SECRET, totp.code_at(SECRET, HERE + off), AT) is None


@pytest.mark.parametrize("spoil", [lambda c: c[:-1], lambda c: c + "0", lambda c: f" {c}", lambda c: ""])
def test_only_six_digits_are_a_code(spoil: object) -> None:
    assert callable(spoil)
    assert totp.matching_step(SECRET, spoil(totp.code_at(SECRET, HERE)), AT) is None


def test_digits_of_another_script_are_no_code() -> None:
    wide = totp.code_at(SECRET, HERE).translate({ord("0") + n: ord("０") + n for n in range(10)})
    assert totp.matching_step(SECRET, wide, AT) is None


def test_an_app_is_told_the_secret_and_whose_it_is() -> None:
    address = urlsplit(totp.address(SECRET, "s2", "店 1"))
    asked = parse_qs(address.query)
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    # RFC 4648 base32 of the secret above.
    assert asked["secret"] == ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"]
    assert (asked["issuer"], asked["digits"], asked["period"]) == (["scanrefund 店 1"], ["6"], ["30"])


def test_no_two_secrets_are_alike() -> None:
    assert len({totp.new_secret() for _ in range(20)}) == 20
    assert len(totp.new_secret()) == 20
