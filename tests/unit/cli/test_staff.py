"""The people of the shop at the command line: signing in, approving, and what a ledger with staff refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.people import CLERK_PIN, OWNER_PIN, SUPERVISOR_PIN, WRONG_PIN
from tests.unit.cli.conftest import Program, Wallets


def lines(*typed: str) -> str:
    return "".join(f"{one}\n" for one in typed)


@pytest.fixture
def crew(program: Program) -> None:
    """s1 owns the shop, s2 supervises, s3 serves."""
    owner = program("staff", "add", "--name", "Zhao", "--pin-stdin", "--json", stdin=lines(OWNER_PIN))
    assert owner.document == {"staff_id": "s1", "name": "Zhao", "role": "owner", "active": True}
    for name, role, pin in (("Li", "supervisor", SUPERVISOR_PIN), ("Wang", "clerk", CLERK_PIN)):
        added = ("staff", "add", "--name", name, "--role", role, "--by", "s1", "--pin-stdin")
        assert program(*added, stdin=lines(OWNER_PIN, pin)).code == 0


def test_nobody_is_asked_who_he_is_before_there_is_staff(program: Program, wallets: Wallets) -> None:
    assert "No staff yet" in program("staff", "list").out
    assert program("staff", "list", "--json").document == []
    for option in (("--clerk", "s1"), ("--approver", "s1"), ("--queue",)):
        ended = program("refund", "--order", "A1", "--yes", "--json", *option)
        assert (ended.code, ended.document["error"]["code"]) == (2, "staff_not_kept")


def test_the_first_person_is_no_clerk_and_has_no_easy_pin(program: Program) -> None:
    first = ("staff", "add", "--name", "Zhao", "--pin-stdin", "--json")
    assert program(*first, "--role", "clerk").document["error"]["code"] == "first_is_owner"
    assert program(*first, stdin=lines("123456")).document["error"]["code"] == "pin_too_easy"
    assert program(*first[:-2], "--json").document["error"]["code"] == "pin_cannot_be_asked"
    assert program("staff", "list", "--json").document == []


@pytest.mark.usefixtures("crew")
def test_the_owner_manages_people(program: Program) -> None:
    asked = ("--by", "s1", "--pin-stdin")
    assert program("staff", "disable", "s3", "--json").document["error"]["code"] == "by_missing"
    wrong = program("staff", "disable", "s3", *asked, "--json", stdin=lines(WRONG_PIN))
    assert (wrong.code, wrong.document["error"]["code"]) == (2, "sign_in_wrong")
    assert program("staff", "role", "s3", "supervisor", *asked, stdin=lines(OWNER_PIN)).code == 0
    assert program("staff", "reset-pin", "s3", *asked, stdin=lines(OWNER_PIN, WRONG_PIN)).code == 0
    changed = program("staff", "change-pin", "s3", "--pin-stdin", stdin=lines(WRONG_PIN, CLERK_PIN))
    assert "s3, Wang, supervisor" in changed.out
    assert program("staff", "unlock", "s3", *asked, stdin=lines(OWNER_PIN)).code == 0
    codes = program("staff", "totp", "s2", "--by", "s2", "--pin-stdin", stdin=lines(SUPERVISOR_PIN))
    assert codes.out.startswith("otpauth://totp/")
    assert program("staff", "disable", "s3", *asked, stdin=lines(OWNER_PIN)).code == 0
    table = program("staff", "list").out
    assert "Wang" in table
    assert "disabled" in table
    found = program("staff", "list", "--json").document
    assert [(one["staff_id"], one["active"], one["codes"], one["locked"]) for one in found] == [
        ("s1", True, False, False),
        ("s2", True, True, False),
        ("s3", False, False, False),
    ]


@pytest.mark.usefixtures("crew")
def test_a_refund_is_made_by_somebody_and_approved_by_somebody_else(
    program: Program, wallets: Wallets, sold: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCANREFUND_PEOPLE__APPROVAL_ABOVE_FEN", "5000")
    sold("wechat", "P1")
    asked = ("refund", "--order", "P1", "--reason", "torn", "--yes", "--json", "--pin-stdin")

    def refund(*more: str, typed: tuple[str, ...] = ()) -> tuple[int, str]:
        ended = program(*asked, *more, stdin=lines(*typed, wallets.fresh_code("wechat")))
        return ended.code, ended.document.get("reason") or ended.document.get("state") or ended.out

    assert refund("--amount", "1") == (1, "no_permission")
    assert refund("--amount", "1", "--clerk", "s3", typed=(CLERK_PIN,)) == (0, "SUCCEEDED")
    # The second of one order, and above the amount.
    clerk = ("--amount", "60", "--clerk", "s3")
    assert refund(*clerk, typed=(CLERK_PIN,)) == (1, "needs_approval")
    own = refund(*clerk, "--approver", "s3", typed=(CLERK_PIN, CLERK_PIN))
    assert own == (1, "approval_wrong")
    both = refund(*clerk, "--approver", "s2", typed=(CLERK_PIN, SUPERVISOR_PIN))
    assert both == (0, "SUCCEEDED")
    wrong = program(*asked, "--clerk", "s3", stdin=lines(WRONG_PIN, "x"))
    assert (wrong.code, wrong.document["error"]["code"]) == (2, "sign_in_wrong")


@pytest.mark.usefixtures("crew")
def test_a_refund_waits_until_somebody_approves_or_declines_it(
    program: Program, wallets: Wallets, sold: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCANREFUND_PEOPLE__APPROVAL_ABOVE_FEN", "0")
    sold("wechat", "P2")

    def wait(amount: str) -> str:
        asked = ("--order", "P2", "--amount", amount, "--reason", "torn", "--clerk", "s3", "--queue")
        typed = lines(CLERK_PIN, wallets.fresh_code("wechat"))
        ended = program("refund", *asked, "--pin-stdin", "--yes", "--json", stdin=typed)
        assert (ended.code, ended.document["state"]) == (5, "WAIT_APPROVAL")
        return str(ended.document["refund_id"])

    refund_id = wait("10")
    assert program("worker", "--until-idle", "--json").document["trips"] == 0
    decide = ("approve", refund_id, "--pin-stdin", "--json", "--by")
    refused = program(*decide, "s3", stdin=lines(CLERK_PIN))
    assert (refused.code, refused.document["error"]["code"]) == (2, "not_permitted")
    approved = program(*decide, "s2", stdin=lines(SUPERVISOR_PIN))
    assert approved.document["state"] in ("PROCESSING", "SUCCEEDED")
    program("worker", "--until-idle")
    second = wait("5")
    declined = ("approve", second, "--decline", "--why", "no goods", "--by", "s2", "--pin-stdin", "--json")
    ended = program(*declined, stdin=lines(SUPERVISOR_PIN))
    assert (ended.code, ended.document["state"]) == (4, "CANCELLED")


@pytest.mark.usefixtures("crew")
def test_decisions_by_hand_are_made_by_somebody_who_proves_it(program: Program) -> None:
    thaw = ("orders", "thaw", "A1", "--why", "seen", "--pin-stdin", "--json", "--by")
    assert program(*thaw, "Li", stdin=lines(OWNER_PIN)).document["error"]["code"] == "sign_in_unknown"
    assert program(*thaw, "s3", stdin=lines(CLERK_PIN)).document["error"]["code"] == "not_permitted"
    assert program(*thaw, "s2", stdin=lines(SUPERVISOR_PIN)).document["error"]["code"] == "order_not_frozen"


@pytest.mark.usefixtures("crew")
def test_no_pin_is_left_behind(program: Program, home: Path) -> None:
    program("staff", "disable", "s3", "--by", "s1", "--pin-stdin", stdin=lines(WRONG_PIN))
    kept = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    for pin in (OWNER_PIN, SUPERVISOR_PIN, CLERK_PIN, WRONG_PIN):
        assert not [one for one in kept if pin.encode() in one]


@pytest.mark.usefixtures("crew")
def test_a_badge_is_made_by_the_owner_and_shown_once(program: Program) -> None:
    asked = ("staff", "badge", "s3", "--by", "s1", "--pin-stdin", "--json")
    first, second = (program(*asked, stdin=lines(OWNER_PIN)).document for _ in range(2))
    assert first["staff_id"] == "s3"
    assert first["badge"].startswith("SRB-")
    assert first["badge"] != second["badge"]
    assert first["badge"] not in str(program("staff", "list", "--json").document)


@pytest.mark.usefixtures("crew")
def test_the_only_owner_is_recovered_on_this_machine(program: Program) -> None:
    ended = program("staff", "recover-owner", "s1", "--pin-stdin", "--json", stdin=lines("582047"))
    assert (ended.code, ended.document["staff_id"]) == (0, "s1")
    assert "book keeps this" in ended.err
    changed = ("staff", "disable", "s3", "--by", "s1", "--pin-stdin", "--json")
    assert program(*changed, stdin=lines(OWNER_PIN)).document["error"]["code"] == "sign_in_wrong"
    assert program(*changed, stdin=lines("582047")).code == 0
    other = program("staff", "recover-owner", "s2", "--pin-stdin", "--json", stdin=lines("582047"))
    assert other.document["error"]["code"] == "recover_not_owner"
