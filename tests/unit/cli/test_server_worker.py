"""The worker over a ledger on PostgreSQL begins the day's copy, and its stop does not wait for that."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.server_tool import Tool
from tests.postgres import Server
from tests.unit.cli.conftest import Program

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in of a tool is a shell script")

STOP_S_MAX = 30


@pytest.fixture
def url(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A counter whose ledger lies on a server."""
    with postgres.ledger() as made:
        monkeypatch.setenv("SCANREFUND_LEDGER__URL", made)
        yield made


@pytest.mark.usefixtures("url", "wallets")
def test_a_copy_that_hangs_ends_with_the_program(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    with Tool(tmp_path / "bin", postgres.bin_path, monkeypatch) as tool:
        call = [sys.executable, "-m", "scanrefund", "worker", "--json"]
        worker = subprocess.Popen(call, stdout=subprocess.DEVNULL)
        try:
            process = tool.began()
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(STOP_S_MAX) == 0
        finally:
            worker.kill()
            worker.wait()
            tool.let_go()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert list((home / "backups").iterdir()) == []


@pytest.mark.usefixtures("url", "wallets")
@pytest.mark.parametrize(("daily", "cause"), [("true", "none"), ("false", "not_looked")])
def test_the_self_test_looks_for_copies_unless_the_servers_keeper_makes_them(
    program: Program, monkeypatch: pytest.MonkeyPatch, daily: str, cause: str
) -> None:
    monkeypatch.setenv("SCANREFUND_BACKUP__DAILY", daily)
    found = program("doctor", "--json").document["checks"]
    assert [one["cause"] for one in found if one["name"] == "backup"] == [cause]
