"""How a customer is paid back where the wallet did not: over the counter in cash, or by the shop's bank.

No number of a card or an account is kept: its last four digits say which one it was.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from scanrefund.model.printable import codes_hidden

REFERENCE_CHARS_MAX: Final = 40
# What banks call a transfer: letters, digits, and what parts them.
_REFERENCE: Final = re.compile(rf"[A-Za-z0-9][A-Za-z0-9 ./_-]{{3,{REFERENCE_CHARS_MAX - 1}}}")
_LAST_FOUR: Final = re.compile(r"[0-9]{4}")
# Digits that may be one number, also in groups of four.
_RUNS: Final = re.compile(r"\d(?:[ \-./]?\d)+")
# ISO/IEC 7812: the number of a card, its last digit proves the others.
_CARD_DIGITS_MIN: Final = 13
_CARD_DIGITS_MAX: Final = 19


class Method(StrEnum):
    """How the customer was paid."""

    CASH = "cash"
    BANK = "bank"


class NoOtherWay(ValueError):
    """What was told does not make a way of paying. `part` names it; the text is not repeated."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


@dataclass(frozen=True, slots=True)
class OtherWay:
    """One payment by hand.

    `bank_reference` is the bank's name for its transfer, `last_four` the account's end; both empty for cash.
    """

    method: Method = Method.CASH
    bank_reference: str = ""
    last_four: str = ""

    @property
    def account(self) -> str:
        """The account as it may be kept and shown: `•••• 0042`, empty where nobody told it."""
        return f"•••• {self.last_four}" if self.last_four else ""


IN_CASH: Final = OtherWay()


def other_way_of(method: Method, bank_reference: str, last_four: str) -> OtherWay:
    """What a person told of a payment by hand.

    Raises NoOtherWay: `cash` for cash with a bank's facts, `reference` for a transfer without a reference of
    4 to 40 letters and digits, `card` for a card's number in its place, `last_four` for no four digits.
    """
    reference = unicodedata.normalize("NFKC", bank_reference).strip()
    tail = unicodedata.normalize("NFKC", last_four).strip()
    if method is Method.CASH:
        if reference or tail:
            raise NoOtherWay("cash")
        return IN_CASH
    if holds_card(reference) or codes_hidden(reference) != reference:
        raise NoOtherWay("card")
    if not _REFERENCE.fullmatch(reference):
        raise NoOtherWay("reference")
    if tail and not _LAST_FOUR.fullmatch(tail):
        raise NoOtherWay("last_four")
    return OtherWay(method, reference, tail)


def holds_card(text: str) -> bool:
    """Whether digits with the form of a card's number stand in a text, in groups or not."""
    runs = ("".join(filter(str.isdecimal, run)) for run in _RUNS.findall(text))
    return any(_CARD_DIGITS_MIN <= len(run) <= _CARD_DIGITS_MAX and _proves_itself(run) for run in runs)


def _proves_itself(digits: str) -> bool:
    """By Luhn's sum: every second digit from the right counts twice."""
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
