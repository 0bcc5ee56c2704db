"""`scanrefund worker --notices`: where the wallets' notices come in."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from scanrefund.cli.invocation import Invocation
from scanrefund.cli.running import Told
from scanrefund.errors import LedgerFault
from scanrefund.model.refund import RefundState
from tests.unit.builders import a_refund
from tests.unit.cli.conftest import Program, Wallets

ANSWER_S_MAX = 120


def test_a_worker_takes_notices_where_it_says_and_refuses_what_nobody_signed(wallets: Wallets) -> None:
    command = [sys.executable, "-m", "scanrefund", "worker", "--notices", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as worker:
        assert worker.stderr is not None
        told = re.search(r"http://127\.0\.0\.1:[0-9]+/notices", worker.stderr.readline())
        assert told is not None
        forged = urllib.request.Request(f"{told[0]}/wechat", b"{}", {"Content-Type": "application/json"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(forged, timeout=ANSWER_S_MAX)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(ANSWER_S_MAX) == 0
    assert refused.value.code == 400
    refused.value.close()


def test_a_port_in_use_is_named(program: Program, wallets: Wallets) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = program("worker", "--until-idle", "--notices", port, "--json")
    assert (ended.code, ended.document["error"]["code"]) == (2, "port_in_use")
    assert str(port) in ended.document["error"]["say"]


def test_a_single_round_takes_no_notices(program: Program) -> None:
    ended = program("worker", "--once", "--notices", "0", "--json")
    assert (ended.code, ended.document["error"]["code"]) == (2, "worker_once_hears_nothing")


def test_each_trip_and_each_fault_is_one_line_of_the_log(home: Path) -> None:
    home.mkdir()
    told = Told(Invocation(command="worker"), quiet=True)
    told(a_refund(state=RefundState.SUCCEEDED))
    for _ in range(2):
        told.fault(None, LedgerFault("ledger_busy", path="x"))
    lines = [json.loads(line) for line in (home / "events.jsonl").read_text().splitlines()]
    assert [(line["event"], line["command"]) for line in lines] == [("trip", "worker"), ("fault", "worker")]
    assert (lines[0]["state"], lines[1]["code"]) == ("SUCCEEDED", "ledger_busy")
    assert "amount" not in str(lines)
