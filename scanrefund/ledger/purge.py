"""What points to persons is taken out when its time has come; money, numbers and the book stay.

The book holds references only, so nothing here can break its chain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, func, or_, select, update

from scanrefund.ledger.book import Facts
from scanrefund.ledger.care_schema import complaints
from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.order_schema import evidence, holds
from scanrefund.ledger.schema import attempts, codes, orders, refunds, signatures
from scanrefund.ledger.schema_after import applicants, contacts
from scanrefund.model.refund import OPEN


@dataclass(frozen=True, slots=True)
class KeepFor:
    """For how many days after its end each kind of thing is kept; `docs/privacy.md` says why."""

    code_days: int
    payer_days: int
    account_days: int
    photo_days: int


@dataclass(frozen=True, slots=True)
class Stock:
    """One kind of thing that ages. `where` tells what is older than a moment and not needed any more.

    `values` is what takes its place; None: the whole row goes.
    """

    name: str
    days: Callable[[KeepFor], int]
    table: Table
    where: Callable[[datetime], ColumnElement[bool]]
    values: Mapping[str, Any] | None = None


_STATES_OPEN: Final = sorted(state.value for state in OPEN)
_ended_at: Final = func.coalesce(refunds.c.ended_at, refunds.c.created_at)
_paid_at: Final = func.coalesce(orders.c.paid_at, orders.c.kept_at)


def _ended(before: datetime) -> ColumnElement[bool]:
    return and_(refunds.c.state.not_in(_STATES_OPEN), _ended_at < before)


def _settled(before: datetime) -> ColumnElement[bool]:
    """Orders of that age of which no refund is open."""
    is_open = exists().where(refunds.c.order_id == orders.c.order_id, refunds.c.state.in_(_STATES_OPEN))
    return and_(_paid_at < before, ~is_open)


def _codes_of_ended(before: datetime) -> ColumnElement[bool]:
    return and_(refunds.c.code_fingerprint.is_not(None), _ended(before))


def _unbound_codes(before: datetime) -> ColumnElement[bool]:
    bound = exists().where(refunds.c.code_fingerprint == codes.c.fingerprint, ~_ended(before))
    return and_(codes.c.first_seen_at < before, ~bound)


def _payers(before: datetime) -> ColumnElement[bool]:
    return and_(or_(orders.c.payer_fingerprint != "", orders.c.extra != "{}"), _settled(before))


def _accounts(before: datetime) -> ColumnElement[bool]:
    return and_(refunds.c.received_account != "", _ended(before))


def _wallet_words(before: datetime) -> ColumnElement[bool]:
    ended = exists().where(refunds.c.refund_id == attempts.c.refund_id, _ended(before))
    return and_(attempts.c.message != "", ended)


def _contacts(before: datetime) -> ColumnElement[bool]:
    settled = exists().where(orders.c.order_id == contacts.c.order_id, _settled(before))
    return and_(contacts.c.kept_at < before, settled)


def _applicants(before: datetime) -> ColumnElement[bool]:
    settled = exists().where(orders.c.order_id == applicants.c.order_id, _settled(before))
    return and_(applicants.c.kept_at < before, settled)


def _signatures(before: datetime) -> ColumnElement[bool]:
    return exists().where(refunds.c.refund_id == signatures.c.refund_id, _ended(before))


def _hold_notes(before: datetime) -> ColumnElement[bool]:
    return and_(holds.c.note != "", holds.c.lifted_at < before)


def _complaints(before: datetime) -> ColumnElement[bool]:
    """What was said goes once it is answered or ended, and the refund with it."""
    ended = exists().where(refunds.c.refund_id == complaints.c.refund_id, _ended(before))
    over = func.coalesce(complaints.c.ended_at, complaints.c.answered_at)
    return and_(or_(complaints.c.words != "", complaints.c.answer != ""), over < before, ended)


def _photos(before: datetime) -> ColumnElement[bool]:
    ended = exists().where(refunds.c.refund_id == evidence.c.refund_id, _ended(before))
    return and_(or_(evidence.c.photo_sha256 != "", evidence.c.note != ""), ended)


def _values(**values: Any) -> Mapping[str, Any]:
    return MappingProxyType(values)


# In this order: a code that no refund is bound to any more goes with its sighting.
STOCKS: Final[tuple[Stock, ...]] = (
    Stock(
        "codes_of_refunds",
        lambda told: told.code_days,
        refunds,
        _codes_of_ended,
        _values(code_fingerprint=None),
    ),
    Stock("codes_seen", lambda told: told.code_days, codes, _unbound_codes),
    Stock("payers", lambda told: told.payer_days, orders, _payers, _values(payer_fingerprint="", extra="{}")),
    Stock("accounts", lambda told: told.account_days, refunds, _accounts, _values(received_account="")),
    Stock("wallet_words", lambda told: told.account_days, attempts, _wallet_words, _values(message="")),
    Stock("contacts", lambda told: told.account_days, contacts, _contacts),
    Stock("applicants", lambda told: told.account_days, applicants, _applicants),
    Stock("hold_notes", lambda told: told.account_days, holds, _hold_notes, _values(note="")),
    Stock(
        "complaints", lambda told: told.account_days, complaints, _complaints, _values(words="", answer="")
    ),
    Stock("signatures", lambda told: told.account_days, signatures, _signatures),
    # The name goes here; the file of it when this is committed, by `EvidenceDesk.sweep`.
    Stock("photos", lambda told: told.photo_days, evidence, _photos, _values(photo_sha256="", note="")),
)


class Purge:
    """Takes out what is older than the shop keeps it."""

    def __init__(self, ledger: Ledger, told: KeepFor) -> None:
        self._ledger, self._told = ledger, told

    def count(self, now: datetime) -> dict[str, int]:
        """How many of each stock would go."""
        with self._ledger.reading() as connection:
            return {stock.name: _counted(connection, stock, self._before(stock, now)) for stock in STOCKS}

    @retried
    def run(self, now: datetime) -> dict[str, int]:
        """Take them out, all or none, and write into the book how many of each."""
        with self._ledger.writing() as connection:
            if connection.dialect.name == "sqlite":
                # SQLite would only mark the place as free, with everything still in it.
                connection.exec_driver_sql("PRAGMA secure_delete=ON")
            gone = {stock.name: _taken_out(connection, stock, self._before(stock, now)) for stock in STOCKS}
            if any(gone.values()):
                facts: Facts = {name: count for name, count in gone.items() if count}
                self._ledger.enter(connection, now, "purged", "", facts)
        return gone

    def _before(self, stock: Stock, now: datetime) -> datetime:
        return now - timedelta(days=stock.days(self._told))


def _counted(connection: Connection, stock: Stock, before: datetime) -> int:
    query = select(func.count()).select_from(stock.table).where(stock.where(before))
    return int(connection.execute(query).scalar_one())


def _taken_out(connection: Connection, stock: Stock, before: datetime) -> int:
    where = stock.where(before)
    if stock.values is None:
        return connection.execute(delete(stock.table).where(where)).rowcount
    return connection.execute(update(stock.table).where(where).values(dict(stock.values))).rowcount
