"""`python -m tests.bench decode --corpus DIR [--peers] [--rows FILE]`: who reads how many photographs.

One process, one thread, the same grey array for everybody, and the processor's time (not the clock's, which
a busy machine stretches). A picture is read when at least one listed text comes back and none that is not
listed. Ratios are to zxing-cpp's default: `ratio_mean` is mean time over mean time, `ratio_median` the median
of the pictures' ratios, both over the positives.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2

from scanrefund.scan.frame import Grey
from tests.bench.corpus import Picture, pictures, plain, sample
from tests.bench.readers import OURS, PEERS, QUICK, YARDSTICK, Reader, Texts, scanrefund
from tests.bench.report import Report


@dataclass(frozen=True, slots=True)
class Row:
    """What one reader made of one picture. `easy` says that zxing-cpp's quick pass reads it."""

    picture: str
    kind: str
    reader: str
    outcome: str
    confirmed: int
    confirmed_wrong: int
    cpu_ms: float
    ratio: float
    easy: bool
    texts: list[str]


def run(arguments: Sequence[str]) -> Report:
    """Measure and report; the yardstick always runs, the other peers with `--peers`."""
    chosen = _arguments(arguments)
    cv2.setNumThreads(1)
    readers: dict[str, Reader] = {OURS: scanrefund, **(PEERS if chosen.peers else {})}
    readers.setdefault(YARDSTICK, PEERS[YARDSTICK])
    rows = [row for picture in _chosen(chosen) for row in measure(picture, readers)]
    if chosen.rows:
        lines = [json.dumps(asdict(row), ensure_ascii=False) for row in rows]
        chosen.rows.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return _report(rows, list(readers))


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.bench decode")
    parser.add_argument("--corpus", type=Path, required=True, help="folders with a manifest.jsonl each")
    parser.add_argument("--peers", action="store_true", help="run pyzbar and OpenCV too")
    parser.add_argument("--rows", type=Path, help="write a JSON line per picture and reader")
    parser.add_argument("--sample", type=int, help="only so many pictures, by chance")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--third", choices=("tuned", "unseen"), help="only what was tuned on, or what was not"
    )
    return parser.parse_args(arguments)


def _chosen(chosen: argparse.Namespace) -> list[Picture]:
    found = [one for one in pictures(chosen.corpus) if one.kind in ("positive", "negative")]
    if chosen.third:
        found = [one for one in found if one.unseen == (chosen.third == "unseen")]
    return sample(found, chosen.sample, chosen.seed) if chosen.sample else found


def measure(picture: Picture, readers: dict[str, Reader]) -> list[Row]:
    """Every reader on one picture."""
    grey = picture.grey()
    results = {name: _timed(reader, grey) for name, reader in readers.items()}
    easy = bool(QUICK(grey))
    yard_ms = results[YARDSTICK][1]
    return [_row(picture, name, *result, yard_ms, easy=easy) for name, result in results.items()]


def _timed(reader: Callable[[Grey], Texts], grey: Grey) -> tuple[Texts, float]:
    begun = time.process_time()
    texts = reader(grey)
    return texts, (time.process_time() - begun) * 1000


def _row(picture: Picture, name: str, texts: Texts, cpu_ms: float, yard_ms: float, *, easy: bool) -> Row:
    seen = {plain(text) for text in texts}
    sure = {plain(text) for text, confirmed in texts.items() if confirmed}
    return Row(
        picture=picture.name,
        kind=picture.kind,
        reader=name,
        outcome=outcome(picture, seen),
        confirmed=len(sure & picture.texts),
        confirmed_wrong=len(sure - picture.texts),
        cpu_ms=cpu_ms,
        ratio=cpu_ms / max(yard_ms, 1e-3),
        easy=easy,
        texts=sorted(seen),
    )


def outcome(picture: Picture, texts: set[str]) -> str:
    """read, misread or missed on a positive; false read or clean on a negative. `texts` are `plain`."""
    if picture.kind == "negative":
        return "false read" if texts else "clean"
    if texts - picture.texts:
        return "misread"
    return "read" if texts else "missed"


def _report(rows: Sequence[Row], names: Sequence[str]) -> Report:
    summary = {name: _summary([row for row in rows if row.reader == name], rows) for name in names}
    union = {row.picture for row in rows if row.reader in PEERS and row.outcome == "read"}
    positives = len({row.picture for row in rows if row.kind == "positive"})
    columns = tuple(next(iter(summary.values())))
    return Report(
        title=f"{positives} pictures with a code, {len({row.picture for row in rows}) - positives} without",
        columns=("reader", *columns),
        rows=[(name, *(_shown(figures[key]) for key in columns)) for name, figures in summary.items()],
        figures={"summary": summary, "positives": positives, "union_of_peers": len(union)},
        notes=[f"The peers that ran read {len(union)} pictures between them."],
    )


def _summary(own: Sequence[Row], rows: Sequence[Row]) -> dict[str, Any]:
    yard = {row.picture: row.cpu_ms for row in rows if row.reader == YARDSTICK}
    positives = [row for row in own if row.kind == "positive"]
    return {
        "reads": _count(own, "read"),
        "misreads": _count(own, "misread"),
        "false_reads": _count(own, "false read"),
        "confirmed": sum(row.confirmed > 0 for row in positives),
        "confirmed_wrong": sum(row.confirmed_wrong > 0 for row in own),
        "ratio_mean": _ratio_of_means(positives, yard),
        "ratio_median": round(statistics.median([row.ratio for row in positives] or [0.0]), 2),
        "ratio_mean_easy": _ratio_of_means((row for row in positives if row.easy), yard),
        "ratio_mean_negative": _ratio_of_means((row for row in own if row.kind == "negative"), yard),
    }


def _count(rows: Iterable[Row], wanted: str) -> int:
    return sum(row.outcome == wanted for row in rows)


def _ratio_of_means(rows: Iterable[Row], yard: dict[str, float]) -> float:
    times = [(row.cpu_ms, yard[row.picture]) for row in rows]
    return round(sum(own for own, _ in times) / max(sum(base for _, base in times), 1e-3), 2)


def _shown(figure: float) -> str:
    return str(figure) if isinstance(figure, int) else f"{figure:.2f}"
