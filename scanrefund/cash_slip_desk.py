"""The slip of a refund that was paid by hand: looked at, printed; one original, every further one a copy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scanrefund.aftercare.cash_slip import SlipHead, cash_slip
from scanrefund.aftercare.counted_printer import CountedPrinter
from scanrefund.aftercare.printer import PrinterSettings
from scanrefund.dispatch.clock import Clock
from scanrefund.errors import UsageFault
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.other_way import Method
from scanrefund.model.refund import Refund, RefundState
from scanrefund.model.staff import Staff
from scanrefund.model.wallet import safe_number

Find = Callable[[str], Staff | None]


@dataclass(frozen=True, slots=True)
class CashSlipSettings:
    """What stands on these slips, and the printer of this counter."""

    shop_name: str
    printer: PrinterSettings
    rehearsal: bool
    utc_offset_h: int = 8


@dataclass(frozen=True, slots=True)
class MadeCashSlip:
    """The slip as lines of text, and how often it is on paper already."""

    refund_id: str
    text: str
    prints: int


class CashSlipDesk:
    """Build with `assemble.open_house`. `find` knows the people by their staff ids.

    Every method raises UsageFault refund_unknown and cash_slip_of_no_cash.
    """

    def __init__(self, ledger: Ledger, clock: Clock, settings: CashSlipSettings, find: Find) -> None:
        self._ledger = ledger
        self._settings = settings
        self._find = find
        self._paper = CountedPrinter(ledger, clock, settings.printer)

    @property
    def has_printer(self) -> bool:
        """Whether this counter has one."""
        return self._paper.is_there

    def look(self, refund_id: str, language: str) -> MadeCashSlip:
        """The slip as it would be printed now; nothing is counted."""
        refund = self._paid_by_hand(refund_id)
        prints = self._paper.count(refund.refund_id)
        return MadeCashSlip(refund.refund_id, self._text(refund, prints + 1, language), prints)

    def hand_out(self, refund_id: str, by: str, how: str, language: str) -> MadeCashSlip:
        """The slip for somebody else's paper: a terminal's, a browser's. It counts as a print."""
        refund = self._paid_by_hand(refund_id)
        number = self._paper.begin(refund.refund_id, how, by)
        return MadeCashSlip(refund.refund_id, self._text(refund, number, language), number)

    def print(self, refund_id: str, by: str, language: str) -> MadeCashSlip:
        """Print it on the counter's printer, as `CountedPrinter.printing` does; for cash the drawer opens."""
        refund = self._paid_by_hand(refund_id)
        with self._paper.printing(refund.refund_id, "cash printer", by) as (number, printer):
            from scanrefund.aftercare.slip_escpos import escpos_lines  # noqa: PLC0415  (an extra)

            text = self._text(refund, number, language)
            told = printer.settings
            # A copy takes no money out.
            opens = told.has_drawer and number == 1 and refund.method is Method.CASH
            printer.print(escpos_lines(text, told.columns, opens_drawer=opens))
        return MadeCashSlip(refund.refund_id, text, number)

    def _text(self, refund: Refund, number: int, language: str) -> str:
        found = self._find(refund.clerk)
        payer = f"{found.name} ({refund.clerk})" if found else refund.clerk
        told = self._settings
        head = SlipHead(told.shop_name, payer, told.rehearsal, number > 1, told.utc_offset_h)
        return cash_slip(refund, head, language)

    def _paid_by_hand(self, refund_id: str) -> Refund:
        refund = self._ledger.refund(refund_id)
        if refund is None:
            raise UsageFault("refund_unknown", refund_id=safe_number(refund_id))
        if refund.state is not RefundState.PAID_OTHER_WAY:
            state = refund.state.value
            raise UsageFault("cash_slip_of_no_cash", refund_id=refund.refund_id, state=state)
        return refund
