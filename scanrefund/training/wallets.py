"""The practice counter's hands in its sandbox: sales, faults. It talks to the rehearsal controls only."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, Final

from scanrefund.errors import Bug
from scanrefund.http import Http
from scanrefund.model.money import Money
from scanrefund.model.order import Order, OrderState
from scanrefund.model.wallet import Wallet

# The customer was here a while ago: a sale of this moment would look like a test to every clerk.
BOUGHT_BEFORE: Final = timedelta(minutes=40)
# Longer than the exercise takes, and not for ever: the worker asks until it has ended.
SETTLES_AFTER_S: Final = 100


class PracticeWallets:
    """Both wallets of the training folder's sandbox. Raises NetworkFault where it does not answer."""

    def __init__(self, base_url: str, http: Http) -> None:
        self._base_url = base_url
        self._http = http

    def sell(self, wallet: Wallet, amount_fen: int, now: datetime) -> Order:
        """A payment that has happened, and the order as a till would tell it."""
        number = len(self._control("GET", "/sandbox/orders")) + 1
        paid_at = now - BOUGHT_BEFORE
        body = {"wallet": wallet.value, "order_id": f"TR{number:03d}", "amount_fen": amount_fen}
        told = self._control("POST", "/sandbox/orders", {**body, "paid_at": paid_at.isoformat()})
        amount = Money(amount_fen)
        return Order(told["order_id"], wallet, told["wallet_order_id"], amount, paid_at, OrderState.PAID)

    def arm(self, order: Order, fault: str) -> None:
        """Let the wallet misbehave once, at the refund of this order."""
        body = {"wallet": order.wallet.value, "on": "refund", "fault": fault, "order_id": order.order_id}
        more = {"delay_s": SETTLES_AFTER_S} if fault == "processing" else {}
        self._control("POST", "/sandbox/faults", {**body, **more})

    def _control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        sent = b"" if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        reply = self._http.exchange(method, self._base_url + path, headers=headers, body=sent)
        if reply.status >= 400:
            raise Bug("sandbox_refused_practice", path=path, status=reply.status)
        return json.loads(reply.body)
