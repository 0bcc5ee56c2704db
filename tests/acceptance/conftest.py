"""The installed program, run as a person runs it: its own data folder, its own sandbox, nothing shared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

# Limits that only a failing test reaches.
ANSWER_S_MAX = 120.0
RUN_S_MAX = 600.0


@dataclass(frozen=True)
class Program:
    """The installed `scanrefund` with a data folder of its own."""

    script: Path
    home: Path
    env: dict[str, str]

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """One command, ended; its output as text."""
        return subprocess.run(
            [self.script, *arguments],
            input=stdin,
            env=self.env,
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=RUN_S_MAX,
            check=False,
        )

    def json(self, *arguments: str, stdin: str = "") -> tuple[int, Any]:
        """One command with `--json`: exit code and the one document it prints."""
        ended = self.run(*arguments, "--json", stdin=stdin)
        return ended.returncode, json.loads(ended.stdout)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A command that goes on by itself."""
        return subprocess.Popen(
            [self.script, *arguments],
            env=self.env,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return a_program(tmp_path)


def a_program(home: Path, **more: str) -> Program:
    """The installed program in this data folder, with more of its environment."""
    script = Path(sys.executable).with_name("scanrefund.exe" if os.name == "nt" else "scanrefund")
    assert script.exists(), "install the program first: pip install '.[test]'"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SCANREFUND_")}
    return Program(script, home, {**kept, "SCANREFUND_HOME": str(home), **more})


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox and its rehearsal controls."""

    base_url: str
    process: subprocess.Popen[str]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One control; its answer from JSON, or bytes where it is none."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.base_url + path, data, {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=ANSWER_S_MAX) as answer:
            found = answer.read()
            return (
                json.loads(found) if answer.headers["Content-Type"].startswith("application/json") else found
            )

    def sell(self, program: Program, wallet: str, amount_fen: int, **more: Any) -> str:
        """A customer pays, and the till's export is imported; the order's number."""
        order = self.call("POST", "/sandbox/orders", {"wallet": wallet, "amount_fen": amount_fen, **more})
        orders = program.home / "orders.csv"
        orders.write_bytes(self.call("GET", "/sandbox/orders.csv"))
        assert program.run("orders", "import", str(orders), "--strict").returncode == 0
        return str(order["order_id"])

    def code(self, wallet: str) -> str:
        """The digits on a phone whose code has just rotated."""
        self.call("POST", "/sandbox/clock", {"advance_s": 61})
        return str(self.call("GET", f"/sandbox/phone/{wallet}/code.json")["digits"])

    def refunds(self) -> list[dict[str, Any]]:
        """The wallets' truth."""
        return list(self.call("GET", "/sandbox/refunds"))


def start_sandbox(program: Program, port: int = 0) -> Sandbox:
    process = program.start("sandbox", "--port", str(port))
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    return Sandbox(ready["base_url"], process)


@pytest.fixture
def sandbox(program: Program) -> Iterator[Sandbox]:
    running = start_sandbox(program)
    yield running
    stop(running)


def stop(running: Sandbox) -> None:
    running.process.kill()
    running.process.communicate(timeout=ANSWER_S_MAX)
