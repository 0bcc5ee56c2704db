"""`reconcile` as a person and a program meet it: both wallets' bills, files, signature, PDF and CSV."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scanrefund.wallets.reading import BEIJING
from tests.people import CLERK_PIN, OWNER_PIN, SUPERVISOR_PIN
from tests.unit.aftercare import bills
from tests.unit.aftercare.bills import Row
from tests.unit.cli.conftest import HEADER, Program, Wallets

# A day that is long over: its bill comes from a file.
DAY = date(2026, 11, 23)


@pytest.fixture
def books(program: Program, wallets: Wallets, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    lines = [
        "A1,wechat,,1000,2026-11-23T10:00:00+08:00,PAID,",
        "A2,wechat,,500,2026-11-23T11:00:00+08:00,PAID,",
    ]
    orders.write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    assert program("orders", "import", orders).code == 0


@pytest.fixture
def bill(tmp_path: Path, rehearsal: tuple[Path, Wallets]) -> Callable[..., Path]:
    """Writes a bill of this sandbox's merchant."""
    mchid = json.loads((rehearsal[0] / "sandbox.json").read_text("utf-8"))["wechat"]["mchid"]

    def write(*rows: Row) -> Path:
        path = tmp_path / "bill.csv"
        path.write_text(bills.wechat(rows, mchid=mchid), encoding="utf-8")
        return path

    return write


SOLD = (Row("A1", 1_000), Row("A2", 500))


def asked(path: Path, *more: str | Path) -> tuple[str | Path, ...]:
    return ("reconcile", "--date", DAY.isoformat(), "--bill", path, *more)


@pytest.mark.usefixtures("wallets")
def test_both_wallets_are_asked_and_a_day_without_trades_agrees(program: Program) -> None:
    today = datetime.now(UTC).astimezone(BEIJING).date()
    told = program("reconcile", "--date", today.isoformat(), "--json").document
    assert told["error"]["code"] == "day_not_over"
    day = (today - timedelta(days=9)).isoformat()
    ended = program("reconcile", "--date", day, "--json")
    assert [one["look"] for one in ended.document["scopes"]] == ["EMPTY", "FETCHED"]
    assert (ended.code, ended.document["differences"], ended.document["unexplained_fen"]) == (0, [], 0)


@pytest.mark.usefixtures("books")
def test_a_day_that_agrees_ends_with_0(program: Program, bill: Callable[..., Path]) -> None:
    ended = program(*asked(bill(*SOLD)))
    assert ended.code == 0
    assert "Everything agrees" in ended.out
    told = program(*asked(bill(*SOLD), "--json")).document
    [scope] = told["scopes"]
    assert (told["day"], told["rehearsal"]) == ("2026-11-23", True)
    assert (scope["scope"], scope["look"], scope["lines"]) == ("wechat", "FETCHED", 2)
    assert scope["sums"]["sales"] == {
        "theirs_fen": 1_500,
        "ours_fen": 1_500,
        "differences_fen": 0,
        "unexplained_fen": 0,
    }


@pytest.mark.usefixtures("books")
def test_a_difference_ends_with_5_and_says_what_to_do(program: Program, bill: Callable[..., Path]) -> None:
    path = bill(*SOLD, Row("A1", 200, "OTHER_1"))
    ended = program(*asked(path))
    assert ended.code == 5
    assert "scanrefund recover A1" in " ".join(ended.out.split())
    [found] = program(*asked(path, "--json")).document["differences"]
    assert (found["kind"], found["amount_fen"], found["line"]) == ("refund_not_ours", 200, 4)
    assert "scanrefund recover A1 --refund OTHER_1" in found["proposal"]


@pytest.mark.usefixtures("books")
def test_fees_are_expected(program: Program, bill: Callable[..., Path]) -> None:
    rows = (Row("A1", 1_000, fee="0.06000"), Row("A2", 500, fee="0.03000"))
    ended = program(*asked(bill(*rows), "--json"))
    assert (ended.code, ended.document["scopes"][0]["counts"]) == (0, {"fee": 1})


@pytest.mark.usefixtures("books")
def test_no_cell_of_the_csv_is_run_as_a_formula(
    program: Program, bill: Callable[..., Path], tmp_path: Path
) -> None:
    evil = ("=cmd|x", "+1", "-2+3", "@SUM")
    path = bill(*SOLD, *(Row(one, 100, f"{one}R") for one in evil))
    out = tmp_path / "out.csv"
    assert program(*asked(path, "--csv", out)).code == 5
    content = out.read_text("utf-8-sig")
    rows = list(csv.reader(content.splitlines()))
    assert len(rows) == 5
    for row in rows[1:]:
        for name, cell in zip(rows[0], row, strict=True):
            assert name.endswith("_fen") or cell[:1] not in ("=", "+", "-", "@", "\t", "\r"), (name, cell)
    assert "'=cmd|x" in content


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_a_pdf_is_made_in_every_language(
    program: Program, bill: Callable[..., Path], tmp_path: Path, language: str
) -> None:
    pdfium = pytest.importorskip("pypdfium2")
    out = tmp_path / "day.pdf"
    path = bill(*SOLD, Row("<b>&A1", 200, "OTHER_1"))
    assert program("--language", language, *asked(path, "--pdf", out)).code == 5
    assert out.read_bytes().startswith(b"%PDF")
    document = pdfium.PdfDocument(out)
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert "2026-11-23" in text
    assert "REHEARSAL" in text
    assert "OTHER_1" in text.replace("\r\n", "")


@pytest.mark.usefixtures("books")
def test_without_its_part_a_pdf_is_refused_in_one_sentence(
    program: Program, bill: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Imported anew, as in a process of its own.
    monkeypatch.delitem(sys.modules, "scanrefund.aftercare.reconcile_pdf", raising=False)
    monkeypatch.setitem(sys.modules, "reportlab.lib", None)
    ended = program(*asked(bill(*SOLD), "--pdf", tmp_path / "day.pdf"))
    assert (ended.code, "scanrefund[receipt]" in ended.err) == (2, True)


@pytest.mark.usefixtures("wallets")
def test_what_agrees_is_not_called_everything_while_a_bill_is_missing(program: Program) -> None:
    # WeChat Pay has bills of three months, Alipay also older ones.
    ended = program("reconcile", "--date", "2020-01-01")
    assert (ended.code, "Everything agrees" in ended.out) == (70, False)
    assert "the others are not compared yet" in ended.out


@pytest.mark.usefixtures("books")
def test_a_place_that_cannot_be_written_is_named(
    program: Program, bill: Callable[..., Path], tmp_path: Path
) -> None:
    for option in ("--csv", "--pdf"):
        ended = program(*asked(bill(*SOLD), option, tmp_path / "none" / "file", "--json"))
        assert (ended.code, ended.document["error"]["code"]) == (2, "file_not_made")


@pytest.mark.usefixtures("books")
def test_a_broken_file_is_refused_with_its_line(program: Program, bill: Callable[..., Path]) -> None:
    path = bill(*SOLD)
    path.write_text(path.read_text("utf-8").replace("`5.00", "`5.0.0"), encoding="utf-8")
    ended = program(*asked(path))
    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert "bill.csv, line 3" in ended.err
    assert "订单金额: 5.0.0" in ended.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--date", "2026-1-2"), "bill_day_wrong"),
        (("--date", "20261123"), "bill_day_wrong"),
        (("--date", "2026-02-30"), "bill_day_wrong"),
        (("--date", "2026-11-23", "--sign-off"), "signer_missing"),
        (("--date", "2026-11-23", "--staff", "s1"), "staff_without_sign_off"),
        (("--date", "2026-11-23", "--bill", "x", "--wallet", "wechat"), "wallet_and_bill"),
    ],
)
def test_what_makes_no_sense_is_refused(program: Program, arguments: tuple[str, ...], code: str) -> None:
    ended = program("reconcile", *arguments, "--json")
    assert (ended.code, ended.document["error"]["code"]) == (2, code)


def sign(*more: str) -> tuple[str, ...]:
    return ("--sign-off", "--pin-stdin", *more)


@pytest.mark.usefixtures("books")
def test_finance_signs_once_and_a_change_is_said(program: Program, bill: Callable[..., Path]) -> None:
    program("staff", "add", "--name", "Zhao", "--pin-stdin", stdin=f"{OWNER_PIN}\n")
    for name, role, pin in (("Sun", "finance", SUPERVISOR_PIN), ("Wang", "clerk", CLERK_PIN)):
        added = ("staff", "add", "--name", name, "--role", role, "--by", "s1", "--pin-stdin")
        assert program(*added, stdin=f"{OWNER_PIN}\n{pin}\n").code == 0
    refused = program(*asked(bill(*SOLD), *sign("--staff", "s3", "--json")), stdin=f"{CLERK_PIN}\n")
    assert (refused.code, refused.document["error"]["code"]) == (2, "not_permitted")
    signed = program(*asked(bill(*SOLD), *sign("--staff", "s2", "--json")), stdin=f"{SUPERVISOR_PIN}\n")
    assert (signed.code, told_signed(signed.document)) == (0, ("s2", True))
    changed = bill(*SOLD, Row("A1", 200, "OTHER_1"))
    again = program(*asked(changed, *sign("--staff", "s2", "--json")), stdin=f"{SUPERVISOR_PIN}\n")
    assert (again.code, again.document["error"]["code"]) == (2, "day_signed")
    looked = program(*asked(changed, "--json"))
    assert (looked.code, told_signed(looked.document)) == (5, ("s2", False))
    assert "with other content" in program(*asked(changed)).out


def told_signed(document: Any) -> tuple[str, bool]:
    [scope] = document["scopes"]
    return scope["signed"]["by"], scope["signed"]["same"]
