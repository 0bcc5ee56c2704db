"""`refund`, `status`, `refunds` and `worker` against the rehearsal room: exit codes, shapes, secrecy."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
import segno

from scanrefund.aftercare.receipt import Receipt, Writer
from scanrefund.check.rules import LADDER
from scanrefund.cli.main import main
from scanrefund.cli.refund import _to_its_end
from scanrefund.desk import Desk
from scanrefund.errors import LedgerFault
from scanrefund.keys import Keys
from scanrefund.model.refund import RefundState
from scanrefund.model.slip import Slip
from scanrefund.sandbox.drawing import code_page
from scanrefund.sandbox.photograph import write_video
from scanrefund.say.catalogue import LANGUAGES, Catalogue
from scanrefund.wish import RefundRequest
from tests.unit.builders import a_refund
from tests.unit.cli.conftest import Ended, Program, Wallets

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
Sell = Callable[[str, str], None]
Refund = Callable[..., Ended]


@pytest.fixture
def refund(program: Program, wallets: Wallets) -> Refund:
    """Refunds with a fresh code from the phone, as a barcode scanner in a pipe would."""

    def run(wallet: str, order_id: str, *more: str) -> Ended:
        code = wallets.fresh_code(wallet)
        ended = program("refund", "--order", order_id, "--reason", "tried on", *more, stdin=f"{code}\r\n")
        assert code not in ended.out + ended.err
        return ended

    return run


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
    assert (ended.code, ended.document["state"], ended.document.keys()) == (0, "SUCCEEDED", KEYS)
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


def test_a_code_of_the_other_wallet_is_refused(refund: Refund, sold: Sell) -> None:
    sold("wechat", "w-2")
    ended = refund("alipay", "w-2", "--yes", "--json")
    assert (ended.code, ended.document["reason"]) == (1, "wallet_mismatch")


@pytest.mark.parametrize(
    ("filmed_ago", "reason"),
    [(timedelta(minutes=2), "picture_too_old"), (-timedelta(days=1), "picture_too_old"), (timedelta(), None)],
)
def test_a_recording_given_as_camera_opens_no_more_than_a_picture(
    program: Program, sold: Sell, wallets: Wallets, tmp_path: Path, filmed_ago: timedelta, reason: str | None
) -> None:
    order_id = f"a-22-{filmed_ago.total_seconds():.0f}"
    sold("alipay", order_id)
    film = tmp_path / "film.avi"
    write_video([code_page("alipay", wallets.fresh_code("alipay"))], film, page_s=0.3)
    os.utime(film, ((datetime.now(UTC) - filmed_ago).timestamp(),) * 2)
    asked = ("--order", order_id, "--reason", "x", "--yes", "--json", "--camera", film)
    assert program("refund", *asked).document["reason"] == reason


def test_a_recording_is_refused_where_pictures_are(
    program: Program, sold: Sell, wallets: Wallets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold("alipay", "a-23")
    film = tmp_path / "film.avi"
    write_video([code_page("alipay", wallets.fresh_code("alipay"))], film, page_s=0.3)
    monkeypatch.setenv("SCANREFUND_LIMITS__PICTURE_MAY_REFUND", "false")
    ended = program("refund", "--order", "a-23", "--reason", "x", "--yes", "--json", "--camera", film)
    assert (ended.code, ended.document["reason"]) == (1, "code_required")


def test_two_codes_in_one_pipe_are_refused(program: Program, sold: Sell) -> None:
    sold("wechat", "w-20")
    piped = "\r\n134567890123456789\r\n124567890123456789\r\n"
    ended = program("refund", "--order", "w-20", "--reason", "x", "--yes", "--json", stdin=piped)
    assert (ended.code, ended.document["reason"]) == (1, "codes_conflict")


@pytest.mark.parametrize("mark", ["\ufeff", "\u200b"])
def test_something_unseen_around_a_code_is_said(program: Program, sold: Sell, mark: str) -> None:
    order_id = f"w-21-{ord(mark)}"
    sold("wechat", order_id)
    piped = f"{mark}134567890123456789\n"
    ended = program("refund", "--order", order_id, "--reason", "x", "--yes", "--json", stdin=piped)
    assert (ended.code, ended.document["reason"]) == (1, "not_a_payment_code")
    assert "invisible" in ended.document["say_clerk"]
    assert "134567890123456789" not in ended.out + ended.err


@pytest.mark.parametrize(("name", "code"), [("nowhere.png", 2), ("note.png", 1), ("code.gif", 1)])
def test_a_picture_that_cannot_be_read_ends_as_in_scan(
    program: Program, wallets: Wallets, tmp_path: Path, name: str, code: int
) -> None:
    (tmp_path / "note.png").write_text("buy milk")
    (tmp_path / "code.gif").write_bytes(b"GIF89a" + bytes(20))
    asked = ("--image", tmp_path / name, "--json")
    refunded = program("refund", "--order", "1", "--reason", "x", "--yes", *asked)
    scanned = program("scan", *asked)
    assert (refunded.code, scanned.code) == (code, code)
    assert refunded.document == scanned.document


def test_no_code_at_all_is_refused(program: Program, sold: Sell) -> None:
    sold("alipay", "a-6")
    ended = program("refund", "--order", "a-6", "--reason", "x", "--yes", "--json")
    assert (ended.code, ended.document["reason"]) == (1, "code_required")


def test_without_a_terminal_nobody_can_confirm(refund: Refund, sold: Sell, program: Program) -> None:
    sold("alipay", "a-7")
    ended = refund("alipay", "a-7", "--json")
    assert (ended.code, ended.document["error"]["code"]) == (2, "confirmation_impossible")
    assert program("refunds", "--json").document == []


class Terminal:
    """A person at a keyboard: answers in order, and a screen that hides nothing of them."""

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)

    def isatty(self) -> bool:
        return True

    def readline(self, _size: int = -1) -> str:
        return self._answers.pop(0) + "\n"


@pytest.mark.parametrize(("answer", "code", "made"), [("y", 0, 1), ("n", 130, 0), ("", 130, 0)])
def test_a_person_confirms_what_they_see(
    *,
    sold: Sell,
    program: Program,
    wallets: Wallets,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: str,
    code: int,
    made: int,
) -> None:
    order_id = f"a-8{answer}"
    sold("alipay", order_id)
    picture = tmp_path / "code.png"
    digits = wallets.fresh_code("alipay")
    segno.make_qr(digits).save(str(picture), scale=8, border=4)
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    assert main(["refund", "--order", order_id, "--reason", "torn", "--image", str(picture)]) == code
    screen = capsys.readouterr().out
    assert digits not in screen
    for seen in (order_id, "¥100.00", "Alipay", digits[:2] + "•", "torn"):
        assert seen in screen
    assert len(program("refunds", "--json").document) == made


def test_a_dry_run_shows_every_rule_and_binds_nothing(refund: Refund, sold: Sell, program: Program) -> None:
    sold("alipay", "a-9")
    ended = refund("alipay", "a-9", "--dry-run", "--json")
    assert (ended.code, ended.document["may_go"]) == (0, True)
    # Asking for the payer would use the code up; without staff nobody is asked about people.
    skipped = {rule["rule"] for rule in ended.document["rules"] if rule["verdict"] == "skipped"}
    about_people = {"no_permission", "needs_approval", "approval_wrong", "approval_locked"}
    assert skipped == {"payer_mismatch", "clerk_limit_reached"} | about_people
    assert {rule["verdict"] for rule in ended.document["rules"]} == {"passed", "skipped"}
    assert program("refunds", "--json").document == []


def test_a_dry_run_that_may_not_go_ends_with_1(refund: Refund, sold: Sell) -> None:
    sold("alipay", "a-10")
    ended = refund("alipay", "a-10", "--dry-run", "--json", "--amount", "100.01")
    assert (ended.code, ended.document["reason"]) == (1, "amount_over_remaining")
    [refused] = [rule for rule in ended.document["rules"] if rule["verdict"] == "refused"]
    assert "¥100.00" in refused["say"]
    assert "NO" in refund("alipay", "a-10", "--dry-run", "--amount", "100.01").out


def test_every_rule_of_the_ladder_has_a_name_for_people() -> None:
    for language in LANGUAGES:
        named = Catalogue.load(language)
        assert [rule.reason for rule in LADDER if not named.get(f"rule.{rule.reason.value}")] == []


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
