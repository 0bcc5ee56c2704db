"""Refund numbers: derived from shop, order and sequence, so that a lost ledger can ask for them again.

Letters, digits and underscores only: both wallets take them, and no URL rewrites them.
"""

from __future__ import annotations

import hashlib
from typing import Final

SEQUENCE_MAX: Final = 99


def refund_number(shop_id: str, order_id: str, sequence: int, *, rehearsal: bool) -> str:
    """`SRT_shop1_<20 hex of the order>_01`; T for rehearsal, P for real money, so the two never meet.

    Raises ValueError for a sequence outside 1–99.
    """
    if not 1 <= sequence <= SEQUENCE_MAX:
        raise ValueError(f"a sequence of {sequence} has no number")
    order_hash = hashlib.sha256(order_id.encode()).hexdigest()[:20]
    return f"SR{'T' if rehearsal else 'P'}_{shop_id}_{order_hash}_{sequence:02d}"
