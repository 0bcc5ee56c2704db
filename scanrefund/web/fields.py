"""The body of a call, read with bounds: one JSON object, no key twice, each field of the wanted kind."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request

from scanrefund.errors import UsageFault
from scanrefund.model.money import AMOUNT_FEN_MAX, Money
from scanrefund.model.printable import codes_hidden
from scanrefund.model.staff import Secret

BODY_BYTES_MAX: Final = 65_536
# A picture of ten megabytes, in base64.
PICTURE_BODY_BYTES_MAX: Final = 14_000_000
BODY_S_MAX: Final = 15.0
# As wide as the columns that numbers and names end up in.
NUMBER_CHARS_MAX: Final = 64
TEXT_CHARS_MAX: Final = 300
SECRET_CHARS_MAX: Final = 64


class Fields:
    """One JSON object of a request. Every method raises UsageFault `field_wrong` with the field's name.

    It never prints itself: there may be a payment code or a PIN in it.
    """

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._told = told

    def __repr__(self) -> str:
        return f"Fields({', '.join(sorted(map(str, self._told)))})"

    def names(self) -> frozenset[str]:
        """Which fields were told."""
        return frozenset(self._told)

    def items(self, name: str, count_max: int) -> list[Fields]:
        """A list of objects, one at least."""
        value = self._told.get(name)
        if not isinstance(value, list) or not 0 < len(value) <= count_max:
            raise UsageFault("field_wrong", name=name)
        if not all(isinstance(one, dict) for one in value):
            raise UsageFault("field_wrong", name=name)
        return [Fields(one) for one in value]

    def all_but(self, left_out: frozenset[str]) -> dict[str, Any]:
        """What was told, as it was told; for a keyed hash and nothing else."""
        return {name: value for name, value in self._told.items() if name not in left_out}

    def text(self, name: str, chars_max: int = TEXT_CHARS_MAX, *, needed: bool = True) -> str:
        """A text, blanks around it taken off, payment codes in it hidden; empty where it may be missing."""
        return codes_hidden(self.raw_text(name, chars_max, needed=needed).strip())

    def raw_text(self, name: str, chars_max: int, *, needed: bool = True) -> str:
        """A text as it is: it may be a payment code."""
        value = self._told.get(name)
        if value is None and not needed:
            return ""
        if not isinstance(value, str) or len(value) > chars_max or (needed and not value.strip()):
            raise UsageFault("field_wrong", name=name)
        return value

    def number(self, name: str, *, needed: bool = True) -> str:
        """An order's, a refund's or a request's number; a payment code in its place stays masked."""
        return self.text(name, NUMBER_CHARS_MAX, needed=needed)

    def request_id(self) -> str:
        """The name of a wish, chosen by the page; a masked one would stand for several."""
        named = self.raw_text("request_id", NUMBER_CHARS_MAX).strip()
        if codes_hidden(named) != named:
            raise UsageFault("field_wrong", name="request_id")
        return named

    def secret(self, name: str) -> Secret:
        """A PIN or a code of the moment."""
        return Secret(self.raw_text(name, SECRET_CHARS_MAX))

    def money(self, name: str) -> Money | None:
        """Whole fen, or None where the field is missing. Of what Money can be, the rules judge."""
        value = self._told.get(name)
        if value is None:
            return None
        if type(value) is not int or abs(value) > AMOUNT_FEN_MAX * 100:
            raise UsageFault("field_wrong", name=name)
        return Money(value)

    def flag(self, name: str) -> bool:
        """True or false; false where it is missing."""
        value = self._told.get(name, False)
        if not isinstance(value, bool):
            raise UsageFault("field_wrong", name=name)
        return value

    def part(self, name: str) -> Fields | None:
        """An object inside, or None."""
        value = self._told.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise UsageFault("field_wrong", name=name)
        return Fields(value)

    def strokes(self, name: str) -> list[list[int]]:
        """Lists of whole numbers: what somebody has drawn."""
        value = self._told.get(name)
        if not isinstance(value, list) or not all(isinstance(one, list) for one in value):
            raise UsageFault("field_wrong", name=name)
        if not all(type(at) is int for stroke in value for at in stroke):
            raise UsageFault("field_wrong", name=name)
        return value

    def data(self, name: str) -> bytes:
        """Bytes written as base64."""
        try:
            return base64.b64decode(self.raw_text(name, PICTURE_BODY_BYTES_MAX), validate=True)
        except binascii.Error:
            raise UsageFault("field_wrong", name=name) from None


NOTHING: Final = Fields({})


async def read_fields(request: Request, bytes_max: int, s_max: float = BODY_S_MAX) -> Fields:
    """The fields of a request. Raises UsageFault body_too_large, body_slow or body_unreadable."""
    try:
        body = await asyncio.wait_for(_body(request, bytes_max), s_max)
    except (TimeoutError, ClientDisconnect):
        raise UsageFault("body_slow") from None
    return parsed(body)


def parsed(body: bytes) -> Fields:
    """The one JSON object of a body; NaN, a key told twice and depths nobody needs are refused."""
    try:
        told = json.loads(body, object_pairs_hook=_each_once, parse_constant=_refused)
    except (ValueError, RecursionError):
        raise UsageFault("body_unreadable") from None
    if not isinstance(told, dict):
        raise UsageFault("body_unreadable")
    return Fields(told)


async def _body(request: Request, bytes_max: int) -> bytes:
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > bytes_max:
        raise UsageFault("body_too_large", limit=bytes_max)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > bytes_max:
            raise UsageFault("body_too_large", limit=bytes_max)
    return bytes(body)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError
    return told


def _refused(_constant: str) -> Any:
    raise ValueError
