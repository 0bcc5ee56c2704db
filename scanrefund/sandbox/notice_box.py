"""Notices on disk: what a wallet has to tell a shop of a refund's end, until the shop has heard it."""

from __future__ import annotations

import hashlib
import sqlite3
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from scanrefund.sandbox.business import ABNORMAL, CLOSED, SUCCESS, Refund

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS notices (
  number INTEGER PRIMARY KEY, notice_id TEXT, wallet TEXT, order_id TEXT, refund_id TEXT, url TEXT,
  status TEXT, happened_at REAL, manner TEXT, again INTEGER, tries INTEGER, due_at REAL, answer INTEGER);
CREATE INDEX IF NOT EXISTS notices_due ON notices (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS notices_of_refund ON notices (wallet, order_id, refund_id);
"""
# Which ends each wallet tells of. Alipay is silent about a refund that came to nothing.
_TOLD: Final = {"wechat": frozenset({SUCCESS, ABNORMAL, CLOSED}), "alipay": frozenset({SUCCESS, ABNORMAL})}


class Manner(StrEnum):
    """How a notice is written."""

    GENUINE = "genuine"
    STALE = "stale"  # signed right, an hour ago
    FORGED = "forged"  # signed by somebody else
    PROBE = "probe"  # signed wrong by the wallet itself, to see whether the shop checks
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice. Times are business time; `due_at` None: there is no further try.

    `status` is what is told of the refund, `happened_at` when it came so; `again` whether the wallet's
    schedule of retries applies; `answer` the last HTTP status heard, 0 for none, None before the first try.
    """

    number: int
    notice_id: str
    wallet: str
    order_id: str
    refund_id: str
    url: str
    status: str
    happened_at: float
    manner: Manner
    again: bool
    tries: int
    due_at: float | None
    answer: int | None


def _read(row: sqlite3.Row) -> Notice:
    return Notice(**{**row, "manner": Manner(row["manner"]), "again": bool(row["again"])})


class NoticeBox:
    """The notices within one turn."""

    def __init__(self, db: sqlite3.Connection, seed: int) -> None:
        self._db = db
        self._seed = seed

    def announce(self, refund: Refund, at: float) -> bool:
        """A refund has come to an end the wallet tells of, and the shop said where. Whether it is told."""
        if refund.notify_url is None or refund.status not in _TOLD[refund.wallet]:
            return False
        self.add(refund, refund.notify_url, refund.status, at)
        return True

    def add(
        self,
        refund: Refund,
        url: str,
        status: str,
        at: float,
        *,
        manner: Manner = Manner.GENUINE,
        same_as: Notice | None = None,
    ) -> str:
        """A notice due at `at`; its id. Only a genuine one that repeats no other has further tries."""
        notice_id = same_as.notice_id if same_as else self._new_id(refund)
        again = same_as is None and manner is Manner.GENUINE
        happened_at = same_as.happened_at if same_as else at
        key = (notice_id, refund.wallet, refund.order_id, refund.refund_id)
        self._db.execute(
            "INSERT INTO notices (notice_id, wallet, order_id, refund_id, url, status, happened_at, manner,"
            " again, tries, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)",
            (*key, url, status, happened_at, manner, again, at),
        )
        return notice_id

    def _new_id(self, refund: Refund) -> str:
        # Not from the common counter: when a refund settles must not change the next order's number.
        key = (
            f"{self._seed}:notice:{refund.wallet}:{refund.order_id}:{refund.refund_id}:{len(self.of(refund))}"
        )
        return str(uuid.UUID(bytes=hashlib.sha256(key.encode()).digest()[:16], version=4))

    def all(self) -> list[Notice]:
        """Oldest first."""
        return [_read(row) for row in self._db.execute("SELECT * FROM notices ORDER BY number")]

    def of(self, refund: Refund) -> list[Notice]:
        """The notices of one refund, oldest first."""
        query = "SELECT * FROM notices WHERE wallet = ? AND order_id = ? AND refund_id = ? ORDER BY number"
        key = (refund.wallet, refund.order_id, refund.refund_id)
        return [_read(row) for row in self._db.execute(query, key)]

    def next_due(self) -> Notice | None:
        """The notice that is due first, now or later."""
        query = "SELECT * FROM notices WHERE due_at IS NOT NULL ORDER BY due_at, number LIMIT 1"
        row = self._db.execute(query).fetchone()
        return _read(row) if row else None

    def begin(self, notice: Notice, pauses_s: Sequence[float]) -> None:
        """One try more, and when the next one is due should this one fail: kept before a byte leaves."""
        left = pauses_s[notice.tries : notice.tries + 1] if notice.again else ()
        due_at = notice.due_at + left[0] if left and notice.due_at is not None else None
        self._db.execute(
            "UPDATE notices SET tries = tries + 1, answer = 0, due_at = ? WHERE number = ?",
            (due_at, notice.number),
        )

    def heard(self, notice: Notice, answer: int, *, accepted: bool) -> None:
        """What the shop answered; an accepted notice is never tried again."""
        self._db.execute(
            "UPDATE notices SET answer = ?, due_at = CASE WHEN ? THEN NULL ELSE due_at END WHERE number = ?",
            (answer, accepted, notice.number),
        )

    def put_off(self, notice: Notice, due_at: float) -> None:
        self._db.execute("UPDATE notices SET due_at = ? WHERE number = ?", (due_at, notice.number))
