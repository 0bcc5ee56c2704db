"""Ways to take 60 of an order's 100: ours, and the known-wrong ones."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar, Final, Protocol

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from scanrefund.errors import Bug
from scanrefund.ledger import orders
from scanrefund.ledger.engine import retried, writing
from scanrefund.ledger.trips import Lease
from scanrefund.model.money import Money
from scanrefund.model.refund import Command
from tests.unit.builders import NOW, an_order, keep, open_ledger_at, reserve

CAP: Final = Money(100)
WANTED: Final = Money(60)


class Way(Protocol):
    """One process's hold on the database. `take` says whether it believes it has the money."""

    def __init__(self, url: str) -> None: ...

    def prepare(self, order_ids: list[str]) -> None: ...

    def take(self, order_id: str, name: str) -> bool: ...

    def close(self) -> None: ...


class OurLedger:
    """The road every refund takes, without the ladder in front of it."""

    def __init__(self, url: str) -> None:
        self.ledger = open_ledger_at(url)

    def prepare(self, order_ids: list[str]) -> None:
        keep(self.ledger, *(an_order(order_id=order_id, amount=CAP) for order_id in order_ids))

    @retried
    def take(self, order_id: str, name: str) -> bool:
        try:
            reserve(self.ledger, order_id, WANTED.fen, request_id=f"{name} {order_id}")
        except Bug as bug:
            if bug.code != "reserve_over_cap":
                raise
            return False
        return True

    def close(self) -> None:
        self.ledger.close()


class GuardAlone(OurLedger):
    """The guarded UPDATE without the order's lock: the guard must hold by itself."""

    @retried
    def take(self, order_id: str, name: str) -> bool:
        with writing(self.ledger._engine) as connection:
            return orders.reserve(connection, order_id, WANTED)


class OneSends(OurLedger):
    """Many workers want to make the same trip."""

    def prepare(self, order_ids: list[str]) -> None:
        super().prepare(order_ids)
        for order_id in order_ids:
            reserve(self.ledger, order_id, WANTED.fen, request_id=f"trip {order_id}")

    def take(self, order_id: str, name: str) -> bool:
        refund = self.ledger.refunds(order_id=order_id)[0]
        return self.ledger.begin(refund, Command.SEND, Lease(name, 30), NOW) is not None


def compose_and_sign() -> None:
    """What a shop's program does between looking and writing: about a millisecond of work."""
    hashlib.pbkdf2_hmac("sha256", b"body", b"key", 2_000)


class ReadSumInsert:
    """How most shops do it: add up what was refunded, compare, insert."""

    isolation: ClassVar[dict[str, Any]] = {}
    look: ClassVar[str] = "SELECT 1"

    def __init__(self, url: str) -> None:
        self._engine: Engine = create_engine(url, **self.isolation)

    def prepare(self, order_ids: list[str]) -> None:
        with self._engine.begin() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS naive_refunds (order_id TEXT, fen INTEGER)"))
            connection.execute(text("CREATE TABLE IF NOT EXISTS naive_orders (order_id TEXT PRIMARY KEY)"))
            rows = [{"order_id": order_id} for order_id in order_ids]
            connection.execute(text("INSERT INTO naive_orders VALUES (:order_id)"), rows)

    def take(self, order_id: str, name: str) -> bool:
        of_order = {"order_id": order_id}
        total = text("SELECT COALESCE(SUM(fen), 0) FROM naive_refunds WHERE order_id = :order_id")
        row = text("INSERT INTO naive_refunds VALUES (:order_id, :fen)")
        try:
            with self._engine.begin() as connection:
                connection.execute(text(self.look), of_order)
                if connection.execute(total, of_order).scalar_one() + WANTED.fen > CAP.fen:
                    return False
                compose_and_sign()
                connection.execute(row, of_order | {"fen": WANTED.fen})
        except DBAPIError:
            return False
        return True

    def close(self) -> None:
        self._engine.dispose()


class ReadCommitted(ReadSumInsert):
    """PostgreSQL's default: nobody sees what the others are about to insert."""

    isolation: ClassVar[dict[str, Any]] = {"isolation_level": "READ COMMITTED"}


class RepeatableRead(ReadSumInsert):
    """A snapshot each: nobody sees the others at all."""

    isolation: ClassVar[dict[str, Any]] = {"isolation_level": "REPEATABLE READ"}


class RepeatableReadLocked(RepeatableRead):
    """The order's row is locked, but the snapshot is older than the lock."""

    look = "SELECT 1 FROM naive_orders WHERE order_id = :order_id FOR UPDATE"


RIGHT: Final[dict[str, type[Way]]] = {
    "our ledger": OurLedger,
    "guard alone": GuardAlone,
    "one sends": OneSends,
}
WRONG_ON_SQLITE: Final[dict[str, type[Way]]] = {"read-sum-insert, driver's own transactions": ReadSumInsert}
WRONG_ON_POSTGRES: Final[dict[str, type[Way]]] = {
    "read-sum-insert, READ COMMITTED": ReadCommitted,
    "read-sum-insert, REPEATABLE READ": RepeatableRead,
    "read-sum-insert, REPEATABLE READ and FOR UPDATE": RepeatableReadLocked,
}
ALL: Final[dict[str, type[Way]]] = RIGHT | WRONG_ON_SQLITE | WRONG_ON_POSTGRES
