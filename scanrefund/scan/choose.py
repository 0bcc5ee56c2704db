"""One reading out of all the texts in view: what a clerk is after comes first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from scanrefund.model.shown import Kind, Reading, Shown, Source
from scanrefund.scan.confirm import Verdict

# What a clerk is after comes first; then what the desk can look up; then what is only named.
_PREFERRED: Final = (
    Kind.PAYMENT_CODE,
    Kind.SLIP,
    Kind.OUR_REFUND_NUMBER,
    Kind.WALLET_ORDER_NUMBER,
    Kind.WALLET_REFUND_NUMBER,
    Kind.MERCHANT_ORDER_NUMBER,
    Kind.LONG_NUMBER,
)


def reading_of(verdicts: Sequence[Verdict], source: Source, taken_at: datetime | None) -> Reading:
    """One reading from all texts in view: a payment code before anything else, others of them as rivals."""
    if not verdicts:
        return nothing(source, taken_at)
    chosen = min(verdicts, key=lambda verdict: (place(verdict.shown.kind), not verdict.confirmed))
    codes = [verdict.shown for verdict in verdicts if verdict.shown.kind is Kind.PAYMENT_CODE]
    rivals = tuple(shown for shown in codes if shown != chosen.shown)
    return Reading(chosen.shown, source, taken_at, chosen.confirmed, rivals)


def place(kind: Kind) -> int:
    """How soon a kind is wanted: 0 is a payment code, the highest all that is only named."""
    return _PREFERRED.index(kind) if kind in _PREFERRED else len(_PREFERRED)


def nothing(source: Source, taken_at: datetime | None) -> Reading:
    """The reading of a view in which no code is."""
    return Reading(Shown(Kind.NOTHING), source, taken_at, confirmed=False)


def is_certain(reading: Reading) -> bool:
    """Whether something was read, and certainly enough for money."""
    return reading.confirmed and reading.shown.kind is not Kind.NOTHING
