"""Payment codes as the ledger knows them: a keyed fingerprint, a mask, and when it was first seen."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select

from scanrefund.ledger.schema import codes, refunds
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.shown import Sighting
from scanrefund.model.wallet import Wallet

# Statements are made once: SQLAlchemy takes longer to make one than the database to run it.
_KNOWN: Final = select(codes.c.fingerprint).where(codes.c.fingerprint == bindparam("fingerprint"))
_NEW: Final = insert(codes)
_SIGHTING: Final = (
    select(codes.c.first_seen_at, refunds.c.refund_id)
    .select_from(codes.outerjoin(refunds, refunds.c.code_fingerprint == codes.c.fingerprint))
    .where(codes.c.fingerprint == bindparam("fingerprint"))
)


def sight(connection: Connection, fingerprint: str, code: PaymentCode, wallet: Wallet, now: datetime) -> None:
    """Note the first sight of a code, shared by all counters of the ledger. Later sights change nothing."""
    if connection.execute(_KNOWN, {"fingerprint": fingerprint}).first() is None:
        seen = {"wallet": wallet.value, "masked": code.masked, "first_seen_at": now}
        connection.execute(_NEW, {"fingerprint": fingerprint, **seen})


def sighting(connection: Connection, fingerprint: str) -> Sighting | None:
    """When a code was first seen and which refund it is bound to, or None for a code never seen."""
    row = connection.execute(_SIGHTING, {"fingerprint": fingerprint}).one_or_none()
    return Sighting(row.first_seen_at, row.refund_id) if row else None
