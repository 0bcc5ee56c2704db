"""Looking back over one wallet: what bills sum up and phones list. Each query has its index in schema.py."""

from __future__ import annotations

import sqlite3

from scanrefund.sandbox.business import Order, Refund


class History:
    """Reads only, within one turn. Times are business time, seconds since 1970."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def orders_paid(self, wallet: str, start: float, end: float) -> list[Order]:
        """The orders of one wallet paid from `start` to before `end`, oldest first."""
        query = (
            "SELECT * FROM orders WHERE wallet = ? AND paid_at >= ? AND paid_at < ? ORDER BY paid_at, rowid"
        )
        return [Order(**row) for row in self._db.execute(query, (wallet, start, end))]

    def refunds_settled(self, wallet: str, start: float, end: float) -> list[tuple[Order, Refund]]:
        """The refunds of one wallet that moved money from `start` to before `end`, each with its order."""
        return self._refunds_when("settled_at", wallet, start, end)

    def refunds_started(self, wallet: str, start: float, end: float) -> list[tuple[Order, Refund]]:
        """The refunds of one wallet accepted from `start` to before `end`, each with its order."""
        return self._refunds_when("created_at", wallet, start, end)

    def _refunds_when(self, column: str, wallet: str, start: float, end: float) -> list[tuple[Order, Refund]]:
        query = (
            f"SELECT * FROM refunds WHERE wallet = ? AND {column} >= ? AND {column} < ?"  # noqa: S608  (names of our columns)
            f" ORDER BY {column}, rowid"
        )
        refunds = [Refund(**row) for row in self._db.execute(query, (wallet, start, end))]
        return [(self._order_of(refund), refund) for refund in refunds]

    def latest_orders(self, wallet: str, count: int) -> list[Order]:
        """The orders of one wallet paid last, newest first."""
        query = (
            "SELECT * FROM orders WHERE wallet = ? AND paid_at IS NOT NULL ORDER BY paid_at DESC, rowid DESC"
            " LIMIT ?"
        )
        return [Order(**row) for row in self._db.execute(query, (wallet, count))]

    def latest_refunds(self, wallet: str, count: int) -> list[Refund]:
        """The refunds of one wallet that moved money last, newest first."""
        query = (
            "SELECT * FROM refunds WHERE wallet = ? AND settled_at IS NOT NULL"
            " ORDER BY settled_at DESC, rowid DESC LIMIT ?"
        )
        return [Refund(**row) for row in self._db.execute(query, (wallet, count))]

    def balance_fen(self, wallet: str, before: float) -> int:
        """What a wallet's orders brought in less what its refunds took out, before a moment."""
        paid = "SELECT COALESCE(SUM(amount_fen), 0) FROM orders WHERE wallet = ? AND paid_at < ?"
        returned = "SELECT COALESCE(SUM(amount_fen), 0) FROM refunds WHERE wallet = ? AND settled_at < ?"
        income, spent = (
            self._db.execute(query, (wallet, before)).fetchone()[0] for query in (paid, returned)
        )
        return int(income) - int(spent)

    def _order_of(self, refund: Refund) -> Order:
        query = "SELECT * FROM orders WHERE wallet = ? AND order_id = ?"
        return Order(**self._db.execute(query, (refund.wallet, refund.order_id)).fetchone())
