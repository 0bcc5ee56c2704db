"""Lines from scanners and people are bounded and lose only the scanner's suffix."""

from __future__ import annotations

import io

import pytest

from scanrefund.errors import UsageFault
from scanrefund.scan.keyboard import LINE_CHARS_MAX, line_text, next_line
from tests.unit.scan.symbols import WECHAT


def test_lines_come_one_by_one_until_the_stream_ends() -> None:
    stream = io.StringIO(f"{WECHAT}\r\n second \n", newline="")
    assert [next_line(stream), next_line(stream), next_line(stream)] == [WECHAT, " second ", None]


def test_a_line_without_an_end_is_not_read_for_ever() -> None:
    stream = io.StringIO("1" * 10 * LINE_CHARS_MAX)
    with pytest.raises(UsageFault) as caught:
        next_line(stream)
    assert caught.value.code == "line_too_long"
    assert "1111" not in str(caught.value)
    assert stream.tell() <= LINE_CHARS_MAX + 1


def test_the_longest_line_passes() -> None:
    assert len(line_text("1" * LINE_CHARS_MAX + "\r\n")) == LINE_CHARS_MAX
