"""`paper pack` and `paper poster` write a new file in the form its name asks for; they need no books."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Program


def test_a_pack_is_written_before_anything_else_is_set_up(
    program: Program, tmp_path: Path, home: Path
) -> None:
    home.mkdir()
    (home / "scanrefund.toml").write_text('[support]\ncontacts = ["Owner 13800000000"]', encoding="utf-8")
    path = tmp_path / "pack.txt"
    ended = program("paper", "pack", path, "--slips", "3", "--json")
    numbers = ended.document["slips"]
    assert (ended.code, len(numbers)) == (0, 3)
    text = path.read_text("utf-8")
    assert all(number in text for number in numbers)
    assert "Owner 13800000000" in text
    assert not (home / "ledger.sqlite3").exists()


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("zh-Hans", ["微信支付 95017", "支付宝 95188"]),
        ("zh-Hant", ["微信支付 95017", "支付寶 95188"]),
        ("en", ["WeChat Pay 95017", "Alipay 95188"]),
    ],
)
def test_the_wallets_own_lines_are_named_in_the_packs_language(
    program: Program, tmp_path: Path, language: str, lines: list[str]
) -> None:
    path = tmp_path / "pack.txt"
    assert program("--language", language, "paper", "pack", path).code == 0
    told = path.read_text("utf-8")
    assert all(line in told for line in lines)


def test_a_pdf_is_written_by_its_name(program: Program, tmp_path: Path) -> None:
    pytest.importorskip("reportlab")
    for name, command in (("pack.pdf", "pack"), ("poster.PDF", "poster")):
        assert program("paper", command, tmp_path / name).code == 0
        assert (tmp_path / name).read_bytes()[:5] == b"%PDF-"


def test_a_poster_as_text_holds_the_policy(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCANREFUND_RECEIPT__POLICY", "Opened food stays sold.")
    assert program("paper", "poster", tmp_path / "poster.txt").code == 0
    assert "Opened food stays sold." in (tmp_path / "poster.txt").read_text("utf-8")


@pytest.mark.parametrize("command", ["pack", "poster"])
def test_another_form_and_a_file_that_is_there_are_refused(
    program: Program, tmp_path: Path, command: str
) -> None:
    assert program("paper", command, tmp_path / "x.docx", "--json").document["error"]["code"] == (
        "paper_form_unknown"
    )
    (tmp_path / "x.txt").write_text("mine")
    assert program("paper", command, tmp_path / "x.txt", "--json").document["error"]["code"] == (
        "file_is_there"
    )
    assert (tmp_path / "x.txt").read_text() == "mine"
