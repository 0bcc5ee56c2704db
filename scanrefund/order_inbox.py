"""A folder into which a till puts files of orders: each is taken whole, then moved to `done` or `refused`.

A file that has a wrong row keeps nothing: the till writes it again, whole. Beside a refused file stands
`NAME.reason.txt` with each line and its cause.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from scanrefund.dispatch.clock import Clock
from scanrefund.dispatch.worker import OnFault, OnRefund
from scanrefund.errors import Fault, UsageFault
from scanrefund.model.printable import codes_hidden
from scanrefund.orders_desk import OrdersDesk, RowProblem
from scanrefund.say.speak import say_fault

# Looked into so often; a file is taken when two looks found it the same.
LOOK_EVERY_S: Final = 5
# So many files at one look: refunds wait for nobody's orders.
FILES_MAX: Final = 5
# As many lines of a refused file are explained.
REASONS_MAX: Final = 1_000
_KINDS: Final = (".csv", ".json")


class OrderInbox:
    """A job of the worker."""

    def __init__(self, folder: Path, orders: OrdersDesk, clock: Clock, language: str) -> None:
        self._folder = folder
        self._orders = orders
        self._clock = clock
        self._language = language
        self._looked_at: datetime | None = None
        self._seen: dict[str, tuple[int, int]] = {}

    def run_once(self, _on_refund: OnRefund, _on_fault: OnFault) -> int:
        """Look into the folder when it is time; how many files were taken."""
        now = self._clock.now()
        if self._looked_at is not None and abs(now - self._looked_at) < timedelta(seconds=LOOK_EVERY_S):
            return 0
        self._looked_at = now
        found = _found(self._folder)
        whole = [name for name, look in sorted(found.items()) if self._seen.get(name) == look]
        self._seen = found
        return sum(self._take(self._folder / name) for name in whole[:FILES_MAX])

    def _take(self, path: Path) -> bool:
        """Keep all of a file or nothing; False where somebody else was quicker."""
        try:
            report = self._orders.import_file(path, strict=True)
        except UsageFault as fault:
            if fault.code == "orders_file_missing":
                return False
            return _move(path, "refused", [self._say(fault)])
        reasons = [self._line(problem) for problem in report.problems[:REASONS_MAX]]
        return _move(path, "refused" if reasons else "done", reasons)

    def _line(self, problem: RowProblem) -> str:
        return f"{problem.line}\t{problem.order_id or '—'}\t{self._say(problem.cause)}"

    def _say(self, fault: Fault) -> str:
        return codes_hidden(say_fault(fault, self._language))


def _found(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file of orders with its size and when it was written. A folder that is away holds none."""
    found: dict[str, tuple[int, int]] = {}
    try:
        for path in folder.iterdir():
            if path.suffix.lower() in _KINDS and not path.name.startswith(".") and path.is_file():
                look = path.stat()
                found[path.name] = (look.st_size, look.st_mtime_ns)
    except OSError:
        return {}
    return found


def _move(path: Path, where: str, reasons: list[str]) -> bool:
    """Out of the inbox. The reasons first: a refused file never lies there without them."""
    folder = path.parent / where
    try:
        folder.mkdir(exist_ok=True)
        to = _free(folder / path.name)
        if reasons:
            to.with_name(f"{to.name}.reason.txt").write_text("\n".join(reasons) + "\n", encoding="utf-8")
        path.replace(to)
    except OSError:
        # It is looked at again; what was kept of it is kept once.
        return False
    return True


def _free(path: Path) -> Path:
    """A name that nothing has yet: a till may call every file the same."""
    tried, number = path, 1
    while tried.exists():
        tried, number = path.with_name(f"{path.stem}.{number}{path.suffix}"), number + 1
    return tried
