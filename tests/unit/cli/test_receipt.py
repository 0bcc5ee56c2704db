"""`receipt`: the slip as text, as a document, as a file and on the printer."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Program, Wallets

# One rehearsal room serves every test of a run.
NUMBERS = count(1)


@pytest.fixture
def refunded(program: Program, wallets: Wallets, sold: Callable[[str, str], None]) -> str:
    order_id = f"SLIP-{next(NUMBERS)}"
    sold("wechat", order_id)
    code = wallets.fresh_code("wechat")
    ended = program(
        "refund", "--order", order_id, "--reason", "tried on", "--yes", "--json", stdin=f"{code}\n"
    )
    return str(ended.document["refund_id"])


def test_the_slip_is_shown_and_nothing_is_counted(program: Program, refunded: str) -> None:
    shown = program("receipt", refunded)
    assert shown.code == 0
    assert "REHEARSAL" in shown.out
    assert f"scanrefund:{refunded}." in shown.out.replace("\n", "")
    told = program("receipt", refunded, "--json").document
    assert (told["prints"], told["printed"], told["pdf"]) == (0, False, None)


def test_a_slip_is_printed_then_written_as_a_marked_copy(
    program: Program, refunded: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCANREFUND_RECEIPT__PRINTER", "dummy")
    assert program("receipt", refunded, "--print").code == 0
    assert (home / "printed.bin").read_bytes().startswith(b"\x1b@")
    told = program("receipt", refunded, "--pdf", tmp_path / "slip.pdf", "--json").document
    assert told["prints"] == 2
    assert (tmp_path / "slip.pdf").read_bytes().startswith(b"%PDF")
    nowhere = program("receipt", refunded, "--pdf", tmp_path / "no" / "slip.pdf", "--json")
    assert nowhere.document["error"]["code"] == "file_not_made"
    # What could not be written is no copy either.
    assert program("receipt", refunded, "--json").document["prints"] == 2


def test_a_printer_that_is_away_is_one_sentence(
    program: Program, refunded: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SCANREFUND_RECEIPT__PRINTER", str(tmp_path / "lp0"))
    ended = program("receipt", refunded, "--print", "--json")
    assert (ended.code, ended.document["error"]["code"]) == (70, "printer_away")
    assert program("status", refunded, "--json").document["state"] == "SUCCEEDED"


@pytest.mark.parametrize("place", ["lp0", "printer", "host:0", "host:99999", "C:/x"])
def test_what_is_no_printer_is_refused_by_its_key(
    program: Program, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv("SCANREFUND_RECEIPT__PRINTER", place)
    ended = program("config", "check")
    assert ended.code == 2
    assert "receipt.printer" in ended.err
