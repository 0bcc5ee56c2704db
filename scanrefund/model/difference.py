"""Where a wallet's bill, the till and our books tell a day otherwise: a closed list of kinds.

The sums prove themselves: per side, what the others tell is what we booked plus all differences, in fen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from scanrefund.model.bill import BillLook
from scanrefund.model.wallet import Wallet


class Side(StrEnum):
    """Which sum a difference belongs to."""

    REFUNDS = "refunds"
    SALES = "sales"
    FEES = "fees"
    TILL_REFUNDS = "till_refunds"
    TILL_SALES = "till_sales"


class DifferenceKind(StrEnum):
    """Everything that can differ. A closed list; the catalogues have a name and a proposal for each."""

    REFUND_NOT_OURS = "refund_not_ours"  # the wallet refunded one of our orders under a number we do not know
    REFUND_OF_UNKNOWN_ORDER = "refund_of_unknown_order"
    REFUND_MISSING = "refund_missing"  # booked by us, not in the wallet's bill
    AMOUNT_DIFFERS = "amount_differs"
    OURS_OPEN = "ours_open"  # the wallet took it, our books do not know its end
    OURS_CLOSED = "ours_closed"  # the wallet took it, our books hold it as closed or never sent
    THEIRS_FAILED = "theirs_failed"  # the wallet calls failed what we booked
    DAY_DIFFERS = "day_differs"
    COUNTED_TWICE = "counted_twice"
    SALE_UNKNOWN = "sale_unknown"
    SALE_MISSING = "sale_missing"
    SALE_AMOUNT_DIFFERS = "sale_amount_differs"
    SALE_OURS_UNPAID = "sale_ours_unpaid"
    SALE_DAY_DIFFERS = "sale_day_differs"
    SALE_COUNTED_TWICE = "sale_counted_twice"
    FEE = "fee"
    TILL_REFUND_UNKNOWN = "till_refund_unknown"
    TILL_REFUND_MISSING = "till_refund_missing"
    TILL_REFUND_DIFFERS = "till_refund_differs"
    TILL_SALE_UNKNOWN = "till_sale_unknown"
    TILL_SALE_MISSING = "till_sale_missing"
    TILL_SALE_DIFFERS = "till_sale_differs"


# What a wallet charges is expected; everything else wants a person.
EXPECTED: Final = frozenset({DifferenceKind.FEE})


def side_of(kind: DifferenceKind) -> Side:
    """The sum that a kind belongs to, by the first words of its name."""
    if kind is DifferenceKind.FEE:
        return Side.FEES
    if kind.startswith("till_"):
        return Side.TILL_SALES if kind.startswith("till_sale") else Side.TILL_REFUNDS
    return Side.SALES if kind.startswith("sale_") else Side.REFUNDS


@dataclass(frozen=True, slots=True)
class Difference:
    """`amount_fen` is theirs less ours, as far as nothing else explains it; zero where only words differ.

    `ours_fen`, `theirs_fen`, `ours_state` and `theirs_state` are as each tells them, None and empty where one
    tells nothing. `day` is the day the other side has it on, None where it is the same or not known. `line`
    is the bill's line, 0 where none has it. A till knows no wallets.
    """

    kind: DifferenceKind
    wallet: Wallet | None
    amount_fen: int
    order_id: str = ""
    refund_id: str = ""
    wallet_number: str = ""
    ours_fen: int | None = None
    theirs_fen: int | None = None
    ours_state: str = ""
    theirs_state: str = ""
    day: date | None = None
    line: int = 0

    @property
    def side(self) -> Side:
        return side_of(self.kind)


@dataclass(frozen=True, slots=True)
class Sum:
    """One side of one scope, in fen. What is not explained is a fault of this program."""

    theirs_fen: int
    ours_fen: int
    differences_fen: int

    @property
    def unexplained_fen(self) -> int:
        return self.theirs_fen - self.ours_fen - self.differences_fen


@dataclass(frozen=True, slots=True)
class Scope:
    """What was compared with one other book: a wallet's bill, or the till's export (`wallet` is None).

    `lines` counts what it holds. `code` and `message` are the wallet's own where `look` is not FETCHED.
    `bill_sha256` is the hash of the file's text as it came, `content_sha256` of what was compared and what
    came out: it stays the same when the same bill is fetched again. `counts` has the kinds that were found.
    `fees_back` is what the bill's refunds brought back of fees, in thousandths of a fen.
    """

    wallet: Wallet | None
    look: BillLook
    code: str = ""
    message: str = ""
    lines: int = 0
    sums: dict[Side, Sum] = field(default_factory=dict)
    counts: dict[DifferenceKind, int] = field(default_factory=dict)
    bill_sha256: str = ""
    content_sha256: str = ""
    fees_back: int = 0

    @property
    def name(self) -> str:
        """`wechat`, `alipay` or `till`."""
        return self.wallet.value if self.wallet else "till"

    @property
    def was_compared(self) -> bool:
        """An empty day is compared like any other: our books may hold something."""
        return self.look in (BillLook.FETCHED, BillLook.EMPTY)

    @property
    def unexplained_fen(self) -> int:
        """Zero, or this program is wrong."""
        return sum(abs(one.unexplained_fen) for one in self.sums.values())

    @property
    def for_people(self) -> int:
        """How many differences want a person."""
        return sum(count for kind, count in self.counts.items() if kind not in EXPECTED)
