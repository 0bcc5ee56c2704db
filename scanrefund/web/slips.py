"""Slips on the page: looked at, and printed. A printer in trouble is told, and changes no refund."""

from __future__ import annotations

from typing import Any

from scanrefund.slip_desk import MadeSlip
from scanrefund.web.call import Call


def slip(call: Call) -> dict[str, Any]:
    """The slip as it stands now, in the shop's language: it is the customer's."""
    language = call.site.settings.language
    return _told(call, call.site.house.slips.look(call.path["refund_id"], language))


def print_slip(call: Call) -> dict[str, Any]:
    """Print it at this counter, in the name of whoever sits here. Raises PrinterFault."""
    language = call.site.settings.language
    made = call.site.house.slips.print(call.path["refund_id"], call.person.staff_id, language)
    key = "slip_copy_printed" if made.prints > 1 else "slip_printed"
    return _told(call, made) | {"say": call.words(f"desk.{key}", number=made.prints - 1)}


def _told(call: Call, made: MadeSlip) -> dict[str, Any]:
    printer = call.site.house.slips.has_printer
    return {
        "refund_id": made.refund_id,
        "prints": made.prints,
        "printer": printer,
        "slip": made.slip.as_json(),
    }
