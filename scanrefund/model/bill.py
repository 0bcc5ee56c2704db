"""A wallet's bill of one day, as its text; what its lines mean is read elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class BillKind(StrEnum):
    """What a bill lists."""

    TRADES = "TRADES"  # payments and refunds
    FUNDS = "FUNDS"  # every movement of the merchant's account


class BillLook(StrEnum):
    """How fetching a bill ended."""

    FETCHED = "FETCHED"
    EMPTY = "EMPTY"  # the wallet says that nothing happened that day
    NOT_READY = "NOT_READY"  # not made yet: both wallets make them the next morning
    NOT_FETCHED = "NOT_FETCHED"  # not asked, refused, damaged on its way, or no proof
    NOT_OFFERED = "NOT_OFFERED"


@dataclass(frozen=True, slots=True)
class BillAnswer:
    """`texts` holds the bill's CSV files (Alipay packs several), set exactly when `look` is FETCHED.

    They name customers' accounts, so they never print themselves.
    """

    look: BillLook
    texts: tuple[str, ...] = field(default=(), repr=False)
    code: str = ""
    message: str = ""
