"""Who plays the wallets for the gateway contract: the second server, and the sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from scanrefund.http import Http, HttpLimits
from scanrefund.model.money import Money
from scanrefund.model.order import Order, OrderState
from scanrefund.model.refund import Refund, RefundState
from scanrefund.model.wallet import Wallet
from scanrefund.sandbox.server import Running
from scanrefund.wallets.alipay import AlipayGateway
from scanrefund.wallets.alipay_line import AlipaySettings
from scanrefund.wallets.gateway import WalletGateway
from scanrefund.wallets.wechat import WechatGateway
from scanrefund.wallets.wechat_line import WechatSettings
from tests.contract import second_truth
from tests.contract.second_truth import Wallets

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LIMITS = HttpLimits(connect_timeout_s=20, read_timeout_s=20, deadline_s=25)
FOREIGN = {Wallet.WECHAT: "42" + "0" * 23 + "999", Wallet.ALIPAY: "20" + "0" * 23 + "999"}
Build = Callable[[str, Path], WalletGateway]


class Stage(Protocol):
    """Somebody who plays the wallets."""

    base_url: str

    def builder(self, wallet: Wallet, folder: Path) -> tuple[Build, Path]:
        """How to make a gateway from an address and our key, and our right key."""
        ...

    def pay(self, wallet: Wallet, amount_fen: int, state: str) -> tuple[str, str]:
        """Make an order; our number and theirs (empty while unpaid)."""
        ...

    def break_next(self, wallet: Wallet, on: str, fault: str) -> None:
        """Play a fault at the next call."""
        ...

    def settle(self) -> None:
        """Finish what is processing."""
        ...

    def refunded_fen(self, order_id: str) -> int:
        """The wallets' truth about an order."""
        ...


def build_wechat(settings: WechatSettings) -> Build:
    return lambda base_url, ours: WechatGateway(
        replace(settings, base_url=base_url, merchant_private_key=ours), Http(LIMITS)
    )


def build_alipay(settings: AlipaySettings) -> Build:
    return lambda base_url, ours: AlipayGateway(
        replace(settings, base_url=base_url, app_private_key=ours), Http(LIMITS)
    )


class SecondServer:
    """The small server of `wallet_server.py`."""

    def __init__(self, wallets: Wallets) -> None:
        self.wallets = wallets
        self.base_url = wallets.base_url

    def builder(self, wallet: Wallet, folder: Path) -> tuple[Build, Path]:
        ours, theirs = second_truth.write_keys(
            folder, self.wallets.merchant_key, self.wallets.wallet_key.public_key()
        )
        if wallet is Wallet.ALIPAY:
            return build_alipay(
                AlipaySettings("", second_truth.APP_ID, second_truth.SELLER_ID, ours, theirs)
            ), ours
        ids = (second_truth.MCHID, second_truth.APPID, second_truth.SERIAL)
        return build_wechat(WechatSettings("", *ids, ours, second_truth.KEY_ID, theirs)), ours

    def pay(self, wallet: Wallet, amount_fen: int, state: str) -> tuple[str, str]:
        count = len(self.wallets.orders) + 1
        order_id, number = f"A{count}", FOREIGN[wallet][:-3] + f"{count:03d}"
        self.wallets.orders[order_id] = {
            "order_id": order_id,
            "wallet_order_id": number,
            "amount_fen": amount_fen,
            "state": state,
            "refunded": 0,
        }
        return order_id, number

    def break_next(self, wallet: Wallet, on: str, fault: str) -> None:
        self.wallets.faults.append(fault)

    def settle(self) -> None:
        """An ask settles here."""

    def refunded_fen(self, order_id: str) -> int:
        refunded: int = self.wallets.orders[order_id]["refunded"]
        return refunded


class Sandbox:
    """The rehearsal room, through its own controls."""

    def __init__(self, running: Running, folder: Path) -> None:
        self.base_url = running.base_url
        self.folder = folder
        self.ids = json.loads((folder / "sandbox.json").read_text(encoding="utf-8"))

    def builder(self, wallet: Wallet, folder: Path) -> tuple[Build, Path]:
        place, ids = self.folder / wallet, self.ids[wallet]
        if wallet is Wallet.ALIPAY:
            ours, theirs = place / "app_private_key.pem", place / "alipay_public_key.pem"
            return build_alipay(AlipaySettings("", ids["app_id"], ids["seller_id"], ours, theirs)), ours
        ours, theirs = place / "merchant_private_key.pem", place / "wechatpay_public_key.pem"
        who = (ids["mchid"], ids["appid"], ids["merchant_serial_no"])
        return build_wechat(WechatSettings("", *who, ours, ids["wechatpay_public_key_id"], theirs)), ours

    def pay(self, wallet: Wallet, amount_fen: int, state: str) -> tuple[str, str]:
        order = self.control("orders", {"wallet": wallet, "amount_fen": amount_fen, "state": state})
        return order["order_id"], order["wallet_order_id"] or ""

    def break_next(self, wallet: Wallet, on: str, fault: str) -> None:
        self.control("faults", {"wallet": wallet, "on": on, "fault": fault})

    def settle(self) -> None:
        self.control("settle", {})

    def refunded_fen(self, order_id: str) -> int:
        rows = self.control("refunds", None)
        return sum(row["amount_fen"] for row in rows if row["order_id"] == order_id)

    def control(self, path: str, body: dict[str, Any] | None) -> Any:
        reply = Http(LIMITS).exchange(
            "GET" if body is None else "POST",
            f"{self.base_url}/sandbox/{path}",
            headers={"Content-Type": "application/json"},
            body=b"" if body is None else json.dumps(body).encode(),
        )
        assert reply.status < 300, reply.body
        return json.loads(reply.body or b"null")


@dataclass
class Play:
    """A gateway and the wallet behind it."""

    wallet: Wallet
    stage: Stage
    build: Build
    right_key: Path
    gateway: WalletGateway = field(init=False)

    def __post_init__(self) -> None:
        self.gateway = self.build(self.stage.base_url, self.right_key)

    def pay(self, amount_fen: int = 1000, state: str = "paid", *, known: bool = True) -> Order:
        """An order at the wallet; `known` says whether our side has the wallet's number for it."""
        order_id, number = self.stage.pay(self.wallet, amount_fen, state)
        return Order(order_id, self.wallet, number if known else "", Money(amount_fen), NOW, OrderState.PAID)

    def nobodys(self) -> Order:
        """An order the wallet has never heard of."""
        return Order("Z9", self.wallet, FOREIGN[self.wallet], Money(1000), NOW, OrderState.PAID)

    def refund(self, order: Order, amount_fen: int = 300) -> Refund:
        refund_id, amount = f"SR_{order.order_id}_01", Money(amount_fen)
        return Refund(
            refund_id=refund_id,
            order_id=order.order_id,
            request_id="q1",
            wallet=self.wallet,
            wallet_order_id=order.wallet_order_id,
            order_amount=order.amount,
            amount=amount,
            reason="尺码不合",
            body=self.gateway.compose(order, refund_id, amount, "尺码不合"),
            state=RefundState.SENDING,
            created_at=NOW,
        )

    def break_next(self, on: str, fault: str) -> None:
        self.stage.break_next(self.wallet, on, fault)
