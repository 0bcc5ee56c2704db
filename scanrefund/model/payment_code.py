"""A live payment code is money for a minute: it never prints itself."""

from __future__ import annotations

from typing import Final

DOT: Final = "•"
SHOWN_AT_EACH_END: Final = 2


def mask(digits: str) -> str:
    """First two and last two digits, the rest as dots: `13••••••••••••••42`. A short text is all dots."""
    if len(digits) <= 4 * SHOWN_AT_EACH_END:
        return DOT * len(digits)
    hidden = len(digits) - 2 * SHOWN_AT_EACH_END
    return digits[:SHOWN_AT_EACH_END] + DOT * hidden + digits[-SHOWN_AT_EACH_END:]


class PaymentCode:
    """The digits a customer shows (付款码), kept from logs, tracebacks and pickles by its own form."""

    __slots__ = ("__digits",)

    def __init__(self, digits: str) -> None:
        self.__digits = digits

    def reveal(self) -> str:
        """The digits themselves. Callers: the fingerprint, the payer match, `--reveal`. Nobody else."""
        return self.__digits

    @property
    def masked(self) -> str:
        return mask(self.__digits)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PaymentCode) and other.reveal() == self.__digits

    def __hash__(self) -> int:
        return hash(self.__digits)

    def __repr__(self) -> str:
        return f"PaymentCode({self.masked})"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a payment code is not written down")
