"""What both wallets' bills have in common: a header somewhere, cells by name, amounts, broken lines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from scanrefund.model.money import AMOUNT_FEN_MAX, Money, NotMoney

# The longest line of a real bill has some 700 characters; what is much longer is no bill.
LINE_CHARS_MAX: Final = 20_000
SHOWN_CHARS_MAX: Final = 60
# No number in either wallet's documents is longer.
NUMBER_CHARS_MAX: Final = 64
_FEE: Final = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,5})?")
_COUNT: Final = re.compile(r"([0-9]{1,9})(\.0+)?")


class BadBill(Exception):
    """A bill that cannot be believed: `trouble` is a word of the catalogues, `line` counts from 1."""

    def __init__(self, trouble: str, line: int, text: str = "") -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.line = line
        self.text = text[:SHOWN_CHARS_MAX]


class Columns:
    """Where each column is, by its header. Bills grow and change their order; names stay."""

    def __init__(self, header: Sequence[str], line: int) -> None:
        self._places = {name: place for place, name in enumerate(header)}
        self.count = len(header)
        self._line = line

    def has(self, name: str) -> bool:
        return name in self._places

    def place(self, *names: str) -> int:
        """The place of the first of these names that is there. Raises BadBill."""
        for name in names:
            if name in self._places:
                return self._places[name]
        raise BadBill("bill_lacks_column", self._line, names[0])

    def place_if_there(self, *names: str) -> int | None:
        return next((self._places[name] for name in names if name in self._places), None)


def fen(text: str, line: int, column: str) -> int:
    """An amount of yuan as fen, with its sign. Raises BadBill."""
    try:
        amount = Money.from_yuan(text)
    except NotMoney:
        raise _wrong(text, line, column) from None
    if abs(amount.fen) > AMOUNT_FEN_MAX:
        raise _wrong(text, line, column)
    return amount.fen


def fee_thousandths(text: str, line: int, column: str) -> int:
    """A fee in yuan with up to five decimals, as thousandths of a fen. Raises BadBill."""
    if not _FEE.fullmatch(text):
        raise _wrong(text, line, column)
    return int(Decimal(text).scaleb(5))


def count(text: str, line: int, column: str) -> int:
    """A count, which some bills write as `20.0`. Raises BadBill."""
    found = _COUNT.fullmatch(text)
    if not found:
        raise _wrong(text, line, column)
    return int(found[1])


def number(text: str, line: int, column: str, *, may_be_empty: bool = False) -> str:
    """A number of an order or a refund: printable ASCII of bounded length. Raises BadBill."""
    good = len(text) <= NUMBER_CHARS_MAX and text.isascii() and (text.isprintable() or not text)
    if not good or not (text or may_be_empty):
        raise _wrong(text, line, column)
    return text


def one_of(text: str, known: Mapping[str, str], line: int, column: str) -> str:
    """What a word of the wallet means. Raises BadBill for a word no document has: it is not guessed at."""
    if text not in known:
        raise _wrong(text, line, column)
    return known[text]


def _wrong(text: str, line: int, column: str) -> BadBill:
    return BadBill("bill_cell_wrong", line, f"{column}: {text}")
