"""Who may give which command, where staff is known: the right PIN of somebody who may not opens nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Program

OWNER_PIN, SUPERVISOR_PIN, CLERK_PIN, AUDITOR_PIN = "618304", "739215", "904417", "552108"
WHY = ("--why", "seen")

# No refund or complaint has these numbers: whoever may is told so, whoever may not is told nothing of it.
NOT_FOR_CLERKS = (
    ("applicant", "X"),
    ("evidence", "photo", "X", "1", "--to", "photo.png"),
    ("complaints", "show", "1"),
    ("complaints", "answer", "1", "--words", "called"),
    ("complaints", "end", "1"),
    ("release", "X", *WHY),
    ("release-short", *WHY),
    ("close", "X", *WHY),
    ("cash", "X", *WHY),
    ("orders", "thaw", "X", *WHY),
    ("orders", "release", "X", *WHY),
    ("orders", "extend", "X", *WHY),
    ("orders", "cancel", "X", *WHY),
    ("orders", "adjust", "X", "--old", "2", "--new", "1", *WHY),
)
NOT_FOR_AUDITORS = (
    ("hold", "X", "--note", "look"),
    ("complaints", "note", "X", "--words", "late"),
)


@pytest.fixture
def crew(program: Program) -> None:
    owner = ("staff", "add", "--name", "Li", "--role", "owner", "--pin-stdin")
    assert program(*owner, stdin=OWNER_PIN).code == 0
    for name, role, pin in (
        ("Zhao", "supervisor", SUPERVISOR_PIN),
        ("Wang", "clerk", CLERK_PIN),
        ("Hu", "auditor", AUDITOR_PIN),
    ):
        hire = ("staff", "add", "--name", name, "--role", role, "--by", "s1", "--pin-stdin")
        assert program(*hire, stdin=f"{OWNER_PIN}\n{pin}\n").code == 0


def answered(program: Program, command: tuple[str, ...], by: str, pin: str) -> str:
    """The fault's code; empty where there was none."""
    ended = program(*command, "--by", by, "--pin-stdin", "--json", stdin=f"{pin}\n")
    told = ended.document
    return str(told["error"]["code"]) if isinstance(told, dict) and "error" in told else ""


@pytest.mark.usefixtures("crew", "wallets")
def test_a_clerk_and_an_auditor_may_not_and_a_supervisor_may(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    clerk = {command: answered(program, command, "s3", CLERK_PIN) for command in NOT_FOR_CLERKS}
    assert clerk == dict.fromkeys(NOT_FOR_CLERKS, "not_permitted")
    auditor = {command: answered(program, command, "s4", AUDITOR_PIN) for command in NOT_FOR_AUDITORS}
    assert auditor == dict.fromkeys(NOT_FOR_AUDITORS, "not_permitted")
    some = (*NOT_FOR_CLERKS[::5], NOT_FOR_AUDITORS[0])
    supervisor = {answered(program, command, "s2", SUPERVISOR_PIN) for command in some}
    assert "not_permitted" not in supervisor
