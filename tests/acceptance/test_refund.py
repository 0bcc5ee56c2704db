"""A refund at the counter, end to end, through the installed program and the sandbox's wire."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from tests.acceptance.conftest import ANSWER_S_MAX, Program, Sandbox, start_sandbox, stop

WALLETS = ("wechat", "alipay")
POLL_S = 0.05
POLLS_MAX = 4_000


def _refund(program: Program, order: str, code: str, *more: str) -> tuple[int, dict[str, object]]:
    return program.json("refund", "--order", order, "--reason", "退货", "--yes", *more, stdin=code + "\n")


@pytest.mark.parametrize("wallet", WALLETS)
def test_a_whole_refund_succeeds_once_at_the_wallet(program: Program, sandbox: Sandbox, wallet: str) -> None:
    order = sandbox.sell(program, wallet, 1_280)
    code, receipt = _refund(program, order, sandbox.code(wallet))
    assert (code, receipt["state"], receipt["amount_fen"]) == (0, "SUCCEEDED", 1_280)
    assert [(one["amount_fen"], one["status"]) for one in sandbox.refunds()] == [(1_280, "SUCCESS")]


def test_the_same_wish_with_the_same_code_is_served_again_not_sent_again(
    program: Program, sandbox: Sandbox
) -> None:
    order, digits = sandbox.sell(program, "alipay", 1_000), sandbox.code("alipay")
    first = _refund(program, order, digits, "--amount", "4.00")
    again = _refund(program, order, digits, "--amount", "4.00")
    assert first[1]["refund_id"] == again[1]["refund_id"]
    assert [one["times_sent"] for one in sandbox.refunds()] == [1]


def test_a_third_part_over_the_rest_is_refused_with_the_maximum(program: Program, sandbox: Sandbox) -> None:
    order = sandbox.sell(program, "alipay", 1_000)
    for amount in ("6.00", "3.00"):
        assert _refund(program, order, sandbox.code("alipay"), "--amount", amount)[0] == 0
    code, receipt = _refund(program, order, sandbox.code("alipay"), "--amount", "2.00")
    assert (code, receipt["reason"]) == (1, "amount_over_remaining")
    assert "¥1.00" in str(receipt["say_clerk"])


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "http_500_after", "processing", "truncated"])
def test_a_broken_answer_is_asked_about_and_ends_as_one_refund(
    program: Program, sandbox: Sandbox, fault: str
) -> None:
    order = sandbox.sell(program, "alipay", 1_000, fault=fault)
    code, receipt = _refund(program, order, sandbox.code("alipay"), "--wait", "0")
    assert (code, receipt["state"] in ("UNKNOWN", "PROCESSING")) == (3, True)
    sandbox.call("POST", "/sandbox/settle")
    assert program.run("worker", "--until-idle").returncode == 0
    assert program.json("status", str(receipt["refund_id"]))[1]["state"] == "SUCCEEDED"
    assert [one["amount_fen"] for one in sandbox.refunds()] == [1_000]


def test_a_stopped_wallet_leaves_the_refund_open_and_the_worker_sends_it_later(
    program: Program, sandbox: Sandbox
) -> None:
    order, digits = sandbox.sell(program, "wechat", 1_000), sandbox.code("wechat")
    stop(sandbox)
    code, receipt = _refund(program, order, digits, "--wait", "0")
    assert (code, receipt["outcome"]) == (3, "NOT_SENT")
    back = start_sandbox(program)
    try:
        assert program.run("worker", "--until-idle").returncode == 0
        assert [(one["amount_fen"], one["times_sent"]) for one in back.refunds()] == [(1_000, 1)]
    finally:
        stop(back)


def test_killed_while_the_wallet_acts_the_worker_asks_and_sends_nothing_twice(
    program: Program, sandbox: Sandbox
) -> None:
    # Short deadlines, so that the dead process's lease runs out while the worker waits.
    quick = {"HTTP__CONNECT_TIMEOUT_S": "1", "HTTP__READ_TIMEOUT_S": "2", "HTTP__DEADLINE_S": "3"}
    quick["DISPATCH__LEASE_S"] = "4"
    program.env.update({f"SCANREFUND_{name}": value for name, value in quick.items()})
    order, digits = sandbox.sell(program, "wechat", 1_000), sandbox.code("wechat")
    fault = {"wallet": "wechat", "on": "refund", "fault": "delay", "delay_s": 60, "order_id": order}
    sandbox.call("POST", "/sandbox/faults", fault)
    photo = program.home / "phone.png"
    photo.write_bytes(sandbox.call("GET", "/sandbox/phone/wechat/code.png"))
    refund = program.start("refund", "--order", order, "--reason", "x", "--yes", "--image", str(photo))
    _until_sent(sandbox)
    refund.kill()
    refund.communicate(timeout=ANSWER_S_MAX)
    assert digits not in _everything_written(program.home)
    assert program.run("worker", "--until-idle").returncode == 0
    assert [(one["amount_fen"], one["times_sent"]) for one in sandbox.refunds()] == [(1_000, 1)]
    told = program.json("refunds")[1]
    assert [one["state"] for one in told] == ["SUCCEEDED"]


def test_no_command_writes_a_payment_code_down(program: Program, sandbox: Sandbox) -> None:
    order, digits = sandbox.sell(program, "wechat", 1_000), sandbox.code("wechat")
    ended = program.run("refund", "--order", order, "--reason", "x", "--yes", stdin=digits + "\n")
    assert ended.returncode == 0
    mistaken = program.run("refund", "--order", digits, "--reason", digits, "--yes", stdin=digits + "\n")
    assert digits not in ended.stdout + ended.stderr + mistaken.stdout + mistaken.stderr
    assert digits not in _everything_written(program.home)


def _until_sent(sandbox: Sandbox) -> None:
    for _ in range(POLLS_MAX):
        if any(one["times_sent"] for one in sandbox.refunds()):
            return
        time.sleep(POLL_S)
    pytest.fail("the refund never reached the wallet")


def _everything_written(home: Path) -> str:
    """Every byte of the desk's own files; the sandbox plays the customer's phone and may know its code."""
    desk = [path for path in home.rglob("*") if path.is_file() and "sandbox" not in path.parts]
    return re.sub(r"\s", "", "".join(path.read_bytes().decode("latin-1") for path in desk))
