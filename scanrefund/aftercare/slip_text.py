"""A slip as lines of text of one width: for the terminal, and for a printer that knows nothing but text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

from scanrefund.aftercare.slip import PrintedSlip

# Nothing begins a line with these, as Chinese is set.
_NEVER_FIRST: Final = "，。、；：！？）》」』”’,.;:!?)"


def width_of(text: str) -> int:
    """Columns on a printer: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text)


def folded(text: str, columns: int) -> Iterator[str]:
    """The text in lines of at most so many columns; English words stay whole where they fit."""
    line = ""
    for piece in _pieces(text):
        if width_of(line + piece) <= columns or (piece in _NEVER_FIRST and width_of(line) <= columns):
            line += piece
            continue
        if line.strip():
            yield line.rstrip()
        line = piece.lstrip()
        while width_of(line) > columns:
            head = _head(line, columns)
            yield head
            line = line[len(head) :]
    if line.strip():
        yield line.rstrip()


def text_lines(slip: PrintedSlip, columns: int) -> list[str]:
    """The whole slip but its QR code, whose text stands in its place."""
    rule = "-" * columns
    lines = [*(_centred(f"*** {mark} ***", columns) for mark in slip.marks)]
    lines += [_centred(line, columns) for line in folded(slip.shop, columns)]
    lines += [_centred(slip.title, columns), rule, _centred(slip.headline, columns), rule]
    for name, value in slip.facts:
        lines += fact_lines(name, value, columns)
    lines.append(rule)
    for note in slip.notes:
        lines += folded(note, columns)
    if slip.sign_here:
        lines += ["", slip.sign_here, "", "_" * columns]
    lines += [rule, *folded(slip.code_say, columns), *folded(slip.code, columns)]
    return lines + [line for foot in slip.foot for line in folded(foot, columns)]


def fact_lines(name: str, value: str, columns: int) -> list[str]:
    """Name on the left and value on the right; below each other where they do not fit beside."""
    gap = columns - width_of(name) - width_of(value)
    if gap >= 1:
        return [name + " " * gap + value]
    return [name, *(" " * max(columns - width_of(line), 0) + line for line in folded(value, columns))]


def _centred(text: str, columns: int) -> str:
    return " " * max((columns - width_of(text)) // 2, 0) + text


def _pieces(text: str) -> Iterator[str]:
    """Wide characters one by one, runs of others up to the next blank."""
    run = ""
    for mark in text:
        if width_of(mark) == 2 or mark == " ":
            if run:
                yield run
            yield mark
            run = ""
        else:
            run += mark
    if run:
        yield run


def _head(text: str, columns: int) -> str:
    head = ""
    for mark in text:
        if width_of(head + mark) > columns:
            break
        head += mark
    return head
