"""`refund`, `status`, `refunds` and `worker` against the rehearsal room: exit codes, shapes, secrecy."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import cast

import pytest
import segno

from scanrefund.aftercare.receipt import Receipt, Writer
from scanrefund.cli.refund import _to_its_end
from scanrefund.desk import Desk
from scanrefund.errors import LedgerFault
from scanrefund.keys import Keys
from scanrefund.model.refund import RefundState
from scanrefund.model.slip import Slip
from scanrefund.wish import RefundRequest
from tests.unit.builders import a_refund
from tests.unit.cli.conftest import Program, Refund, Sell, Wallets

KEYS = {
    "refund_id",
    "order_id",
    "wallet",
    "amount_fen",
    "state",
    "outcome",
    "reason",
    "say_clerk",
    "say_customer",
    "next_step",
    "next_try_at",
}


def test_a_refund_that_succeeds_ends_with_0(refund: Refund, sold: Sell) -> None:
    sold("alipay", "a-1")
    ended = refund("alipay", "a-1", "--amount", "12.34", "--yes", "--json")
    assert ended.code == 0
    assert ended.document.keys() == KEYS
    told = ended.document
    assert (told["order_id"], told["wallet"], told["amount_fen"]) == ("a-1", "alipay", 1_234)
    assert (told["state"], told["outcome"], told["reason"]) == ("SUCCEEDED", "SUCCEEDED", None)


def test_without_an_amount_all_that_remains_goes_back(refund: Refund, sold: Sell) -> None:
    sold("alipay", "a-2")
    refund("alipay", "a-2", "--amount", "60", "--yes")
    assert refund("alipay", "a-2", "--yes", "--json").document["amount_fen"] == 4_000


def test_people_are_told_that_it_is_a_rehearsal(refund: Refund, sold: Sell) -> None:
    sold("alipay", "a-3")
    assert "REHEARSAL" in refund("alipay", "a-3", "--yes").out


@pytest.mark.parametrize("amount", ["0", "-1"])
def test_an_amount_that_is_not_positive_is_refused_by_the_ladder(
    refund: Refund, sold: Sell, amount: str
) -> None:
    order_id = f"a-4{amount}"
    sold("alipay", order_id)
    ended = refund("alipay", order_id, "--amount", amount, "--yes", "--json")
    assert (ended.code, ended.document["reason"]) == (1, "amount_not_positive")
    assert ended.document.keys() == KEYS


@pytest.mark.parametrize("amount", ["12.345", "1e3", "１２", "1,000", "abc"])
def test_an_amount_that_is_no_money_ends_with_2(refund: Refund, amount: str) -> None:
    ended = refund("alipay", "a-5", "--amount", amount, "--yes", "--json")
    assert (ended.code, ended.document["error"]["code"]) == (2, "amount_not_money")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--amount", ""), "amount_empty"),
        (("--amount", "1000000000000"), "amount_too_large"),
        (("--reason", "x" * 257), "reason_too_long"),
    ],
)
def test_what_cannot_be_meant_has_a_sentence_of_its_own(
    refund: Refund, more: tuple[str, ...], code: str
) -> None:
    ended = refund("alipay", "a-5", *more, "--yes", "--json")
    assert (ended.code, ended.document["error"]["code"]) == (2, code)


def test_an_unknown_order_without_an_amount_has_none(refund: Refund) -> None:
    ended = refund("alipay", "nobody", "--yes", "--json")
    assert (ended.document["reason"], ended.document["amount_fen"]) == ("order_not_found", None)
    assert "¥0.00" not in refund("alipay", "nobody", "--yes").out


def test_the_same_wish_again_says_that_nothing_more_was_made(refund: Refund, sold: Sell) -> None:
    sold("alipay", "a-again")
    wish = ("--amount", "1", "--yes", "--request-id", "till-7")
    first = refund("alipay", "a-again", *wish, "--json")
    again = refund("alipay", "a-again", *wish, "--json")
    assert again.document["refund_id"] == first.document["refund_id"]
    assert "no second one" in again.document["say_clerk"]
    assert "no second one" in refund("alipay", "a-again", *wish).out


class BrokenLedger:
    """A desk whose refund was written down, and whose ledger broke while the clerk waited."""

    def __init__(self, receipt: Receipt) -> None:
        self._receipt = receipt

    def refund(self, _request: object) -> Receipt:
        return self._receipt

    def wait(self, _refund_id: str, _wait_s: int) -> Receipt:
        raise LedgerFault("ledger_busy")


def test_a_ledger_that_breaks_during_the_wait_still_leaves_the_clerk_a_number() -> None:
    receipt = Writer("en", rehearsal=True).of_refund(a_refund(state=RefundState.UNKNOWN))
    desk = cast("Desk", BrokenLedger(receipt))
    told = _to_its_end(desk, RefundRequest("A1001", None, "x", None), 1)
    assert (told.refund_id, told.exit_code) == (receipt.refund_id, 3)


def test_an_open_refund_ends_with_3_and_later_with_0(
    refund: Refund, sold: Sell, program: Program, wallets: Wallets
) -> None:
    sold("wechat", "w-1")
    ended = refund("wechat", "w-1", "--yes", "--json", "--wait", "0")
    assert (ended.code, ended.document["state"]) == (3, "PROCESSING")
    refund_id = ended.document["refund_id"]
    assert program("status", refund_id).code == 3
    assert [one["refund_id"] for one in program("refunds", "--open", "--json").document] == [refund_id]
    wallets.call("/sandbox/settle", {})
    ended = program("status", refund_id, "--ask", "--json")
    assert (ended.code, ended.document["state"]) == (0, "SUCCEEDED")
    assert ended.document.keys() == KEYS | {"fee_fen_thousandths"}
    assert program("refunds", "--open", "--json").document == []
    assert refund_id in program("refunds", "--order", "w-1").out


def test_the_status_of_a_refund_by_its_slip(
    refund: Refund, sold: Sell, program: Program, home: Path, tmp_path: Path
) -> None:
    sold("alipay", "slip-1")
    refund_id = refund("alipay", "slip-1", "--yes", "--json").document["refund_id"]
    signature = Keys.open(home).slip_signature(refund_id)
    shown = {"ours": Slip(refund_id, signature).text, "forged": Slip(refund_id, "0" * 12).text, "no": "hello"}
    for name, text in shown.items():
        segno.make_qr(text).save(str(tmp_path / f"{name}.png"), scale=8, border=4)
    for way in ([shown["ours"]], ["--image", str(tmp_path / "ours.png")]):
        ended = program("status", *way, "--json")
        assert (ended.code, ended.document["refund_id"]) == (0, refund_id)
    wrong: list[tuple[list[str], str]] = [
        ([shown["forged"]], "slip_forged"),
        (["--image", str(tmp_path / "forged.png")], "slip_forged"),
        (["--image", str(tmp_path / "no.png")], "no_refund_shown"),
        ([refund_id, "--image", str(tmp_path / "ours.png")], "refund_id_or_source"),
        ([], "refund_id_or_source"),
    ]
    for way, code in wrong:
        ended = program("status", *way, "--json")
        assert (ended.code, ended.document["error"]["code"]) == (2, code)


def test_the_same_wish_under_one_name_is_served_again(refund: Refund, sold: Sell, program: Program) -> None:
    sold("alipay", "a-11")
    first = refund("alipay", "a-11", "--amount", "5", "--yes", "--json", "--request-id", "till-7")
    again = refund("alipay", "a-11", "--amount", "5", "--yes", "--json", "--request-id", "till-7")
    assert again.document["refund_id"] == first.document["refund_id"]
    assert len(program("refunds", "--order", "a-11", "--json").document) == 1


def test_a_payment_code_is_nowhere_on_disk(
    program: Program, sold: Sell, wallets: Wallets, home: Path
) -> None:
    sold("alipay", "a-12")
    code = wallets.fresh_code("alipay")
    ended = program("refund", "--order", "a-12", "--reason", "x", "--yes", stdin=code)
    assert ended.code == 0
    files = [path for path in home.rglob("*") if path.is_file()]
    assert len(files) >= 3
    assert [path for path in files if code.encode() in path.read_bytes() or code in path.name] == []


def test_without_a_sandbox_the_clerk_is_told_to_start_it(program: Program) -> None:
    ended = program("refund", "--order", "1", "--reason", "x", "--yes", "--json", stdin="x")
    assert (ended.code, ended.document["error"]["code"]) == (70, "sandbox_missing")
    assert "scanrefund sandbox" in ended.document["error"]["say"]


def test_an_unknown_refund_ends_with_2(program: Program) -> None:
    assert program("status", "SRT_shop1_0_01").code == 2


def test_the_worker_brings_on_what_time_can_bring_on(refund: Refund, sold: Sell, program: Program) -> None:
    sold("alipay", "a-13")
    refund("alipay", "a-13", "--yes")
    for end in ("--once", "--until-idle"):
        ended = program("worker", end, "--json")
        assert (ended.code, ended.document) == (0, {"trips": 0, "still_open": 0})


def test_the_worker_gives_the_signals_back(program: Program, wallets: Wallets) -> None:
    before = signal.getsignal(signal.SIGINT)
    assert program("worker", "--until-idle").code == 0
    assert signal.getsignal(signal.SIGINT) is before


def test_the_worker_has_one_end_only(program: Program) -> None:
    assert program("worker", "--once", "--until-idle").code == 2
