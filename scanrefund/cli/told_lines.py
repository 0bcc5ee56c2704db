"""A Line of `decode` in each form: JSON, JSON Lines, CSV, and words for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from scanrefund.cli import output, sheet
from scanrefund.cli.invocation import Invocation
from scanrefund.errors import Fault
from scanrefund.model.printable import written_out
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.model.wallet import Wallet
from scanrefund.say.speak import say_fault, say_kind, say_refusal

if TYPE_CHECKING:
    from scanrefund.scan.batch import Line

Write = Callable[[str], None]


class Form(Protocol):
    """How lines are written: each as soon as it is there, none of them kept."""

    def line(self, line: Line) -> None: ...

    def end(self) -> None:
        """What comes after the last line, also when the run is cut short."""


class AsList:
    """One JSON list that grows line by line. `begun` is called with the first of them."""

    def __init__(self, write: Write, begun: Callable[[], None]) -> None:
        self._write, self._begin = write, begun
        self._begun = False

    def line(self, line: Line) -> None:
        if not self._begun:
            self._begin()
        self._write((",\n" if self._begun else "[\n") + output.as_json(as_document(line)))
        self._begun = True

    def end(self) -> None:
        if self._begun:
            self._write("\n]\n")


class AsJsonLines:
    """A JSON document a line."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def line(self, line: Line) -> None:
        self._write(output.as_json(as_document(line)) + "\n")

    def end(self) -> None:
        """Nothing is open."""


class AsCsv:
    """A row per code. `begun`: the file that is written to has its header."""

    def __init__(self, write: Write, *, begun: bool = False) -> None:
        self._write = write
        self._begun = begun

    def line(self, line: Line) -> None:
        header = [] if self._begun else [sheet.HEADER]
        self._write(sheet.text([*header, *sheet.rows(as_document(line))]))
        self._begun = True

    def end(self) -> None:
        """Nothing is open."""


class AsWords:
    """A line per code, a sentence per file that was not read."""

    def __init__(self, write: Write, invocation: Invocation) -> None:
        self._write, self._invocation = write, invocation

    def line(self, line: Line) -> None:
        # A line end in a name makes no second line.
        self._write("".join(written_out(one) + "\n" for one in _for_people(line, self._invocation)))

    def end(self) -> None:
        """Nothing is open."""


def as_document(line: Line) -> dict[str, Any]:
    """A line as its JSON keys."""
    codes = [
        {
            "text": code.text,
            "kind": code.kind.value,
            "wallet": code.wallet,
            "symbology": code.symbology,
            "confirmed": code.confirmed,
            "engine": code.engine,
            "box": list(code.box),
            "fingerprint": code.fingerprint or None,
        }
        for code in line.codes
    ]
    return {"path": line.path, "status": line.status.value, "codes": codes, "reason": line.reason or None}


def _for_people(line: Line, invocation: Invocation) -> list[str]:
    if line.status.value != "read":
        return [_why_unread(line, invocation)]
    language = invocation.spoken()
    kinds = [say_kind(one.kind, Wallet(one.wallet) if one.wallet else None, language) for one in line.codes]
    return [f"{line.path}: {kind} {code.text}" for kind, code in zip(kinds, line.codes, strict=True)]


def _why_unread(line: Line, invocation: Invocation) -> str:
    """Refusals do not say which picture they mean, faults do."""
    language = invocation.spoken()
    if not line.reason:
        return f"{line.path}: {invocation.words('unread.nothing')}"
    if line.reason in set(Reason):
        return f"{line.path}: {say_refusal(Refusal(Reason(line.reason)), language).clerk}"
    return say_fault(Fault(line.reason, **{"path": line.path} | dict(line.gaps)), language)
