"""The program as a person meets it: arguments and standard input in, exit code and both streams out."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scanrefund.cli.main import main
from scanrefund.sandbox import server


@dataclass(frozen=True)
class Ended:
    """How one run ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document of standard output."""
        return json.loads(self.out)


Program = Callable[..., Ended]
Sell = Callable[[str, str], None]
Refund = Callable[..., Ended]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.upper().startswith("SCANREFUND_"):
            monkeypatch.delenv(name)
    folder = tmp_path / "home"
    monkeypatch.setenv("SCANREFUND_HOME", str(folder))
    monkeypatch.setenv("SCANREFUND_LANGUAGE", "en")
    # Wide enough that no number a test looks for is folded.
    monkeypatch.setenv("COLUMNS", "240")
    return folder


@pytest.fixture
def program(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Program:
    """Runs one command; `stdin` is what a pipe would hold."""
    held = tmp_path / "stdin"

    def run(*arguments: str | Path, stdin: str = "") -> Ended:
        held.write_bytes(stdin.encode())
        with held.open(encoding="utf-8") as piped:
            monkeypatch.setattr("sys.stdin", piped)
            code = main([str(argument) for argument in arguments])
        streams = capsys.readouterr()
        return Ended(code, streams.out, streams.err)

    return run


class Wallets:
    """Both wallets of the rehearsal room, and the hands that play with them."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    def call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._base_url + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.loads(reply.read())

    def sell(self, wallet: str, order_id: str, amount_fen: int = 10_000) -> str:
        """A paid order at the wallet, as a line of the till's CSV."""
        body = {"wallet": wallet, "order_id": order_id, "amount_fen": amount_fen}
        order = self.call("/sandbox/orders", body)
        told = (order["wallet_order_id"], order["amount_fen"], order["paid_at"], "PAID", order["payer_id"])
        return f"{order_id},{wallet}," + ",".join(str(one) for one in told)

    def fresh_code(self, wallet: str) -> str:
        """What the customer's phone shows, after the last code has gone."""
        self.call("/sandbox/clock", {"advance_s": 61})
        return str(self.call(f"/sandbox/phone/{wallet}/code.json")["digits"])


HEADER = "order_id,wallet,wallet_order_id,amount_fen,paid_at,state,payer_id"


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Wallets]]:
    """One sandbox for a file of tests: making its keys takes longer than any of them."""
    folder = tmp_path_factory.mktemp("rehearsal") / "sandbox"
    with server.start(folder) as running:
        yield folder, Wallets(running.base_url)


@pytest.fixture
def wallets(rehearsal: tuple[Path, Wallets], monkeypatch: pytest.MonkeyPatch) -> Wallets:
    folder, played = rehearsal
    monkeypatch.setenv("SCANREFUND_WALLETS__SANDBOX_DIR", str(folder))
    return played


@pytest.fixture
def sold(program: Program, wallets: Wallets, tmp_path: Path) -> Callable[[str, str], None]:
    """Sells at the wallet and imports into the books."""

    def sell(wallet: str, order_id: str) -> None:
        path = tmp_path / "orders.csv"
        path.write_text(f"{HEADER}\n{wallets.sell(wallet, order_id)}\n", encoding="utf-8")
        assert program("orders", "import", path).code == 0

    return sell


@pytest.fixture
def refund(program: Program, wallets: Wallets) -> Refund:
    """Refunds with a fresh code from the phone, as a barcode scanner in a pipe would."""

    def run(wallet: str, order_id: str, *more: str) -> Ended:
        code = wallets.fresh_code(wallet)
        ended = program("refund", "--order", order_id, "--reason", "tried on", *more, stdin=f"{code}\r\n")
        assert code not in ended.out + ended.err
        return ended

    return run
