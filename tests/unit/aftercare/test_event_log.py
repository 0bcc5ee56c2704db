"""The log: one line an event, no payment code in it, and never too large."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from scanrefund.aftercare import event_log
from scanrefund.aftercare.event_log import FILE_NAME, EventLog
from tests.unit.builders import NOW, WECHAT_DIGITS


def test_an_event_is_one_line_that_can_be_read(tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    log.write(NOW, "trip", refund_id="R1", code="two\nlines \u2028 付款")
    log.write(NOW, "fault", code=None)
    lines = (tmp_path / FILE_NAME).read_bytes().splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["trip", "fault"]
    assert json.loads(lines[0])["code"] == "two\nlines \u2028 付款"
    if os.name != "nt":
        assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_no_payment_code_stands_in_it(tmp_path: Path) -> None:
    EventLog(tmp_path).write(NOW, "fault", code=f"code {WECHAT_DIGITS}", refund_id=WECHAT_DIGITS)
    assert WECHAT_DIGITS.encode() not in (tmp_path / FILE_NAME).read_bytes()


def test_a_full_file_makes_room_and_one_is_kept(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(b"x" * (event_log.BYTES_MAX + 1))
    EventLog(tmp_path).write(NOW, "trip")
    assert len(path.read_bytes().splitlines()) == 1
    assert (tmp_path / f"{FILE_NAME}.1").stat().st_size == event_log.BYTES_MAX + 1


def test_a_log_that_cannot_be_written_holds_nothing_up(tmp_path: Path) -> None:
    EventLog(tmp_path / "nowhere").write(NOW, "trip")
    assert not (tmp_path / "nowhere").exists()
