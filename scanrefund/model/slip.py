"""The QR code's text on our own refund slip: `scanrefund:SRT_S1_0123456789abcdef0123_01.4f9c1b7a2d3e`.

Behind the refund number stands a short keyed hash of it, so that a slip made elsewhere is noticed. The keys
are not here: `keys.py` signs, `slip_check.py` compares.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

SLIP_SCHEME: Final = "scanrefund:"
REFUND_NUMBER: Final = re.compile(r"SR[TP]_[A-Za-z0-9]{1,12}_[0-9a-f]{20}_[0-9]{2}")

_SLIP: Final = re.compile(rf"{SLIP_SCHEME}({REFUND_NUMBER.pattern})\.([0-9a-f]{{12}})")


@dataclass(frozen=True, slots=True)
class Slip:
    """What a slip's code says: a refund number, and the signature that came with it (12 hex digits)."""

    refund_id: str
    signature: str

    @property
    def text(self) -> str:
        """As it stands in the QR code."""
        return f"{SLIP_SCHEME}{self.refund_id}.{self.signature}"


def claims_to_be_slip(text: str) -> bool:
    """Whether a text says of itself that it is from our slip, well formed or not."""
    return text[: len(SLIP_SCHEME)].lower() == SLIP_SCHEME


def read_slip(text: str) -> Slip | None:
    """The slip a text says it is, None where it has not the form of one."""
    found = _SLIP.fullmatch(text)
    return Slip(found[1], found[2]) if found else None
