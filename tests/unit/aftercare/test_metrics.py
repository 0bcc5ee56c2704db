"""The text form of the figures, read back by its own grammar."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from scanrefund.aftercare.metrics import exposition
from scanrefund.ledger.gauges import Gauges
from tests.unit.builders import NOW

LINE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)+)\})? (-?\d+(?:\.\d+)?)')
FOUND = Gauges(
    refunds={("wechat", "SUCCEEDED"): 123_456_789, ("alipay", 'odd "state"\n'): 2},
    trips={("wechat", "SEND", "SUCCEEDED"): 5},
    oldest_open=NOW - timedelta(seconds=90),
    entries=7,
    behind=False,
)


def told(ready: bool | None = True, backups: Path | None = None) -> dict[str, str]:
    lines = exposition(FOUND, NOW, backups, ready=ready).splitlines()
    helped = {line.split()[2] for line in lines if line.startswith("# HELP")}
    typed = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    samples = [LINE.fullmatch(line) for line in lines if not line.startswith("#")]
    assert all(samples), lines
    assert helped == typed == {one[1] for one in samples if one}
    return {f"{one[1]}{{{one[2] or ''}}}": one[3] for one in samples if one}


def test_every_line_can_be_read_and_large_figures_stay_whole() -> None:
    found = told()
    assert found['scanrefund_refunds{wallet="wechat",state="SUCCEEDED"}'] == "123456789"
    assert found['scanrefund_refunds{wallet="alipay",state="odd \\"state\\"\\n"}'] == "2"
    assert found["scanrefund_oldest_open_seconds{}"] == "90"
    assert (found["scanrefund_books_behind{}"], found["scanrefund_self_test_ready{}"]) == ("0", "1")


def test_what_is_not_known_is_not_told(tmp_path: Path) -> None:
    assert "scanrefund_self_test_ready{}" not in told(ready=None)
    assert "scanrefund_backup_age_seconds{}" not in told(backups=tmp_path)
    (tmp_path / "daily-2026-11-20.sqlite3").touch()
    assert "scanrefund_backup_age_seconds{}" in told(backups=tmp_path)
