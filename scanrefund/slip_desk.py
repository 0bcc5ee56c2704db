"""Slips: looked at, printed, written as PDF; the ledger counts the prints. No printer stops a refund."""

from __future__ import annotations

from dataclasses import dataclass

from scanrefund.aftercare.counted_printer import CountedPrinter
from scanrefund.aftercare.extra import receipt_extra
from scanrefund.aftercare.printer import PrinterSettings
from scanrefund.aftercare.slip import PrintedSlip, Printing, SlipShop, slip_of
from scanrefund.dispatch.clock import Clock
from scanrefund.errors import UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.refund import Refund
from scanrefund.model.slip import REFUND_NUMBER, Slip
from scanrefund.model.wallet import safe_number
from scanrefund.slip_check import refund_id_of


@dataclass(frozen=True, slots=True)
class SlipSettings:
    """What stands on the slips of this shop, and the printer of this counter. `training` marks every slip."""

    shop: SlipShop
    printer: PrinterSettings
    rehearsal: bool
    training: bool = False


@dataclass(frozen=True, slots=True)
class MadeSlip:
    """A slip and how often it is on paper already."""

    slip: PrintedSlip
    refund_id: str
    prints: int


class SlipDesk:
    """Makes slips. `refund_id` may everywhere be the whole text of a slip of ours.

    Every method raises UsageFault refund_unknown and slip_forged.
    """

    def __init__(self, ledger: Ledger, keys: Keys, clock: Clock, settings: SlipSettings) -> None:
        self._ledger = ledger
        self._keys = keys
        self._clock = clock
        self._settings = settings
        self._paper = CountedPrinter(ledger, clock, settings.printer)

    @property
    def has_printer(self) -> bool:
        """Whether this counter has one."""
        return self._paper.is_there

    def look(self, refund_id: str, language: str) -> MadeSlip:
        """The slip as it stands now, for a screen; nothing is counted."""
        refund = self._required(refund_id)
        made = self._slip(refund, 0, language)
        return MadeSlip(made, refund.refund_id, self._paper.count(refund.refund_id))

    def pdf(self, refund_id: str, by: str, language: str) -> bytes:
        """The slip as a PDF, which counts as a print."""
        with receipt_extra():
            from scanrefund.aftercare.slip_pdf import pdf_bytes  # noqa: PLC0415  (an extra)
        refund = self._required(refund_id)
        number = self._paper.begin(refund.refund_id, "pdf", by)
        return pdf_bytes(self._slip(refund, number, language), language)

    def print(self, refund_id: str, by: str, language: str) -> MadeSlip:
        """Print it on the counter's printer, as `CountedPrinter.printing` does; the refund goes on whatever
        happens here.
        """
        refund = self._required(refund_id)
        with self._paper.printing(refund.refund_id, "printer", by) as (number, printer):
            from scanrefund.aftercare.slip_escpos import escpos_bytes  # noqa: PLC0415  (an extra)

            slip, told = self._slip(refund, number, language), printer.settings
            printer.print(escpos_bytes(slip, told.columns, code_as_picture=told.code_as_picture))
        return MadeSlip(slip, refund.refund_id, number)

    def _slip(self, refund: Refund, number: int, language: str) -> PrintedSlip:
        settings = self._settings
        printing = Printing(number, self._clock.now(), settings.rehearsal, settings.training)
        return slip_of(refund, self._code(refund), settings.shop, printing, language)

    def _code(self, refund: Refund) -> str:
        """Money paid by hand is found under the refund it replaces; a number not of ours stands alone."""
        number = refund.instead_of or refund.refund_id
        if not REFUND_NUMBER.fullmatch(number):
            return number
        return Slip(number, self._keys.slip_signature(number)).text

    def _required(self, refund_id: str) -> Refund:
        named = refund_id_of(refund_id, self._keys)
        refund = self._ledger.refund(named)
        if refund is None:
            raise UsageFault("refund_unknown", refund_id=safe_number(named))
        return refund
