"""The code of the moment: six digits that a supervisor's phone shows for half a minute.

RFC 6238 (TOTP) over RFC 4226 (HOTP), with SHA-1, steps of 30 seconds and 6 digits: what every authenticator
app does when nothing else is asked for.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

STEP_S: Final = 30
DIGITS: Final = 6
# RFC 4226 asks for 160 bits: as long as the hash.
SECRET_BYTES: Final = 20
# A phone's clock may be a step off, and a code may be typed as it changes.
STEPS_OFF_MAX: Final = 1

_CODE: Final = re.compile(rf"[0-9]{{{DIGITS}}}")


def new_secret() -> bytes:
    """A secret for one person."""
    return secrets.token_bytes(SECRET_BYTES)


def step_of(now: datetime) -> int:
    """The number of the half minute."""
    return int(now.timestamp()) // STEP_S


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of one step (RFC 4226 §5.3, dynamic truncation)."""
    whole = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    place = whole[-1] & 0x0F
    number = int.from_bytes(whole[place : place + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**digits:0{digits}d}"


def matching_step(secret: bytes, code: str, now: datetime) -> int | None:
    """The step whose code this is, at most one off; None when it is none of them.

    The caller takes each step once: a code that somebody saw being typed is worth nothing.
    """
    if not _CODE.fullmatch(code):
        return None
    here = step_of(now)
    # The newest first: should two steps share a code, the one with more time left is taken.
    for step in range(here + STEPS_OFF_MAX, here - STEPS_OFF_MAX - 1, -1):
        if hmac.compare_digest(code_at(secret, step), code):
            return step
    return None


def address(secret: bytes, person: str, shop: str) -> str:
    """The `otpauth://` address an authenticator app reads from a QR code."""
    text = base64.b32encode(secret).decode().rstrip("=")
    issuer = f"scanrefund {shop}"
    asked = urlencode({"secret": text, "issuer": issuer, "period": STEP_S, "digits": DIGITS}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(person)}?{asked}"
