"""Refunds that the wallet has and these books had not, and orders whose numbers were asked one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, update

from scanrefund.errors import Bug, UsageFault
from scanrefund.ledger import behind, orders, refunds, trips
from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.numbers import SEQUENCE_MAX, refund_number
from scanrefund.ledger.refunds import Ended
from scanrefund.ledger.schema import refunds as table
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.refund import OPEN, Command, Refund, RefundState
from scanrefund.model.wallet import safe_number

# As what a found refund may be written: paid by the wallet, still on its way or stuck there, paid to the
# merchant, closed.
_FOUND_AS: Final = frozenset(
    {
        RefundState.EXTERNAL,
        RefundState.PROCESSING,
        RefundState.ABNORMAL,
        RefundState.RETURNED_TO_MERCHANT,
        RefundState.CLOSED,
    }
)


class Found:
    """What was found at the wallet, written down."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @retried
    def record_external(
        self,
        order_id: str,
        number: str,
        amount: Money,
        now: datetime,
        state: RefundState = RefundState.EXTERNAL,
        account: str = "",
    ) -> Refund:
        """Write down a refund the wallet holds under `number`. One that is known already stays as it is.

        It counts against both caps. Where they cannot hold it, it stands all the same, the caps are full, and
        the order is frozen: facts beat beliefs. One that has not ended is asked about under `account`, the
        merchant's at that wallet, until it has. Raises UsageFault for an order our books do not hold.
        """
        if state not in _FOUND_AS or (state in OPEN and not account):
            raise Bug("illegal_move", refund_id=number, old="", new=state.value)
        with self._ledger.writing() as connection:
            order = orders.load(connection, order_id, lock=True)
            if order is None:
                raise UsageFault("order_unknown", order_id=safe_number(order_id))
            known = refunds.load(connection, number)
            if known is not None:
                return known
            sequence = self._sequence(order_id, number) or refunds.next_foreign_sequence(connection, order_id)
            made = refunds.make_ended(connection, order, Ended(number, sequence, amount, state), now)
            _keep_asking(connection, made, account, now)
            trips.count(connection, replace(made, state=RefundState.CANCELLED), state)
            facts: dict[str, str | int | None] = {"order": order_id, "amount_fen": amount.fen}
            self._ledger.enter(connection, now, "refund_found", number, facts | {"state": state.value})
            self._ledger.enter(connection, now, "alarm", number, {"alarm": "external"})
            return refunds.required(connection, number)

    @retried
    def looked_up(self, order_id: str, found: int, now: datetime) -> None:
        """The wallet was asked for every number the order can have, and what it has is written down."""
        with self._ledger.writing() as connection:
            behind.looked_up(connection, order_id, now)
            self._ledger.enter(connection, now, "order_looked_up", order_id, {"found": found})

    def to_look_up(self, paid_after: datetime, after_id: str, limit: int) -> list[Order]:
        """The next orders that must be looked up because the books are behind."""
        with self._ledger.reading() as connection:
            return behind.to_look_up(connection, paid_after, after_id, limit)

    @retried
    def caught_up(self, paid_after: datetime, now: datetime) -> bool:
        """The books are no longer behind; False, and nothing changed, while an order is not looked up."""
        with self._ledger.writing() as connection:
            if behind.to_look_up(connection, paid_after, "", 1):
                return False
            if behind.since(connection) is not None:
                behind.forget(connection)
                self._ledger.enter(connection, now, "books_caught_up", "", {})
            return True

    def _sequence(self, order_id: str, number: str) -> int | None:
        """The place of a number of ours among its order's; None for any other number."""
        shop = self._ledger.shop
        ours = range(1, SEQUENCE_MAX + 1)
        return next(
            (n for n in ours if refund_number(shop.shop_id, order_id, n, rehearsal=shop.rehearsal) == number),
            None,
        )


def _keep_asking(connection: Connection, found: Refund, account: str, now: datetime) -> None:
    """Let the account that answered be asked again, and from now on where the refund has not ended."""
    plan: dict[str, object] = {"account": account}
    if found.is_open:
        plan |= {"ended_at": None, "next_command": Command.ASK.value, "next_try_at": now}
    connection.execute(update(table).where(table.c.refund_id == found.refund_id).values(**plan))
