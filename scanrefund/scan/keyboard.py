"""Lines from a barcode scanner, a till or a person → text, never more than a bounded length."""

from __future__ import annotations

import os
import re
import select
import stat
from collections.abc import Callable
from typing import BinaryIO, Final

from scanrefund.errors import UsageFault
from scanrefund.scan.identify import SCANNER_SUFFIX

# The longest code a shop meets is a merchant-presented EMV code of 512 characters.
LINE_CHARS_MAX: Final = 1024
# The code, and enough after it to see that somebody sent a second one.
LINES_MAX: Final = 3
# Blank lines before the code are skipped, but not for ever.
STREAM_BYTES_MAX: Final = 16_384
# What a program writes in one go arrives together; a person with a scanner is slower than this.
SECOND_LINE_WAIT_S: Final = 0.05

# What scanners put around a line besides its end: blanks, and start and end of text (STX, ETX).
_AROUND: Final = " \t\x02\x03"
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
# ISO/IEC 15424: what a scanner may say of the symbol before its text: `]C1`, `]Q3`.
_AIM_IDENTIFIER: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]")


def lines_at_hand(stream: BinaryIO, more_waits: Callable[[], bool]) -> list[str]:
    """The first line with something on it, and those up to LINES_MAX that came with it; empty at the end.

    Waits for the first line only: for others when `more_waits` says that reading will not block. Raises
    UsageFault line_too_long.
    """
    read = b""
    ended = False
    while not ended and len(read) < STREAM_BYTES_MAX:
        lines = _lines(read, ended=False)
        if len(lines) >= LINES_MAX or (lines and not more_waits()):
            break
        chunk = stream.read1(STREAM_BYTES_MAX - len(read))  # type: ignore[attr-defined]
        ended = not chunk
        read += chunk
    lines = _lines(read, ended=ended or len(read) >= STREAM_BYTES_MAX)
    return [line_text(line) for line in lines[:LINES_MAX]]


def more_waits_in(handle: int) -> bool:
    """Whether reading from standard input would give something, or its end, about now."""
    if os.name == "nt":  # where only sockets can be asked
        return stat.S_ISREG(os.fstat(handle).st_mode)
    return bool(select.select([handle], [], [], SECOND_LINE_WAIT_S)[0])


def line_text(line: str) -> str:
    """A line without the suffix a scanner adds. Raises UsageFault line_too_long, without the text."""
    text = line.rstrip(SCANNER_SUFFIX)
    if len(text) > LINE_CHARS_MAX:
        raise UsageFault("line_too_long", limit_chars=LINE_CHARS_MAX)
    return text


def scanned_text(line: str) -> str:
    """What was in the symbol: the line without blanks, STX, ETX and the scanner's AIM identifier.

    Only these go: anything else around the digits is not from a scanner that is set up well.
    """
    text = line_text(line).strip(_AROUND)
    found = _AIM_IDENTIFIER.match(text)
    return text[found.end() :] if found else text


def _lines(read: bytes, *, ended: bool) -> list[str]:
    """The lines with something on them; the last one counts when its end was seen or the stream has ended."""
    lines = _LINE_END.split(read.decode("utf-8", "replace"))
    return [line for line in (lines if ended else lines[:-1]) if line.strip()]
