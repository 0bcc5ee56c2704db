"""`python -m tests.bench steps --corpus DIR [--into docs/decoding.md]`: what each step of the cascade gives.

Every step runs on every picture with a code that the steps before the treatments leave unread, so that a
step's own reads are known and not only those that nobody before it had. With `--into` the table is written
into a document, between the two marks.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import cv2

from scanrefund.scan.decode import FIRST, BarsStep, Step, plan
from scanrefund.scan.view import View
from tests.bench.corpus import Picture, pictures, plain, sample
from tests.bench.readers import zxing
from tests.bench.report import Report

BEGIN: Final = "<!-- made by python -m tests.bench steps -->\n"
END: Final = "<!-- end -->\n"
COLUMNS: Final = ("step", "tried on", "new reads", "reads", "only it", "misreads", "time, x zxing-cpp")


@dataclass(slots=True)
class Tally:
    """One step: pictures it read, and what it and zxing-cpp's default spent on the same pictures, in ms."""

    tried: int = 0
    reads: set[str] = field(default_factory=set)
    misreads: int = 0
    spent_ms: float = 0.0
    yardstick_ms: float = 0.0


def run(arguments: Sequence[str]) -> Report:
    """The table, one row per step in the order of the cascade."""
    parser = argparse.ArgumentParser("python -m tests.bench steps")
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--into", type=Path, help="write the table into this document")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--third", choices=("tuned", "unseen"))
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    found = [one for one in pictures(chosen.corpus) if one.kind == "positive"]
    if chosen.third:
        found = [one for one in found if one.unseen == (chosen.third == "unseen")]
    found = sample(found, chosen.sample, chosen.seed) if chosen.sample else found
    tallies = tally(found)
    report = _report(tallies, len(found))
    if chosen.into:
        _write_into(chosen.into, report)
    return report


def tally(found: Sequence[Picture]) -> list[tuple[str, Tally]]:
    """Per step in the order of the cascade: its name, its figures."""
    steps = [(_name(place, step), step) for place, step in enumerate(plan())]
    tallies = {name: Tally() for name, _ in steps}
    for picture in found:
        view, yardstick_ms = View(picture.grey()), _yardstick_ms(picture)
        easy = False
        for name, step in steps:
            if easy:
                break
            own = tallies[name]
            begun = time.process_time()
            texts = {plain(symbol.text) for symbol in step.run(view)}
            own.spent_ms += (time.process_time() - begun) * 1000
            own.yardstick_ms += yardstick_ms
            own.tried += 1
            own.misreads += bool(texts - picture.texts)
            if texts and texts <= picture.texts:
                own.reads.add(picture.name)
                easy = step in FIRST
    return list(tallies.items())


def _yardstick_ms(picture: Picture) -> float:
    grey = picture.grey()
    begun = time.process_time()
    zxing(grey)
    return (time.process_time() - begun) * 1000


def _name(place: int, step: Step | BarsStep) -> str:
    return step.name or ("quick pass", "full pass")[place]


def _report(tallies: Sequence[tuple[str, Tally]], pictures_with_code: int) -> Report:
    rows, seen = [], set[str]()
    for place, (name, own) in enumerate(tallies):
        others = set[str]().union(*(other.reads for at, (_, other) in enumerate(tallies) if at != place))
        cost = own.spent_ms / max(own.yardstick_ms, 1e-3)
        figures = (own.tried, len(own.reads - seen), len(own.reads), len(own.reads - others), own.misreads)
        rows.append((name, *map(str, figures), f"{cost:.2f}"))
        seen |= own.reads
    return Report(
        title=f"{pictures_with_code} pictures with a code, {len(seen)} read by some step",
        columns=COLUMNS,
        rows=rows,
        figures={"positives": pictures_with_code, "read": len(seen), "steps": [list(row) for row in rows]},
    )


def _write_into(document: Path, report: Report) -> None:
    before, _, rest = document.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = [f"{report.title}.", "", _line(report.columns), _line(["---"] * len(report.columns))]
    table = "\n".join([*lines, *map(_line, report.rows)])
    document.write_text(f"{before}{BEGIN}{table}\n{END}{after}", "utf-8")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
