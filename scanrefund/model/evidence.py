"""What was looked at, taken back or kept for a refund."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

# Where photographs lie, in the data folder and beside copies of the ledger: each by its hash, closed up.
FOLDER: Final = "evidence"
SUFFIX: Final = ".closed"


class EvidenceKind(StrEnum):
    """What it is. A closed list; a shop says in its configuration which of them it wants."""

    GOODS_CHECKED = "goods_checked"
    INVOICE_TAKEN_BACK = "invoice_taken_back"
    RECEIPT_SEEN = "receipt_seen"
    PAPER_SIGNED = "paper_signed"
    PHOTO = "photo"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece. `photo_sha256` is the hash of a photograph's own bytes, empty without one."""

    evidence_id: int
    refund_id: str
    kind: EvidenceKind
    note: str
    photo_sha256: str
    by: str
    at: datetime
