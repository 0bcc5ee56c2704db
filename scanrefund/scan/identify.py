"""Text → Shown: a payment code, a number of ours or of a wallet, or something to refuse by name. Pure.

What was scanned is taken strictly: a code is ASCII digits, and only the suffix a barcode scanner adds
(CR, LF, TAB) is stripped. What a person types is normalised first. `kinds.py` holds the table.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from scanrefund.model.payment_code import PaymentCode, mask
from scanrefund.model.printable import codes_hidden, written_out
from scanrefund.model.shown import Kind, Shown
from scanrefund.model.slip import read_slip
from scanrefund.model.wallet import day_in_order_number, wallet_of_code
from scanrefund.scan.kinds import Row, is_id_card, joined, row_of

TEXT_CHARS_MAX: Final = 120  # longer texts are nobody's order number and fill the page
SCANNER_SUFFIX: Final = "\r\n\t"

# An identity number among other text; whether it is one its check character says.
_ID_LIKE: Final = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")


def identify(text: str, symbology: str = "") -> Shown:
    """Name a scanned text. `symbology` is the code it came from, empty for a barcode scanner's keystrokes.

    A slip is named by its form only: whose keys signed it, `slip_check.py` asks.
    """
    text = text.rstrip(SCANNER_SUFFIX)
    if not text:
        return Shown(Kind.NOTHING)
    row = row_of(text, symbology)
    match row.kind:
        case Kind.PAYMENT_CODE:
            return Shown(row.kind, row.wallet, code=PaymentCode(text))
        case Kind.SLIP:
            return _slip(text)
        case Kind.WALLET_ORDER_NUMBER if row.wallet:
            return Shown(row.kind, row.wallet, text=text, dated=day_in_order_number(row.wallet, text))
        case _:
            return Shown(row.kind, row.wallet, text=_told(row, text))


def identify_typed(text: str) -> Shown:
    """Name what a person typed: full-width digits and blanks between groups are undone first."""
    return identify("".join(unicodedata.normalize("NFKC", text).split()))


def _slip(text: str) -> Shown:
    """A text that says it is our slip; what has not even the form has no signature, and no keys made it."""
    slip = read_slip(text)
    if slip is None:
        return Shown(Kind.SLIP, text=_printable(text))
    return Shown(Kind.SLIP, text=slip.refund_id, signature=slip.signature)


def _told(row: Row, text: str) -> str:
    if row.kind is Kind.NOT_ASCII_DIGITS:
        return mask(joined(text))
    return mask(text) if row.secret else _printable(text)


def _printable(text: str) -> str:
    """The text as it may be printed: controls escaped, codes and identity numbers masked, cut to size."""
    alone = joined(text)
    if wallet_of_code(alone) or is_id_card(alone):
        return mask(alone)
    plain = written_out(_ids_hidden(codes_hidden(text)))
    return plain if len(plain) <= TEXT_CHARS_MAX else plain[: TEXT_CHARS_MAX - 1] + "…"


def _ids_hidden(text: str) -> str:
    return _ID_LIKE.sub(lambda found: mask(found[0]) if is_id_card(found[0]) else found[0], text)
