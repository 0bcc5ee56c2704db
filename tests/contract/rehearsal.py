"""The whole desk against the sandbox: real wire on loopback, the desk's own clock moved by hand."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn

from scanrefund import config
from scanrefund.aftercare.receipt import Receipt
from scanrefund.assemble import open_house
from scanrefund.config import Settings
from scanrefund.house import House
from scanrefund.http import Http, HttpLimits
from scanrefund.model.money import Money
from scanrefund.model.order import Order, OrderState
from scanrefund.model.refund import Refund
from scanrefund.model.wallet import Wallet
from scanrefund.notice_desk import NoticeDesk
from scanrefund.sandbox.server import start
from scanrefund.wallets.alipay import AlipayGateway
from scanrefund.web.notices import application
from scanrefund.wish import RefundRequest
from tests.unit.builders import FakeClock

# Nobody waits so long but where a test fails: a busy machine may take its time to answer.
LIMITS = HttpLimits(connect_timeout_s=20.0, read_timeout_s=20.0, deadline_s=25.0)
# For a fault that is nothing but late.
HURRIED = HttpLimits(connect_timeout_s=1.0, read_timeout_s=1.5, deadline_s=2.0)
HEARD_S_MAX = 60.0
POLL_S = 0.02


@contextmanager
def serving_notices(desk: NoticeDesk, listener: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(application(desk), lifespan="off", log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(HEARD_S_MAX)


@dataclass
class Rehearsal:
    """A sandbox, a house on it, and the addresses of its notices."""

    base_url: str
    folder: Path
    settings: Settings
    house: House
    time: FakeClock
    notices_url: str

    def control(self, path: str, body: dict[str, Any] | None = None, method: str = "") -> Any:
        reply = Http().exchange(
            method or ("GET" if body is None else "POST"),
            f"{self.base_url}/sandbox/{path}",
            headers={"Content-Type": "application/json"},
            body=b"" if body is None else json.dumps(body).encode(),
        )
        assert reply.status < 300, reply.body
        return json.loads(reply.body or b"null")

    def may(self, path: str, body: dict[str, Any]) -> bool:
        """Whether the sandbox takes a control; 400 is its no."""
        raw = json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        reply = Http().exchange("POST", f"{self.base_url}/sandbox/{path}", headers=headers, body=raw)
        assert reply.status in {200, 201, 204, 400}, reply.body
        return reply.status != 400

    def pay(self, wallet: Wallet, amount_fen: int = 1000, state: str = "paid", **changes: Any) -> Order:
        """An order at the wallet and in the books."""
        told = self.control(
            "orders",
            {
                "wallet": wallet.value,
                "amount_fen": amount_fen,
                "state": state,
                "notify_url": f"{self.notices_url}/{wallet.value}",
                **changes,
            },
        )
        order = Order(
            order_id=told["order_id"],
            wallet=wallet,
            wallet_order_id=told["wallet_order_id"] or "",
            amount=Money(amount_fen),
            paid_at=self.time.at,
            state=OrderState.PAID,
        )
        with self.house.ledger.keeping_orders(self.time.at) as keep:
            keep([order])
        return order

    def refund(self, order: Order, amount_fen: int = 300) -> Receipt:
        """A clerk's wish, without a code."""
        wish = RefundRequest(order.order_id, Money(amount_fen), "broken", None)
        return self.house.desk.refund(wish)

    def refund_of(self, order: Order) -> Refund:
        [refund] = self.house.ledger.refunds(order_id=order.order_id)
        return refund

    def arm(self, order: Order, on: str, fault: str, **changes: Any) -> None:
        """Let the next such call go wrong; a bill is nobody's order."""
        of_order = {} if on == "bill" else {"order_id": order.order_id}
        self.control(
            "faults", {"wallet": order.wallet.value, "on": on, "fault": fault, **of_order, **changes}
        )

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """Meanwhile the desk waits no longer than HURRIED for a wallet."""
        gateway = self.house.gateways[Wallet.ALIPAY]
        assert isinstance(gateway, AlipayGateway)
        # Both gateways speak through it.
        http = gateway._line._http
        http.limits = HURRIED
        try:
            yield
        finally:
            http.limits = LIMITS

    def refunded_fen(self, order: Order) -> int:
        """What the wallet has moved, or is moving, for this order."""
        alive = {"SUCCESS", "PROCESSING", "ABNORMAL"}
        return sum(
            row["amount_fen"]
            for row in self.control("refunds")
            if row["order_id"] == order.order_id and row["status"] in alive
        )

    def notices(self, order: Order) -> list[dict[str, Any]]:
        return [one for one in self.control("notices") if one["order_id"] == order.order_id]

    def told(self, order: Order, count: int = 1) -> list[dict[str, Any]]:
        """The notices about an order once `count` of them have been answered."""
        until = time.monotonic() + HEARD_S_MAX
        while time.monotonic() < until:
            found = self.notices(order)
            if sum(bool(one["answer"]) for one in found) >= count:
                return found
            time.sleep(POLL_S)
        raise AssertionError(f"no notice was answered: {self.notices(order)}")


@contextmanager
def rehearsing(folder: Path, **limits: Any) -> Iterator[Rehearsal]:
    """Open all of it in `folder`; the desk asks for no code."""
    with ExitStack() as open_now:
        running = open_now.enter_context(start(folder / "sandbox"))
        listener = socket.create_server(("127.0.0.1", 0))
        notices_url = f"http://127.0.0.1:{listener.getsockname()[1]}/notices"
        settings = _settings(folder, notices_url, limits)
        time_of_desk = FakeClock(datetime.now(UTC))
        house = open_now.enter_context(open_house(settings, time_of_desk.clock))
        open_now.enter_context(serving_notices(house.notices, listener))
        yield Rehearsal(running.base_url, running.folder, settings, house, time_of_desk, notices_url)


def settings_in(folder: Path, **limits: Any) -> Settings:
    """What the desk takes from a rehearsal in this folder, without addresses for notices."""
    before = os.environ.get("SCANREFUND_HOME")
    os.environ["SCANREFUND_HOME"] = str(folder)
    try:
        settings = config.load()
    finally:
        os.environ.pop("SCANREFUND_HOME")
        if before is not None:
            os.environ["SCANREFUND_HOME"] = before
    policy = replace(settings.limits, code_required=False, **limits)
    return replace(settings, limits=policy, http=LIMITS, language="en")


def _settings(folder: Path, notices_url: str, limits: dict[str, Any]) -> Settings:
    settings = settings_in(folder, **limits)
    assert settings.wechat is not None
    return replace(settings, wechat=replace(settings.wechat, notify_url=f"{notices_url}/wechat"))
