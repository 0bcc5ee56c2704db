"""`report` as a person meets it: on the terminal, as a page, as CSV, as JSON."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Program, Wallets


@pytest.fixture
def a_day(program: Program, wallets: Wallets, sold: Callable[[str, str], None]) -> None:
    """A refund of today, and a refusal."""
    order_id = f"d-{wallets.fresh_code('wechat')[-8:]}"
    sold("wechat", order_id)
    wish = ("refund", "--order", order_id, "--reason", "x", "--yes", "--json")
    code = wallets.fresh_code("wechat")
    assert program(*wish, "--amount", "10", stdin=f"{code}\n").code == 0
    assert program(*wish, "--amount", "1000", stdin=f"{wallets.fresh_code('wechat')}\n").code == 1


def test_a_day_in_every_form(program: Program, a_day: None, tmp_path: Path) -> None:
    told = program("report", "--json").document
    assert (told["total"]["count"], told["total"]["succeeded_fen"]) == (1, 1_000)
    assert told["refused"]["reason"] == {"amount_over_remaining": 1}
    assert told["refused"]["counter"] == {"counter1": 1}
    page, sheet = tmp_path / "day.html", tmp_path / "day.csv"
    assert program("report", "--page", page, "--csv", sheet).code == 0
    assert "<svg" in page.read_text("utf-8")
    rows = list(csv.DictReader(sheet.read_text("utf-8-sig").splitlines()))
    assert {row["value"] for row in rows if (row["section"], row["figure"]) == ("total", "count")} == {"1"}
    assert "All refunds made" in program("report").out
    assert program("report", "--page", page, "--json").document["error"]["code"] == "file_is_there"


def test_a_pdf_where_reportlab_is_there(program: Program, a_day: None, tmp_path: Path) -> None:
    pytest.importorskip("reportlab")
    assert program("report", "--pdf", tmp_path / "day.pdf").code == 0
    assert (tmp_path / "day.pdf").read_bytes()[:5] == b"%PDF-"


@pytest.mark.parametrize(
    ("days", "code"),
    [
        (("--date", "yesterday"), "day_wrong"),
        (("--date", "2026-11-23", "--from", "2026-11-22"), "report_day_or_days"),
        (("--from", "2026-11-23", "--to", "2026-11-22"), "report_days_wrong"),
    ],
)
def test_days_that_cannot_be_are_named(program: Program, days: tuple[str, ...], code: str) -> None:
    ended = program("report", *days, "--json")
    assert (ended.code, ended.document["error"]["code"]) == (2, code)


def test_a_stretch_has_a_line_for_each_day(program: Program) -> None:
    told = program("report", "--from", "2026-11-22", "--to", "2026-11-24", "--json").document
    assert [one["name"] for one in told["days"]] == ["2026-11-22", "2026-11-23", "2026-11-24"]
