"""One set of keys per worker, one folder per test; the wallets in memory, or served on a free port."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from scanrefund.sandbox.alipay_calls import Alipay
from scanrefund.sandbox.business import Order
from scanrefund.sandbox.folder import Folder
from scanrefund.sandbox.server import Running, start
from scanrefund.sandbox.spoken import Call, Reply
from scanrefund.sandbox.state import Store
from scanrefund.sandbox.wechat_calls import WechatPay
from scanrefund.sandbox.wechat_keys import WechatKeys
from tests.unit.sandbox.merchants import AlipayMerchant, WechatMerchant

TIMEOUT_S = 60


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with keys and nothing else."""
    path = tmp_path_factory.mktemp("keys")
    Folder(path, seed=1)
    return path


@pytest.fixture
def folder(keys: Path, tmp_path: Path) -> Path:
    """A folder of one's own, keys included."""
    return Path(shutil.copytree(keys, tmp_path / "sandbox"))


class Wallets:
    """Both wallets without a wire: calls in, replies out."""

    def __init__(self, path: Path, *, keeps_spacing: bool = False) -> None:
        self.folder = folder = Folder(path, seed=1)
        folder.announce("http://127.0.0.1:1")
        # Business time stands still unless a test moves it.
        began = time.time()
        self.store = Store(folder.state_file, seed=1, real_now=lambda: began)
        self.wechat, self.alipay = WechatMerchant(path), AlipayMerchant(path)
        self.wechat_side = folder.wechat()
        self.keys = WechatKeys(self.wechat_side, self.store)
        self._servers = (
            WechatPay(self.wechat_side, self.store, self.keys, keeps_spacing=keeps_spacing),
            Alipay(folder.alipay(), self.store, keeps_spacing=keeps_spacing),
        )

    def merchant(self, wallet: str) -> WechatMerchant | AlipayMerchant:
        return self.wechat if wallet == "wechat" else self.alipay

    def answer(self, call: Call) -> Reply:
        found = [server.answer(call, time.time()) for server in self._servers]
        return next(reply for reply in found if reply)

    def told(self, call: Call) -> dict[str, Any]:
        """The content of the answer, its signature checked."""
        is_wechat = call.path.startswith("/v3/")
        return self.merchant("wechat" if is_wechat else "alipay").open(self.answer(call))

    def add(
        self,
        wallet: str,
        amount_fen: int = 1000,
        state: str = "paid",
        age_s: float = 60,
        notify_url: str | None = None,
    ) -> dict[str, Any]:
        """An order, as the merchants want it."""
        with self.store.turn() as turn:
            number = turn.next_number()
            paid_at = turn.now - age_s if state == "paid" else None
            order_id, theirs = f"ORDER{number}", f"42{number:026d}"
            known = (wallet, order_id, theirs, "payer", amount_fen, state, paid_at, turn.now, notify_url)
            turn.add_order(Order(*known))
        return {"order_id": order_id, "wallet_order_id": theirs, "amount_fen": amount_fen}

    def advance(self, seconds: float) -> None:
        with self.store.turn() as turn:
            turn.advance(seconds)

    def arm(self, wallet: str, call: str, fault: str, times: int = 1, order_id: str | None = None) -> None:
        with self.store.turn() as turn:
            turn.arm(wallet, call, fault, times, order_id, None)


@pytest.fixture
def wallets(folder: Path) -> Iterator[Wallets]:
    """Both wallets at rehearsal pace."""
    both = Wallets(folder)
    yield both
    both.store.close()


@pytest.fixture
def strict_wallets(folder: Path) -> Iterator[Wallets]:
    """Both wallets at their real pace."""
    both = Wallets(folder, keeps_spacing=True)
    yield both
    both.store.close()


@pytest.fixture
def running(folder: Path) -> Iterator[Running]:
    """The sandbox on a free loopback port."""
    with start(folder) as served:
        yield served


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


Send = Callable[[Call], Reply]


@pytest.fixture
def send(running: Running, http: requests.Session) -> Send:
    """Carry a call over the wire. Raises what requests raises."""

    def carry(call: Call) -> Reply:
        url = running.base_url + call.target
        answer = http.request(call.method, url, headers=call.headers, data=call.body, timeout=TIMEOUT_S)
        headers = tuple((name.lower(), value) for name, value in answer.headers.items())
        return Reply(answer.status_code, headers, answer.content)

    return carry
