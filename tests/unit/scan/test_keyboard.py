"""Lines from scanners and people are bounded and lose only what the scanner added."""

from __future__ import annotations

import io
import os

import pytest

from scanrefund.errors import UsageFault
from scanrefund.scan.keyboard import (
    LINE_CHARS_MAX,
    LINES_MAX,
    STREAM_BYTES_MAX,
    line_text,
    lines_at_hand,
    more_waits_in,
    scanned_text,
)
from tests.unit.scan.symbols import WECHAT, WECHAT_OTHER


def at_hand(text: str) -> list[str]:
    return lines_at_hand(io.BytesIO(text.encode()), lambda: True)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", ""])
def test_a_line_loses_its_end(end: str) -> None:
    assert at_hand(WECHAT + end) == [WECHAT]


def test_blank_lines_before_the_code_are_skipped() -> None:
    assert at_hand(f"\r\n  \n\t\n{WECHAT}\n") == [WECHAT]


def test_blank_lines_are_not_skipped_for_ever() -> None:
    stream = io.BytesIO(b"\n" * 10 * STREAM_BYTES_MAX + WECHAT.encode())
    assert lines_at_hand(stream, lambda: True) == []
    assert stream.tell() <= STREAM_BYTES_MAX


def test_a_few_further_lines_are_taken_and_no_more() -> None:
    assert at_hand(f"{WECHAT}\n\n{WECHAT_OTHER}\n") == [WECHAT, WECHAT_OTHER]
    assert len(at_hand("1\n2\n3\n4\n5\n")) == LINES_MAX


def test_nothing_is_waited_for_once_there_is_a_line() -> None:
    """A scanner's line has an end, and its pipe stays open: a second read would hang."""
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as stream, os.fdopen(writer, "wb", buffering=0) as scanner:
        scanner.write(f"{WECHAT}\r\n".encode())
        assert lines_at_hand(stream, lambda: False) == [WECHAT]
        scanner.write(f"{WECHAT_OTHER}\r\n123".encode())
        assert lines_at_hand(stream, lambda: more_waits_in(stream.fileno())) == [WECHAT_OTHER]


def test_a_line_without_an_end_is_not_read_for_ever() -> None:
    stream = io.BytesIO(b"1" * 100 * LINE_CHARS_MAX)
    with pytest.raises(UsageFault) as caught:
        lines_at_hand(stream, lambda: True)
    assert caught.value.code == "line_too_long"
    assert "1111" not in str(caught.value)
    assert stream.tell() <= STREAM_BYTES_MAX


def test_the_longest_line_passes() -> None:
    assert len(line_text("1" * LINE_CHARS_MAX + "\r\n")) == LINE_CHARS_MAX


@pytest.mark.parametrize(
    "line",
    [f"]C1{WECHAT}", f"]Q3{WECHAT}\r\n", f"  {WECHAT} \r\n", f" ]C0{WECHAT}", f"\x02]C1{WECHAT}\x03\r"],
)
def test_what_a_scanner_adds_is_taken_off(line: str) -> None:
    assert scanned_text(line) == WECHAT


@pytest.mark.parametrize(
    "line", [f"\ufeff{WECHAT}", f"\u200b{WECHAT}", f"\u3000{WECHAT}", f"]{WECHAT}", f"C1{WECHAT}"]
)
def test_what_no_scanner_adds_stays(line: str) -> None:
    assert scanned_text(line) == line
