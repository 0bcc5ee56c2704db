"""Evidence on the page: a piece is written down, a photograph looked at again. No photograph has an address.

It travels inside one answer, so that neither the browser's history nor its storage ever holds it.
"""

from __future__ import annotations

import base64
from typing import Any

from scanrefund.errors import UsageFault
from scanrefund.evidence_desk import NOTE_CHARS_MAX
from scanrefund.model.evidence import EvidenceKind
from scanrefund.web.call import Call
from scanrefund.web.fields import NUMBER_CHARS_MAX
from scanrefund.web.refunds import one, required


def add(call: Call) -> dict[str, Any]:
    """Write down what was looked at, with its photograph if one came: the refund with everything by now.

    Raises UsageFault for a picture in which a payment code is read, PictureFault for what is no picture.
    """
    refund, fields = required(call), call.fields
    kind, note = (
        _kind(fields.text("kind", NUMBER_CHARS_MAX)),
        fields.text("note", NOTE_CHARS_MAX, needed=False),
    )
    photo = fields.data("photo_base64") if "photo_base64" in fields.names() else None
    call.site.house.evidence.add(refund.refund_id, kind, call.person.staff_id, note=note, photo=photo)
    return one(call)


def photo(call: Call) -> dict[str, str]:
    """A photograph just as it came, for whoever may read the books."""
    call.needs_books()
    data = call.site.house.evidence.photo(required(call).refund_id, call.path_number())
    return {"data_base64": base64.b64encode(data).decode("ascii")}


def _kind(text: str) -> EvidenceKind:
    try:
        return EvidenceKind(text)
    except ValueError:
        raise UsageFault("field_wrong", name="kind") from None
