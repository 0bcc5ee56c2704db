"""The books as people look at them: a day reconciled beside everything else, signed; the book walked.

Bills of a busy day take minutes: one thread of this desk reads them, one day at a time, and what came out is
kept open until another day is begun or the desk closes.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from scanrefund.aftercare.our_books import beijing_day
from scanrefund.aftercare.reconcile import Reconciler, Reconciliation
from scanrefund.aftercare.signing import Signed, Signing
from scanrefund.dispatch.clock import Clock
from scanrefund.errors import Fault, UsageFault
from scanrefund.ledger.audit import Audit
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.witness import Witness

OnMove = Callable[[], None]


def day_of(text: str) -> date:
    """A day as the books write it. Raises UsageFault bill_day_wrong."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageFault("bill_day_wrong", text=text[:40]) from None
    # Python reads other ISO forms too.
    if day.isoformat() != text:
        raise UsageFault("bill_day_wrong", text=text[:40])
    return day


@dataclass(slots=True)
class Run:
    """One reconciliation, under way or over. `lines` are those read so far."""

    run_id: str
    day: date
    begun_at: datetime
    lines: int = 0
    ended: Future[Reconciliation] = field(default_factory=Future)
    opened: ExitStack = field(default_factory=ExitStack)

    @property
    def is_under_way(self) -> bool:
        return not self.ended.done()

    @property
    def fault(self) -> Fault | None:
        """Why nothing came out, if so. Raises what was no fault of ours."""
        error = self.ended.exception() if self.ended.done() else None
        if error is None or isinstance(error, Fault):
            return error
        raise error


@dataclass(frozen=True, slots=True)
class Walked:
    """The audit of the book, and when it was made."""

    at: datetime
    audit: Audit


class BooksDesk:
    """Build with `assemble.open_house`. Nothing here changes a refund or an order."""

    def __init__(
        self, ledger: Ledger, witness: Witness, reconciler: Reconciler, signing: Signing, clock: Clock
    ) -> None:
        self._ledger = ledger
        self._witness = witness
        self.reconciler = reconciler
        self.signing = signing
        self._clock = clock
        self._lock = threading.Lock()
        # What was reconciled lies in a database that takes one reader at a time.
        self._reading = threading.Lock()
        self._closing = threading.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="books")
        self.run: Run | None = None
        self.walked: Walked | None = None

    def last_day(self) -> date:
        """The newest day that can be reconciled: yesterday on Beijing's clock."""
        today = beijing_day(self._clock.now()) or self._clock.now().date()
        return today - timedelta(days=1)

    def begin(self, day: date, on_move: OnMove) -> Run:
        """Begin to reconcile a day, or join it where it is under way; what was reconciled before is let go.

        `on_move` is called from another thread as lines are read, and at the end. Raises UsageFault
        day_not_over, and books_busy while another day is under way.
        """
        if day > self.last_day():
            raise UsageFault("day_not_over", day=day.isoformat())
        with self._lock:
            before = self.run
            if before is not None and before.is_under_way:
                if before.day != day:
                    raise UsageFault("books_busy", day=before.day.isoformat())
                return before
            self._let_go()
            run = Run(secrets.token_hex(8), day, self._clock.now())
            run.ended = self._thread.submit(self._opened, run, on_move)
            self.run = run
        run.ended.add_done_callback(lambda _ended: on_move())
        return run

    @contextmanager
    def looking(self, run_id: str) -> Iterator[Reconciliation]:
        """What came out of a run, for as long as the block lasts. Raises UsageFault reconciliation_gone."""
        with self._reading:
            run = self.run
            if run is None or run.run_id != run_id or run.is_under_way or run.fault is not None:
                raise UsageFault("reconciliation_gone")
            yield run.ended.result()

    def signed(self, done: Reconciliation) -> dict[str, Signed]:
        """What is signed of the scopes that were compared, by their names."""
        return self.signing.signed(done)

    def sign(self, run_id: str, by: str) -> None:
        """Sign what came out of a run, in the name of somebody who has proved himself.

        Raises UsageFault reconciliation_gone, day_not_signable, day_signed.
        """
        with self.looking(run_id) as done:
            self.signing.sign(done, by)

    def walk(self) -> Walked:
        """Walk the book from end to end; the witness file says what must be there. It takes its time."""
        seen = self._witness.read()
        found = self._ledger.audit([seen] if seen else [])
        self.walked = Walked(self._clock.now(), found)
        return self.walked

    def close(self) -> None:
        """Stop reading bills, and let go of what was reconciled."""
        self._closing.set()
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._let_go()

    def _opened(self, run: Run, on_move: OnMove) -> Reconciliation:
        def read(lines: int) -> None:
            if self._closing.is_set():
                raise UsageFault("reconciliation_gone")
            run.lines = lines
            on_move()

        with ExitStack() as stack:
            done = stack.enter_context(self.reconciler.reconcile(run.day, on_lines=read))
            run.opened = stack.pop_all()
        return done

    def _let_go(self) -> None:
        """Waits for whoever still reads."""
        with self._reading:
            if self.run is not None:
                self.run.opened.close()
            self.run = None
