"""`complaints`, as somebody types it; the words are shown to who may read the books, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.unit.cli.conftest import Program, Wallets

Sell = Callable[[str, str], None]
SAID = "the clerk laughed at 张三"


def test_a_complaint_from_its_note_to_its_end(program: Program, wallets: Wallets, sold: Sell) -> None:
    sold("alipay", "k-1")
    wish = ("refund", "--order", "k-1", "--reason", "tried on", "--yes", "--json", "--amount", "10")
    made = program(*wish, stdin=f"{wallets.fresh_code('alipay')}\n").document["refund_id"]
    assert program("complaints", "list").out.startswith("No complaint waits")
    note = ("complaints", "note", made, "--by", "Wang", "--words", SAID, "--json")
    noted = program(*note, "--due", "2099-01-01")
    assert noted.document["error"]["code"] == "complaint_due_wrong"
    assert program(*note, "--due", "soon").document["error"]["code"] == "day_wrong"
    noted = program(*note)
    assert (noted.code, noted.document["refund_id"], noted.document["standing"]) == (0, made, "waiting")
    number = str(noted.document["number"])
    listed = program("complaints", "list").out
    assert noted.document["due"] in listed
    assert "张三" not in listed
    assert SAID in program("complaints", "show", number, "--by", "Li").out
    answer = ("complaints", "answer", number, "--by", "Li", "--words", "called", "--json")
    assert program(*answer).document["standing"] == "answered"
    assert program(*answer).document["error"]["code"] == "complaint_over"
    shown = program("complaints", "show", number, "--by", "Li", "--json").document
    assert (shown["words"], shown["answer"]) == (SAID, "called")
    assert program("complaints", "end", number, "--by", "Li").code == 0
    assert program("complaints", "list", "--json").document == []
    every = program("complaints", "list", "--all", "--json").document
    assert [one["standing"] for one in every] == ["ended"]
    # The shop's midnight may have passed since.
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    report = program("report", "--from", yesterday, "--json").document
    assert (report["complaints"]["noted"], report["complaints"]["in_time"]) == (1, 1)
    assert "answered in time" in program("report").out
