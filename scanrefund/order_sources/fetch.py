"""One order as its wallet tells it: for a sale the till has not told, or told as unpaid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from scanrefund.dispatch.clock import Clock
from scanrefund.errors import UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger.engine import retried
from scanrefund.ledger.keeping import Kept
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.money import Money
from scanrefund.model.order import Order, OrderState, WalletOrder, WalletOrderState
from scanrefund.model.outcome import OrderAnswer, OrderLook
from scanrefund.model.wallet import Wallet, safe_number
from scanrefund.order_sources.file import is_order_id

_TOLD: Final = {
    WalletOrderState.PAID: OrderState.PAID,
    WalletOrderState.FINISHED: OrderState.PAID,
    WalletOrderState.UNPAID: OrderState.UNPAID,
}


class AskedGateway(Protocol):
    """What fetching needs of a wallet."""

    def order(self, order: Order) -> OrderAnswer:
        """The wallet's own word on the order."""
        ...


class OrderFetch:
    """Build with `assemble.open_house`."""

    def __init__(
        self, ledger: Ledger, gateways: Mapping[Wallet, AskedGateway], keys: Keys, clock: Clock
    ) -> None:
        self._ledger = ledger
        self._gateways = gateways
        self._keys = keys
        self._clock = clock

    def fetch(self, order_id: str, wallet: Wallet | None = None) -> Order:
        """Ask the wallets for an order by our number and keep what they tell; the order as it now is.

        Without a wallet the books' own is asked, else each that is set up. Money facts that are kept never
        change. Raises UsageFault: no wallet knows it, one could not be asked, it is closed, it contradicts
        the books.
        """
        if not is_order_id(order_id):
            raise UsageFault("order_unknown", order_id=safe_number(order_id))
        known = self._ledger.order(order_id)
        wallets = [known.wallet] if known else [wallet] if wallet else [*self._gateways]
        found = self._found(order_id, wallets)
        if found is None:
            raise UsageFault("fetch_not_found", order_id=order_id)
        self._keep(self._order(*found))
        kept = self._ledger.order(order_id)
        if kept is None:
            raise UsageFault("order_unknown", order_id=order_id)
        return kept

    def _found(self, order_id: str, wallets: list[Wallet]) -> tuple[Wallet, WalletOrder] | None:
        """The one wallet that knows the order. Two that do would be two sales under one number."""
        found: list[tuple[Wallet, WalletOrder]] = []
        for wallet in wallets:
            gateway = self._gateways.get(wallet)
            if gateway is None:
                raise UsageFault("wallet_not_set_up", wallet=wallet.value)
            # Only its number is told: by the wallet's own number the books might name another sale.
            asked = Order(order_id, wallet, "", Money(1), None, OrderState.UNPAID)
            says = gateway.order(asked)
            if says.look is OrderLook.NOT_ASKED:
                raise UsageFault("fetch_not_asked", wallet=wallet.value, said=says.code or "—")
            if says.order is not None:
                found.append((wallet, says.order))
        if len(found) > 1:
            raise UsageFault("fetch_two", order_id=order_id)
        return found[0] if found else None

    def _order(self, wallet: Wallet, theirs: WalletOrder) -> Order:
        state = _TOLD.get(theirs.state)
        if state is None or theirs.amount <= Money(0):
            # Alipay closes what went back whole as it closes what nobody paid.
            raise UsageFault("fetch_closed", order_id=theirs.order_id, wallet=wallet.value)
        return Order(
            order_id=theirs.order_id,
            wallet=wallet,
            wallet_order_id=theirs.wallet_order_id,
            amount=theirs.amount,
            paid_at=theirs.paid_at,
            state=state,
            payer_fingerprint=self._keys.payer(theirs.payer_id),
        )

    @retried
    def _keep(self, order: Order) -> None:
        with self._ledger.keeping_orders(self._clock.now()) as keep:
            (done,) = keep([order])
        if done.kept is Kept.CONFLICT:
            raise UsageFault("row_conflict")
        if done.kept is Kept.NUMBER_TAKEN:
            raise UsageFault("row_wallet_order_id_taken", text=order.wallet_order_id, holder=done.holder)
