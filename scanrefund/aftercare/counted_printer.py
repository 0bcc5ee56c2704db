"""The counter's printer, and the count of what came out of it: any slip is printed and counted here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from scanrefund.aftercare.extra import receipt_extra
from scanrefund.aftercare.printer import Printer, PrinterSettings
from scanrefund.dispatch.clock import Clock
from scanrefund.errors import PrinterFault
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.prints import Prints


class CountedPrinter:
    """What goes on paper is counted before it does, wherever the paper is: here, a browser's, a PDF's."""

    def __init__(self, ledger: Ledger, clock: Clock, settings: PrinterSettings) -> None:
        self.settings = settings
        self._clock = clock
        self._prints = Prints(ledger)

    @property
    def is_there(self) -> bool:
        """Whether this counter has a printer."""
        return bool(self.settings.place)

    def count(self, refund_id: str) -> int:
        """How often the slip of a refund is on paper already."""
        return self._prints.count(refund_id)

    def begin(self, refund_id: str, how: str, by: str) -> int:
        """Count one print on somebody else's paper; its number from 1."""
        return self._prints.begin(refund_id, how, by, self._clock.now())

    @contextmanager
    def printing(self, refund_id: str, how: str, by: str) -> Iterator[tuple[int, Printer]]:
        """The number of one print from 1, and the printer that is to make it while this is open.

        Raises UsageFault receipt_extra_missing, PrinterFault. A print of which provably nothing came out is
        not counted.
        """
        with receipt_extra():
            import scanrefund.aftercare.slip_escpos  # noqa: F401, PLC0415  (an extra)
        if not self.is_there:
            raise PrinterFault("printer_none")
        number = self.begin(refund_id, how, by)
        try:
            yield number, Printer(self.settings)
        except PrinterFault as fault:
            if fault.code == "printer_away":
                self._prints.take_back(refund_id, number, self._clock.now())
            raise
