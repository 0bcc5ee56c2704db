"""What happened, on disk before it is answered: orders, refunds, armed faults, business time.

One SQLite file, one connection, one turn at a time. A turn is a transaction in a write-ahead log: what a
wallet has answered survives `kill -9`. A machine that loses its power may lose the last moments, never the
file: this is a rehearsal, and waiting for the disk would be most of an answer's time. The file is locked for
as long as a sandbox serves from it.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, Final

from scanrefund.sandbox.business import PROCESSING, SUCCESS, Order, Refund
from scanrefund.sandbox.faults import PLAYED_ON, Fault
from scanrefund.sandbox.history import History
from scanrefund.sandbox.notice_box import SCHEMA as NOTICE_SCHEMA
from scanrefund.sandbox.notice_box import NoticeBox
from scanrefund.sandbox.schema import LATER_COLUMNS, SCHEMA

_REFUND_COLUMNS: Final = tuple(field.name for field in fields(Refund))
_ORDER_COLUMNS: Final = tuple(field.name for field in fields(Order))


class FolderInUse(Exception):
    """Another sandbox serves from this folder."""


class Store:
    """The file. `turn()` is the only way in."""

    def __init__(self, file: Path, seed: int, real_now: Callable[[], float] = time.time) -> None:
        self._real_now = real_now
        self._lock = threading.Lock()
        self._db = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=0.5)
        self._db.row_factory = sqlite3.Row
        # Set when something may have become due that nobody calls for: whoever posts notices waits for it.
        self.stirred = threading.Event()
        try:
            self._prepare(seed)
        except sqlite3.OperationalError as busy:
            self._db.close()
            if busy.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise FolderInUse(str(file.parent.parent)) from busy
        file.chmod(0o600)

    def _prepare(self, seed: int) -> None:
        # A second process finds the file locked; a killed one leaves no lock behind.
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.executescript(SCHEMA + NOTICE_SCHEMA)
        here = {row["name"] for row in self._db.execute("PRAGMA table_info(refunds)")}
        for name, kind in LATER_COLUMNS.items():
            if name not in here:
                self._db.execute(f"ALTER TABLE refunds ADD COLUMN {name} {kind}")
        for name, value in (("seed", seed), ("counter", 0), ("offset_s", 0.0)):
            self._db.execute("INSERT OR IGNORE INTO facts VALUES (?, ?)", (name, value))

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """One transaction, alone: committed when the block ends, undone when it raises."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            with self._db:
                turn = Turn(self._db, self._real_now())
                turn.settle_due()
                yield turn
            if turn.stirred:
                self.stirred.set()

    def close(self) -> None:
        with self._lock:
            self._db.close()


class Turn:
    """What may be read and written within one transaction. `now` is business time, seconds since 1970."""

    def __init__(self, db: sqlite3.Connection, real_now: float) -> None:
        self._db = db
        self.real_now = real_now
        self.stirred = False

    def _fact(self, name: str) -> Any:
        return self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()["value"]

    @property
    def now(self) -> float:
        return self.real_now + float(self._fact("offset_s"))

    @property
    def seed(self) -> int:
        return int(self._fact("seed"))

    @property
    def history(self) -> History:
        """What bills and phones look back on."""
        return History(self._db)

    @property
    def notices(self) -> NoticeBox:
        return NoticeBox(self._db, self.seed)

    def setting(self, name: str, otherwise: str) -> str:
        """What a control was last set to."""
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return str(row["value"]) if row else otherwise

    def set(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def next_number(self) -> int:
        """One more than the last: what every issued number is derived from."""
        self._db.execute("UPDATE facts SET value = value + 1 WHERE name = 'counter'")
        return int(self._fact("counter"))

    def advance(self, seconds: float) -> None:
        """Move business time on, and settle what has become due."""
        self._db.execute("UPDATE facts SET value = value + ? WHERE name = 'offset_s'", (seconds,))
        self.stirred = True
        self.settle_due()

    def add_order(self, order: Order) -> None:
        """Raises sqlite3.IntegrityError when the wallet has this order already."""
        names = ", ".join(f":{name}" for name in _ORDER_COLUMNS)
        self._db.execute(f"INSERT INTO orders ({', '.join(_ORDER_COLUMNS)}) VALUES ({names})", asdict(order))  # noqa: S608  (names of our columns)

    def orders(self) -> list[Order]:
        """All orders, oldest first."""
        return [Order(**row) for row in self._db.execute("SELECT * FROM orders ORDER BY rowid")]

    def order(
        self, wallet: str, *, order_id: str | None = None, wallet_order_id: str | None = None
    ) -> Order | None:
        """By either number; the wallet's own wins when both are given, as both wallets document."""
        query, number = "SELECT * FROM orders WHERE wallet = ? AND order_id = ?", order_id
        if wallet_order_id is not None:
            query, number = "SELECT * FROM orders WHERE wallet = ? AND wallet_order_id = ?", wallet_order_id
        row = self._db.execute(query, (wallet, number)).fetchone()
        return Order(**row) if row else None

    def close_order(self, order: Order) -> None:
        """An unpaid order becomes a closed one."""
        key = (order.wallet, order.order_id)
        self._db.execute("UPDATE orders SET state = 'closed' WHERE wallet = ? AND order_id = ?", key)

    def refunds(self) -> list[Refund]:
        """All refunds, oldest first."""
        return [Refund(**row) for row in self._db.execute("SELECT * FROM refunds ORDER BY rowid")]

    def refunds_of(self, order: Order) -> list[Refund]:
        """The refunds of one order, oldest first."""
        query = "SELECT * FROM refunds WHERE wallet = ? AND order_id = ? ORDER BY rowid"
        return [Refund(**row) for row in self._db.execute(query, (order.wallet, order.order_id))]

    def refund(self, wallet: str, refund_id: str) -> Refund | None:
        """The first refund of this number at the wallet, whatever its order."""
        query = "SELECT * FROM refunds WHERE wallet = ? AND refund_id = ? ORDER BY rowid LIMIT 1"
        row = self._db.execute(query, (wallet, refund_id)).fetchone()
        return Refund(**row) if row else None

    def save(self, refund: Refund) -> None:
        """Add a refund, or write its row anew, keeping its place."""
        names = ", ".join(f":{name}" for name in _REFUND_COLUMNS)
        anew = ", ".join(f"{name} = :{name}" for name in _REFUND_COLUMNS)
        self._db.execute(
            f"INSERT INTO refunds ({', '.join(_REFUND_COLUMNS)}) VALUES ({names})"  # noqa: S608  (names of our columns)
            f" ON CONFLICT (wallet, order_id, refund_id) DO UPDATE SET {anew}",
            asdict(refund),
        )
        self.stirred |= refund.notify_url is not None and refund.status == PROCESSING

    def announce(self, refund: Refund, at: float) -> None:
        """A refund has come to an end: its notice, where the shop wants one, is due from `at` on."""
        self.stirred |= self.notices.announce(refund, at)

    def settle_due(self) -> None:
        """Finish every refund whose time has come, at the moment it came."""
        # The status stands in the text, so that SQLite may use the index of those that wait.
        query = "SELECT * FROM refunds WHERE status = 'PROCESSING' AND settles_at <= ? ORDER BY rowid"
        for row in self._db.execute(query, (self.now,)).fetchall():
            self._settle(Refund(**row), row["settles_at"])

    def settle_all(self) -> int:
        """Finish everything that is processing. How many were."""
        waiting = self.refunds_processing()
        for refund in waiting:
            self._settle(refund, self.now)
        return len(waiting)

    def refunds_processing(self) -> list[Refund]:
        query = "SELECT * FROM refunds WHERE status = 'PROCESSING' ORDER BY rowid"
        return [Refund(**row) for row in self._db.execute(query)]

    def _settle(self, refund: Refund, at: float) -> None:
        settled_at = at if refund.ends_as == SUCCESS else None
        settled = replace(refund, status=refund.ends_as, settles_at=at, settled_at=settled_at)
        self.save(settled)
        self.announce(settled, at)

    def next_due(self) -> float | None:
        """The business time at which a notice is due, or a refund ends whose end is to be told."""
        query = (
            "SELECT MIN(settles_at) AS at FROM refunds WHERE status = 'PROCESSING' AND notify_url IS NOT NULL"
        )
        notice, settles_at = self.notices.next_due(), self._db.execute(query).fetchone()["at"]
        waiting = [at for at in (notice.due_at if notice else None, settles_at) if at is not None]
        return min(waiting, default=None)

    def arm(
        self, wallet: str, at: str, fault: str, times: int, order_id: str | None, delay_s: float | None
    ) -> None:
        """Let a fault wait for the calls it fits; `at` is a call or `any`."""
        row = (wallet, at, fault, times, order_id, delay_s)
        self._db.execute(
            "INSERT INTO faults (wallet, at, fault, times, order_id, delay_s) VALUES (?, ?, ?, ?, ?, ?)", row
        )

    def take_fault(self, wallet: str, call: str, order_id: str | None) -> Fault | None:
        """The oldest armed fault that fits this call, one of its times used up."""
        query = "SELECT * FROM faults WHERE wallet = ? AND at IN (?, 'any') ORDER BY number"
        for row in self._db.execute(query, (wallet, call.partition(".")[0])):
            if call in PLAYED_ON[row["fault"]] and row["order_id"] in (None, order_id):
                self._use_up(row["number"])
                return Fault(row["fault"], row["delay_s"])
        return None

    def _use_up(self, number: int) -> None:
        self._db.execute("UPDATE faults SET times = times - 1 WHERE number = ?", (number,))
        self._db.execute("DELETE FROM faults WHERE number = ? AND times <= 0", (number,))

    def disarm(self) -> int:
        """Forget every armed fault. How many there were."""
        return self._db.execute("DELETE FROM faults").rowcount
