"""Was this slip made here? What `scan/` reads of a slip is only its form; here the keys are asked."""

from __future__ import annotations

from dataclasses import replace

from scanrefund.errors import UsageFault
from scanrefund.keys import Keys
from scanrefund.model.shown import Kind, Reading, Shown
from scanrefund.model.slip import claims_to_be_slip, read_slip
from scanrefund.model.wallet import safe_number


def vouched(reading: Reading, keys: Keys) -> Reading:
    """The reading with its slip named: OUR_SLIP with a right signature, FORGED_SLIP with any other.

    A counter that shares the ledger has the same keys, and vouches for slips of all its counters.
    """
    shown = reading.shown
    if shown.kind is not Kind.SLIP:
        return reading
    kind = Kind.OUR_SLIP if keys.made_slip(shown.text, shown.signature) else Kind.FORGED_SLIP
    return replace(reading, shown=Shown(kind, text=shown.text))


def refund_id_of(text: str, keys: Keys) -> str:
    """The refund number a person or program gave: plain, or as the whole text of a slip of ours.

    Raises UsageFault slip_forged for a slip that was not made with these keys.
    """
    if not claims_to_be_slip(text):
        return text
    slip = read_slip(text)
    if slip is None or not keys.made_slip(slip.refund_id, slip.signature):
        raise UsageFault("slip_forged", text=safe_number(text if slip is None else slip.refund_id))
    return slip.refund_id
