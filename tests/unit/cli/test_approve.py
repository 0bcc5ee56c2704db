"""`approve` with several refunds: the sum before the PIN, one PIN, a line for each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.people import CLERK_PIN, SUPERVISOR_PIN, WRONG_PIN
from tests.unit.cli.conftest import Program, Wallets
from tests.unit.cli.test_staff import crew, lines

__all__ = ["crew"]


@pytest.mark.usefixtures("crew")
def test_several_are_approved_by_one_pin_each_with_its_line(
    program: Program, wallets: Wallets, sold: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCANREFUND_PEOPLE__APPROVAL_ABOVE_FEN", "0")

    def wait(order_id: str, amount: str) -> str:
        sold("wechat", order_id)
        asked = ("--order", order_id, "--amount", amount, "--reason", "torn", "--clerk", "s3", "--queue")
        typed = lines(CLERK_PIN, wallets.fresh_code("wechat"))
        ended = program("refund", *asked, "--pin-stdin", "--yes", "--json", stdin=typed)
        return str(ended.document["refund_id"])

    first, second, third = wait("M1", "10"), wait("M2", "5"), wait("M3", "1")
    decide = ("approve", first, second, "--by", "s2", "--pin-stdin")
    wrong = program(*decide, "--json", stdin=lines(WRONG_PIN))
    assert (wrong.code, wrong.document["error"]["code"]) == (2, "sign_in_wrong")
    both = program(*decide, "--why", "month's end", stdin=lines(SUPERVISOR_PIN))
    assert "2 refunds, ¥15.00 together" in both.out
    assert both.out.index("together") < both.out.rindex(first)
    again = program("approve", first, third, *decide[3:], "--json", stdin=lines(SUPERVISOR_PIN))
    assert again.document["total_fen"] == 1_100
    told = [(one["refund_id"], one["approved"], one.get("fault")) for one in again.document["refunds"]]
    assert told == [(first, False, "refund_not_waiting"), (third, True, None)]
    assert again.code == 2
    for arguments, fault in (
        (("approve", first, "nobody", *decide[3:]), "refund_unknown"),
        ((*decide, "--decline", "--why", "x"), "decline_one"),
        (("approve", first, first, *decide[3:]), "round_wrong"),
    ):
        ended = program(*arguments, "--json", stdin=lines(SUPERVISOR_PIN))
        assert (ended.code, ended.document["error"]["code"]) == (2, fault)
