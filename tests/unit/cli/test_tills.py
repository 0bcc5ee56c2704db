"""Tills at the command line: the token is printed once; where staff is kept, the owner decides by PIN."""

from __future__ import annotations

from pathlib import Path

from tests.people import CLERK_PIN, OWNER_PIN
from tests.unit.cli.conftest import Program


def test_a_token_is_printed_once_and_kept_nowhere(program: Program, home: Path) -> None:
    assert "No tills yet" in program("tills", "list").out
    added = program("tills", "add", "--name", "front till")
    token = added.out.strip()
    assert (added.code, token[:7], "front till" in added.err) == (0, "srt_t1_", True)
    told = program("tills", "add", "--name", "back", "--json").document
    assert (told["till_id"], told["clerk"], told["token"][:7]) == ("t2", None, "srt_t2_")
    listed = program("tills", "list", "--json")
    assert [one["till_id"] for one in listed.document] == ["t1", "t2"]
    files = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    for secret in (token, told["token"]):
        assert secret.split("_", 2)[2] not in listed.out + program("tills", "list").out
        assert secret.split("_", 2)[2].encode() not in files
    revoked = program("tills", "revoke", "t1", "--json").document
    assert revoked["revoked_at"] is not None
    assert "is revoked" in program("tills", "revoke", "t1").out
    unknown = program("tills", "revoke", "t9", "--json")
    assert (unknown.code, unknown.document["error"]["code"]) == (2, "till_unknown")


def test_where_staff_is_kept_the_owner_proves_himself(program: Program) -> None:
    program("staff", "add", "--name", "Zhao", "--pin-stdin", stdin=f"{OWNER_PIN}\n")
    clerk = ("staff", "add", "--name", "Wang", "--by", "s1", "--pin-stdin")
    program(*clerk, stdin=f"{OWNER_PIN}\n{CLERK_PIN}\n")
    add = ("tills", "add", "--name", "till", "--clerk", "s2", "--pin-stdin", "--json")
    assert program(*add).document["error"]["code"] == "by_missing"
    assert program(*add, "--by", "s2", stdin=f"{CLERK_PIN}\n").document["error"]["code"] == "not_permitted"
    made = program(*add, "--by", "s1", stdin=f"{OWNER_PIN}\n")
    assert (made.code, made.document["clerk"]) == (0, "s2")
    gone = program("tills", "revoke", "t1", "--by", "s1", "--pin-stdin", "--json", stdin=f"{OWNER_PIN}\n")
    assert gone.document["revoked_at"] is not None
