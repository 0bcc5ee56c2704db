"""Money is whole fen of CNY. Floats never enter; yuan text exists only at the edges."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Self

# Both wallets cap a single order far below this; the ledger's CHECK carries the same number.
AMOUNT_FEN_MAX: Final = 100_000_000

_YUAN_TEXT: Final = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,2})?")


class NotMoney(ValueError):
    """The text is not an amount of yuan with at most two decimals."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in fen. May be zero or negative: whether that is allowed is a rule of `check/`."""

    fen: int

    def __post_init__(self) -> None:
        if type(self.fen) is not int:
            raise TypeError(f"Money takes whole fen, not {type(self.fen).__name__}")

    @classmethod
    def from_yuan(cls, text: str) -> Self:
        """Read `12`, `12.3` or `12.34`, ASCII digits only.

        Raises NotMoney for anything else: `12.345`, `1e3`, `1,000`, full-width digits, blanks.
        """
        if not _YUAN_TEXT.fullmatch(text):
            raise NotMoney(text)
        return cls(int(Decimal(text).scaleb(2)))

    def yuan(self) -> str:
        """The amount as yuan text with two decimals, as Alipay and people write it."""
        sign = "-" if self.fen < 0 else ""
        return f"{sign}{abs(self.fen) // 100}.{abs(self.fen) % 100:02d}"

    def __add__(self, other: Money) -> Money:
        return Money(self.fen + other.fen)

    def __sub__(self, other: Money) -> Money:
        return Money(self.fen - other.fen)

    def __str__(self) -> str:
        return f"¥{self.yuan()}"


ZERO: Final = Money(0)
