"""The slip of a refund that was paid by hand: shown, and printed here or by the browser."""

from __future__ import annotations

from typing import Any

from scanrefund.cash_slip_desk import MadeCashSlip
from scanrefund.web.call import Call


def slip(call: Call) -> dict[str, Any]:
    """The slip as it would be printed now, in the shop's language."""
    language = call.site.settings.language
    return _told(call, call.site.house.cash_slips.look(call.path["refund_id"], language))


def print_slip(call: Call) -> dict[str, Any]:
    """Print it on the counter's printer; where there is none, the text goes to the browser's own.

    Either counts as a print in the name of whoever sits here. Raises PrinterFault.
    """
    desk, language = call.site.house.cash_slips, call.site.settings.language
    refund_id, by = call.path["refund_id"], call.person.staff_id
    if desk.has_printer:
        made = desk.print(refund_id, by, language)
    else:
        made = desk.hand_out(refund_id, by, "cash browser", language)
    key = "slip_copy_printed" if made.prints > 1 else "slip_printed"
    return _told(call, made) | {"say": call.words(f"desk.{key}", number=made.prints - 1)}


def _told(call: Call, made: MadeCashSlip) -> dict[str, Any]:
    printer = call.site.house.cash_slips.has_printer
    return {"refund_id": made.refund_id, "prints": made.prints, "printer": printer, "text": made.text}
