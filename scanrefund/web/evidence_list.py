"""What was looked at for a refund, as the page shows it in the refund's drawer."""

from __future__ import annotations

from typing import Any

from scanrefund.model.evidence import EvidenceKind
from scanrefund.web.call import Call
from scanrefund.web.receipts import moment


def evidence_of(call: Call, refund_id: str) -> dict[str, Any]:
    """The pieces in the order they came, what the shop still wants, and what can be written down."""
    desk = call.site.house.evidence
    kept = desk.of_refund(refund_id)
    pieces = [
        {
            "number": one.evidence_id,
            **_kind(call, one.kind),
            "note": one.note,
            "photo": bool(one.photo_sha256),
            "by": call.site.name_of(one.by),
            "at": moment(one.at),
        }
        for one in kept
    ]
    missing = [_kind(call, kind) for kind in desk.missing(kept)]
    return {"pieces": pieces, "missing": missing, "kinds": [_kind(call, kind) for kind in EvidenceKind]}


def _kind(call: Call, kind: EvidenceKind) -> dict[str, str]:
    return {"kind": kind.value, "say": call.words(f"evidence.{kind.value}")}
