"""Any number in, the order and the refund it belongs to out, with the wallet's own word beside our books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from scanrefund.check.case import Case
from scanrefund.check.limits import Limits
from scanrefund.check.order_rules import differences
from scanrefund.check.rules import LADDER
from scanrefund.dispatch.clock import Clock
from scanrefund.ledger import orders, refunds
from scanrefund.ledger.attempts import Trip, trips_of
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.resembling import resembling
from scanrefund.ledger.search import find
from scanrefund.ledger.story import Happened, LastTrip, last_trips, story
from scanrefund.model.order import Order
from scanrefund.model.outcome import OrderAnswer
from scanrefund.model.refund import Refund
from scanrefund.model.refusal import Refusal
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.gateway import RefundGateway

# The wallets let an order be refunded fifty times; beside those stand the ones paid another way.
REFUNDS_OF_ORDER_MAX: Final = 120


@dataclass(frozen=True, slots=True)
class Found:
    """What a number led to: orders, and the refund whose number it is."""

    orders: tuple[Order, ...] = ()
    refund: Refund | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the wallet tells an order otherwise than our books: `field` is the catalogue's word."""

    field: str
    ours: str
    theirs: str


class SearchDesk:
    """Looks up and changes nothing. Build with `assemble.open_house`."""

    def __init__(
        self, ledger: Ledger, gateways: Mapping[Wallet, RefundGateway], limits: Limits, clock: Clock
    ) -> None:
        self._ledger = ledger
        self._gateways = gateways
        self._limits = limits
        self._clock = clock

    def find(self, number: str) -> Found:
        """The orders and the refund with exactly this number, ours or the wallet's."""
        with self._ledger.reading() as connection:
            matches = find(connection, number)
            found = orders.load_all(connection, matches.order_ids, lock=False) if matches.order_ids else {}
            refund = refunds.load(connection, matches.refund_id) if matches.refund_id else None
        return Found(tuple(found[order_id] for order_id in matches.order_ids), refund)

    def resembling(self, text: str) -> list[Order]:
        """The orders paid last whose number ends so, ours or the wallet's, or that came to this amount."""
        with self._ledger.reading() as connection:
            order_ids = resembling(connection, text)
            found = orders.load_all(connection, order_ids, lock=False) if order_ids else {}
        return [found[order_id] for order_id in order_ids]

    def ask(self, order: Order) -> OrderAnswer | None:
        """The wallet's own word on an order; None where that wallet is not set up here. Network here."""
        gateway = self._gateways.get(order.wallet)
        return gateway.order(order) if gateway else None

    def differences(self, order: Order, wallet_says: OrderAnswer | None) -> list[Difference]:
        """Everything the wallet tells otherwise; empty where it was not asked."""
        if wallet_says is None or wallet_says.order is None:
            return []
        return [Difference(*fact) for fact in differences(order, wallet_says.order)]

    def refusal(self, order: Order, wallet_says: OrderAnswer | None) -> Refusal | None:
        """What speaks against any refund of this order, whoever asks and whatever is shown; None: nothing."""
        case = Case(
            now=self._clock.now(),
            limits=self._limits,
            order_id=order.order_id,
            order=order,
            asked_amount=None,
            reason="",
            reading=None,
            sighting=None,
            wallet_says=wallet_says,
            is_behind=self._ledger.is_behind(order),
        )
        of_order = (rule for rule in LADDER if rule.of_order and not rule.of_reading)
        return next((refusal for rule in of_order if (refusal := rule.test(case))), None)

    def refunds_of(self, order_id: str) -> list[Refund]:
        """The refunds of an order, the newest first."""
        return self._ledger.refunds(order_id=order_id, limit=REFUNDS_OF_ORDER_MAX)

    def story(self, refund_id: str) -> list[Happened]:
        """Everything that happened to a refund, oldest first."""
        with self._ledger.reading() as connection:
            return story(connection, refund_id)

    def trips(self, refund_id: str) -> list[Trip]:
        """The trips of a refund, oldest first, with what the wallet said."""
        with self._ledger.reading() as connection:
            return trips_of(connection, refund_id)

    def last_trips(self) -> list[LastTrip]:
        """How the newest trip to each wallet ended."""
        with self._ledger.reading() as connection:
            return last_trips(connection)
