"""One line from a barcode scanner or a person → text, never more than a bounded length."""

from __future__ import annotations

from typing import Final, TextIO

from scanrefund.errors import UsageFault
from scanrefund.scan.identify import SCANNER_SUFFIX

# The longest code a shop meets is a merchant-presented EMV code of 512 characters.
LINE_CHARS_MAX: Final = 1024


def next_line(stream: TextIO) -> str | None:
    """The next line without the scanner's suffix; None at the end of the stream.

    Raises UsageFault line_too_long; the rest of such a line is left in the stream.
    """
    line = stream.readline(LINE_CHARS_MAX + 1)
    return line_text(line) if line else None


def line_text(line: str) -> str:
    """A line without the suffix a scanner adds. Raises UsageFault line_too_long, without the text."""
    text = line.rstrip(SCANNER_SUFFIX)
    if len(text) > LINE_CHARS_MAX:
        raise UsageFault("line_too_long", limit_chars=LINE_CHARS_MAX)
    return text
