"""Text from outside as it may be printed: nothing in it steers a terminal, no payment code stands in it.

A code is hidden wherever its digits stand: beside letters, in groups (`1344 4444 …`), in digits of other
scripts. That hides now and then a number that is none, which costs less than a code in a log.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from scanrefund.model.payment_code import mask
from scanrefund.model.wallet import FACTS, wallet_of_code

# Control, format, surrogate, private and unassigned characters, and the line ends nobody sees, may move a
# cursor, hide a digit or turn the writing direction.
_STEERING: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

# People and scanners part groups of digits by a blank, a dash, a dot or something invisible.
_BETWEEN: Final = r"[\t \u00a0\u2000-\u2015\u202f\u2060\u3000\ufeff\u00ad\-.\u00b7]{1,2}"
# A scanner's AIM identifier before the digits (`]C1`) ends in a digit of its own.
_GROUPED: Final = re.compile(rf"(\][A-Za-z]\d(?=\d))?\d+(?:{_BETWEEN}\d+)*")
_GROUP: Final = re.compile(r"\d+")
_CODE_DIGITS_MAX: Final = max(facts.code_digits_max for facts in FACTS.values())


def written_out(text: str) -> str:
    """The text with every character that could steer a terminal as `\\u{1b}`."""
    return "".join(
        f"\\u{{{ord(mark):x}}}" if unicodedata.category(mark) in _STEERING else mark for mark in text
    )


def codes_hidden(text: str) -> str:
    """The text with all digits masked that have the form of a payment code, alone or group by group."""
    return _GROUPED.sub(_hidden_after_identifier, text)


def _hidden_after_identifier(found: re.Match[str]) -> str:
    identifier = found[1] or ""
    run = found[0].removeprefix(identifier)
    hidden = _hidden_in_groups(run)
    return identifier + hidden if hidden != run else _hidden_in_groups(found[0])


def _hidden_in_groups(run: str) -> str:
    """Whole groups only: part of a longer number is no code."""
    groups = list(_GROUP.finditer(run))
    told, place, first = "", 0, 0
    while first < len(groups):
        last = _end_of_code(groups, first)
        if last is not None:
            told += run[place : groups[first].start()] + mask(_ascii_digits(groups, first, last))
            place = groups[last].end()
            first = last
        first += 1
    return told + run[place:]


def _end_of_code(groups: list[re.Match[str]], first: int) -> int | None:
    """The last group of the longest payment code that begins with this group."""
    end = None
    for last in range(first, min(len(groups), first + _CODE_DIGITS_MAX)):
        digits = _ascii_digits(groups, first, last)
        if len(digits) > _CODE_DIGITS_MAX:
            break
        if wallet_of_code(digits):
            end = last
    return end


def _ascii_digits(groups: list[re.Match[str]], first: int, last: int) -> str:
    joined = "".join(group[0] for group in groups[first : last + 1])
    return "".join(str(unicodedata.decimal(digit)) for digit in joined)
