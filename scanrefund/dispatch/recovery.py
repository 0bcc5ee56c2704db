"""Ask the wallet for every refund an order can have: our numbers are derived, so a lost ledger can name them.

WeChat Pay lists no refunds of an order (APIv3), and Alipay asks by number too: there is no shorter way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from scanrefund.dispatch.clock import Clock
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.errors import UsageFault
from scanrefund.ledger.found import Found
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.numbers import SEQUENCE_MAX, refund_number
from scanrefund.model.money import ZERO
from scanrefund.model.order import IN_VAIN_MAX, Order
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, Refund, RefundState
from scanrefund.model.wallet import FACTS, Wallet, safe_number
from scanrefund.wallets.gateway import RefundGateway

# Both wallets: asks that find nothing count as errors, and more than 6 errors a second stop a merchant.
ASK_PAUSE_S: Final = 0.2
ORDERS_AT_ONCE: Final = 100

_FOUND_AS: Final = {
    Outcome.SUCCEEDED: RefundState.EXTERNAL,
    Outcome.PROCESSING: RefundState.PROCESSING,
    Outcome.ABNORMAL: RefundState.ABNORMAL,
    Outcome.RETURNED_TO_MERCHANT: RefundState.RETURNED_TO_MERCHANT,
    Outcome.CLOSED: RefundState.CLOSED,
}
# What the wallet may know better than an old copy of the books; the others count as paid in any case.
_MAY_BE_WRONG: Final = frozenset(
    {RefundState.CLOSED, RefundState.CANCELLED, RefundState.UNKNOWN, RefundState.HELD}
)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """One order after its look-up: what was found; `complete` is False where the wallet gave no proof."""

    order_id: str
    found: tuple[Refund, ...]
    complete: bool


class Recovery:
    """Brings old books up to what the wallets know."""

    def __init__(
        self, ledger: Ledger, gateways: Mapping[Wallet, RefundGateway], dispatcher: Dispatcher, clock: Clock
    ) -> None:
        self._ledger = ledger
        self._found = Found(ledger)
        self._gateways = gateways
        self._dispatcher = dispatcher
        self._clock = clock

    def one(self, order_id: str) -> LookedUp:
        """Look one order up. Raises UsageFault for one our books do not hold."""
        order = self._ledger.order(order_id)
        if order is None:
            raise UsageFault("order_unknown", order_id=safe_number(order_id))
        return self._look_up(order)

    def all(self) -> Iterator[LookedUp]:
        """Look up every order that old books make uncertain and the wallets still refund, one after another.

        When all of them are complete, the books count as caught up.
        """
        paid_after = self._clock.now() - timedelta(days=max(f.refund_window_days for f in FACTS.values()))
        after_id = ""
        while orders := self._found.to_look_up(paid_after, after_id, ORDERS_AT_ONCE):
            for order in orders:
                yield self._look_up(order)
            after_id = orders[-1].order_id
        self._found.caught_up(paid_after, self._clock.now())

    def _look_up(self, order: Order) -> LookedUp:
        """Number by number, until no further one can have gone out: `IN_VAIN_MAX` in a row are unknown."""
        found: list[Refund] = []
        absent = 0
        for sequence in range(1, SEQUENCE_MAX + 1):
            known = self._known(order, sequence)
            if known is not None:
                if _still_to_ask(known):
                    return LookedUp(order.order_id, tuple(found), complete=False)
                absent = 0
                continue
            answer = self._ask(order, sequence)
            refund = self._recorded(order, sequence, answer)
            if refund is None and answer.outcome is not Outcome.ABSENT:
                return LookedUp(order.order_id, tuple(found), complete=False)
            found += [refund] if refund else []
            absent = 0 if refund else absent + 1
            if absent >= IN_VAIN_MAX:
                break
        self._found.looked_up(order.order_id, len(found), self._clock.now())
        return LookedUp(order.order_id, tuple(found), complete=True)

    def _known(self, order: Order, sequence: int) -> Refund | None:
        """What our books hold under a number; an end that may be older than the truth is looked at again."""
        refund = self._ledger.refund(self._number(order, sequence))
        if refund is not None and refund.state in _MAY_BE_WRONG:
            return self._dispatcher.ask(refund)
        return refund

    def _ask(self, order: Order, sequence: int) -> Answer:
        gateway = self._gateways.get(order.wallet)
        if gateway is None:
            return Answer(Outcome.NOT_SENT)
        self._clock.sleep(ASK_PAUSE_S)
        return gateway.ask(self._any_refund(order, self._number(order, sequence), gateway.account))

    def _recorded(self, order: Order, sequence: int, answer: Answer) -> Refund | None:
        """What the wallet holds, written down; None where it holds nothing or told no amount."""
        state = _FOUND_AS.get(answer.outcome)
        if state is None or answer.amount is None or answer.amount <= ZERO:
            return None
        number, now = self._number(order, sequence), self._clock.now()
        account = self._gateways[order.wallet].account
        return self._found.record_external(order.order_id, number, answer.amount, now, state, account)

    def _number(self, order: Order, sequence: int) -> str:
        shop = self._ledger.shop
        return refund_number(shop.shop_id, order.order_id, sequence, rehearsal=shop.rehearsal)

    def _any_refund(self, order: Order, number: str, account: str) -> Refund:
        return Refund(
            refund_id=number,
            order_id=order.order_id,
            request_id="",
            wallet=order.wallet,
            wallet_order_id=order.wallet_order_id,
            order_amount=order.amount,
            amount=ZERO,
            reason="",
            body=b"",
            state=RefundState.UNKNOWN,
            created_at=self._clock.now(),
            account=account,
        )


def _still_to_ask(refund: Refund) -> bool:
    """Whether an end, whose amount counts no more, was asked about in vain; a paid one counts in any case."""
    return refund.state in _MAY_BE_WRONG and not refund.is_open and refund.next_command is Command.ASK
