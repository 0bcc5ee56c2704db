"""Many pictures → one Line each, in order, over a pool of cores, whatever a picture does."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from scanrefund.errors import Fault, PictureFault, UsageFault
from scanrefund.model.refusal import Reason
from scanrefund.model.shown import Kind
from scanrefund.scan.confirm import Verdict, weigh
from scanrefund.scan.expand import Item
from scanrefund.scan.look import Seen, look_at_bytes, look_at_file, look_at_page
from scanrefund.scan.pool import Check, Pool

# Members of archives that wait in memory; files are only named. The next one may be 10 MB more.
WAITING_BYTES_MAX: Final = 100_000_000

Fingerprint = Callable[[str], str]
Outcome = Seen | Fault


class Status(StrEnum):
    READ = "read"  # at least one text is certain, and no second payment code contradicts it
    NOTHING = "nothing"  # a good picture without a code
    REFUSED = "refused"  # not taken: the format or size, two payment codes, or no text is certain
    BROKEN = "broken"  # the file cannot be read


_REFUSED_FAULTS: Final = frozenset(
    {
        "picture_format_refused",
        "picture_too_large",
        "picture_too_small",
        "picture_took_too_long",
        "picture_too_hungry",
        "archive_too_large",
        "pdf_extra_missing",
        "pdf_too_long",
    }
)


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One text of a picture: masked, escaped and cut for print, or revealed, just as it was read."""

    text: str
    kind: Kind
    wallet: str | None
    symbology: str
    confirmed: bool
    engine: str
    box: tuple[int, int, int, int]
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What one file gave. `reason`: a fault's code, a refusal's reason, or empty. `gaps` are the fault's."""

    path: str
    status: Status
    codes: tuple[CodeLine, ...] = ()
    reason: str = ""
    gaps: Mapping[str, str] = field(default_factory=dict)


def decode_items(
    items: Iterable[Item],
    pool: Pool,
    *,
    reveal: bool = False,
    fingerprint: Fingerprint | None = None,
    check: Check = lambda: None,
) -> Iterator[Line]:
    """One Line per item, in order. Never more than `pool.ahead` items are under way.

    `fingerprint` turns a payment code's digits into its keyed hash, here: no key leaves this process.
    `reveal` leaves every text as it was read. `check` is called between lines and while one is awaited.
    Raises what it raises, and what the pool raises when all of it is lost.
    """
    for item, outcome in outcomes(items, pool, check):
        yield line_of(item, outcome, reveal=reveal, fingerprint=fingerprint)


def outcomes(
    items: Iterable[Item], pool: Pool, check: Check = lambda: None
) -> Iterator[tuple[Item, Outcome]]:
    """Each item with what was seen in it, first in, first out: only what is under way is in memory."""
    under_way: deque[tuple[Item, Future[Outcome]]] = deque()
    waiting_bytes = 0
    for item in items:
        check()
        under_way.append((item, pool.submit(look, item)))
        waiting_bytes += len(item.data or b"")
        while len(under_way) >= pool.ahead or waiting_bytes > WAITING_BYTES_MAX:
            waiting_bytes -= len(under_way[0][0].data or b"")
            yield _oldest(under_way, pool, check)
    while under_way:
        yield _oldest(under_way, pool, check)


def _oldest(under_way: deque[tuple[Item, Future[Outcome]]], pool: Pool, check: Check) -> tuple[Item, Outcome]:
    check()
    item, future = under_way.popleft()
    return item, pool.result(future, check) or PictureFault("cluster_lost_file", path=item.name)


def look(item: Item) -> Outcome:
    """What one item shows, or why not. This is the work that goes to another core or another machine.

    Raises SourceFault decoder_silent: no picture is to blame for that.
    """
    if item.fault:
        return item.fault
    try:
        if item.page is not None:
            return look_at_page(item.path, item.page)
        if item.data is not None:
            return look_at_bytes(item.data, item.name, reduced=True)
        return look_at_file(item.path, reduced=True)
    except (UsageFault, PictureFault) as fault:
        return fault


def line_of(
    item: Item, outcome: Outcome, *, reveal: bool = False, fingerprint: Fingerprint | None = None
) -> Line:
    """A fault has a line of its own; what was seen is judged as a still picture."""
    if isinstance(outcome, Fault):
        status = Status.REFUSED if outcome.code in _REFUSED_FAULTS else Status.BROKEN
        gaps = {name: str(value) for name, value in outcome.details.items()}
        return Line(item.name, status, reason=outcome.code, gaps=gaps)
    verdicts = weigh([outcome.symbols], still=True)
    codes = tuple(_code_line(verdict, reveal=reveal, fingerprint=fingerprint) for verdict in verdicts)
    status, reason = _judge(verdicts)
    return Line(item.name, status, codes, reason)


def decode_file(path: Path, *, reveal: bool = False, fingerprint: Fingerprint | None = None) -> Line:
    """The Line of one picture file."""
    item = Item(str(path), path)
    return line_of(item, look(item), reveal=reveal, fingerprint=fingerprint)


def _judge(verdicts: list[Verdict]) -> tuple[Status, str]:
    if not verdicts:
        return Status.NOTHING, ""
    if not any(verdict.confirmed for verdict in verdicts):
        return Status.REFUSED, Reason.CODE_UNREADABLE.value
    if sum(verdict.shown.kind is Kind.PAYMENT_CODE for verdict in verdicts) > 1:
        return Status.REFUSED, Reason.CODES_CONFLICT.value
    return Status.READ, ""


def _code_line(verdict: Verdict, *, reveal: bool, fingerprint: Fingerprint | None) -> CodeLine:
    shown = verdict.shown
    digits = shown.code.reveal() if shown.code else ""
    return CodeLine(
        text=verdict.text if reveal else shown.safe_text,
        kind=shown.kind,
        wallet=shown.wallet.value if shown.wallet else None,
        symbology=verdict.symbology.value,
        confirmed=verdict.confirmed,
        engine="+".join(verdict.engines),
        box=verdict.box,
        fingerprint=fingerprint(digits) if digits and fingerprint else "",
    )
