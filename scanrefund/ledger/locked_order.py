"""One order inside one open transaction: check it, then reserve or record, then leave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from scanrefund.errors import Bug
from scanrefund.ledger import approvals, behind, clerk_uses, codes, orders, refunds
from scanrefund.ledger.approvals import Bound
from scanrefund.ledger.book import Facts
from scanrefund.ledger.numbers import SEQUENCE_MAX, refund_number
from scanrefund.ledger.refunds import Draft, DraftPeople
from scanrefund.ledger.wish_people import Asked, Known, look
from scanrefund.model.order import IN_VAIN_MAX, Order
from scanrefund.model.refund import Refund
from scanrefund.model.refusal import Refusal
from scanrefund.model.shown import Sighting
from scanrefund.model.staff import Used
from scanrefund.model.wallet import safe_number

if TYPE_CHECKING:
    from scanrefund.ledger.ledger import Ledger

Compose = Callable[[Order, str], bytes]

# What a refusal tells a clerk and the book must not keep: a shown text, names of people.
_NOT_FOR_THE_BOOK = ("text", "names")


class LockedOrder:
    """One order, locked against every other writer until the transaction ends."""

    def __init__(self, ledger: Ledger, connection: Connection, order_id: str) -> None:
        self._ledger = ledger
        self._connection = connection
        self._order_id = order_id
        self.order = orders.load(connection, order_id, lock=True)

    def of_request(self, request_id: str) -> Refund | None:
        """The refund this request already led to."""
        return refunds.of_request(self._connection, request_id)

    def sighting(self, fingerprint: str | None) -> Sighting | None:
        """What is known of the shown code, read under the same lock."""
        return codes.sighting(self._connection, fingerprint) if fingerprint else None

    def is_behind(self, order: Order) -> bool:
        """Whether the wallet may hold refunds of this order that the books do not."""
        return behind.is_behind(self._connection, order)

    def people_of(self, asked: Asked) -> Known | None:
        """The people of this wish, their rows locked: what they have used cannot change before the end.

        None in a ledger without staff.
        """
        return look(self._connection, asked, lock=True)

    @property
    def name(self) -> str:
        """The order's number as it may be written down; an unknown one may be a payment code."""
        return self._order_id if self.order else safe_number(self._order_id)

    def record(self, refusal: Refusal, now: datetime, who: Facts | None = None) -> None:
        """A refused refund is a fact too. What was shown instead of a code stays out of the book."""
        facts: Facts = {"reason": refusal.reason.value, **refusal.detail, **(who or {})}
        for name in _NOT_FOR_THE_BOOK:
            facts.pop(name, None)
        self._ledger.enter(self._connection, now, "refund_refused", self.name, facts)

    def reserve(self, draft: Draft, compose: Compose, now: datetime) -> Refund:
        """Take the amount from the caps and write number, amount, code and body.

        Raises Bug when the amount does not fit, a look-up of old books could not see the new number, the
        clerk's allowance does not hold it or the approval is not for it: the ladder looked at the same rows.
        """
        order = self.order
        if order is None or order.last_sequence >= SEQUENCE_MAX:
            raise Bug("reserve_without_order", order_id=self._order_id)
        if order.in_vain >= IN_VAIN_MAX:
            raise Bug("reserve_out_of_sight", order_id=order.order_id, in_vain=order.in_vain)
        if not orders.reserve(self._connection, order.order_id, draft.amount):
            raise Bug("reserve_over_cap", order_id=order.order_id, amount_fen=draft.amount.fen)
        shop = self._ledger.shop
        sequence = order.last_sequence + 1
        number = refund_number(shop.shop_id, order.order_id, sequence, rehearsal=shop.rehearsal)
        if draft.people is not None:
            self._take_from_people(order, draft, draft.people, number, now)
        if draft.contact is not None:
            self._ledger.keep_contact(self._connection, order.order_id, draft.contact, now)
        if draft.applicant is not None:
            self._ledger.keep_applicant(self._connection, order.order_id, draft.applicant, now)
        body = compose(order, number)
        refund = refunds.make(self._connection, order, draft, (number, sequence), body, now)
        facts: Facts = {"order": order.order_id, "amount_fen": draft.amount.fen}
        facts |= {"customer_agreed": 1} if draft.customer_agreed else {}
        self._ledger.enter(self._connection, now, "refund_reserved", number, facts | _who(draft))
        return self._with_version(refund) if draft.waits else refund

    def _take_from_people(
        self, order: Order, draft: Draft, people: DraftPeople, refund_id: str, now: datetime
    ) -> None:
        more = Used(draft.amount, 1, int(people.no_code))
        for allowance in people.allowances:
            if not clerk_uses.take(self._connection, people.clerk.staff_id, allowance, more):
                raise Bug("reserve_over_limit", order_id=order.order_id, amount_fen=draft.amount.fen)
        if people.approval_id is None:
            return
        bound = Bound(draft.request_id, order.order_id, draft.amount, order.version, people.clerk.staff_id)
        if not approvals.use(self._connection, people.approval_id, bound, refund_id, now):
            raise Bug("reserve_without_approval", order_id=order.order_id)

    def _with_version(self, refund: Refund) -> Refund:
        """The order as the approver will find it: with this refund in it."""
        order = orders.load(self._connection, refund.order_id)
        if order is None:  # pragma: no cover - a foreign key keeps every refund's order
            raise Bug("reserve_without_order", order_id=refund.order_id)
        return refunds.note_version(self._connection, refund.refund_id, order.version)


def _who(draft: Draft) -> Facts:
    """The people of a refund for the book; nothing in a ledger without staff."""
    people = draft.people
    if people is None:
        return {}
    facts: Facts = {"clerk": people.clerk.staff_id, "role": people.clerk.role.value, "counter": draft.counter}
    if people.approval_for:
        facts |= {"approval_for": people.approval_for}
    if people.approver is not None:
        facts |= {"approver": people.approver.staff_id, "approver_role": people.approver.role.value}
    return facts
