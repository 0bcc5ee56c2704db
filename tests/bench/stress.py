"""`python -m tests.bench stress [--codes N] [--seed S]`: is any wrong barcode ever believed?

Hostile strips (`strips.py`), four frames each. `read` is a right text in any frame, `wrong` a wrong one,
`confirmed` what the rule of `scan/confirm.py` believes with the frames seen so far.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from typing import Final

import cv2

from scanrefund.scan.confirm import Symbols, hints, weigh
from scanrefund.scan.decode import decode
from scanrefund.scan.frame import Frame, Grey
from tests.bench.readers import OURS, YARDSTICK, zxing
from tests.bench.report import Report
from tests.bench.strips import FRAMES, strips

CODES: Final = 10_000
COLUMNS: Final = ("read", "wrong", "confirmed", "confirmed_wrong")


def run(arguments: Sequence[str]) -> Report:
    """Count codes, not frames: each code is read or not, confirmed or not."""
    parser = argparse.ArgumentParser("python -m tests.bench stress")
    parser.add_argument("--codes", type=int, default=CODES)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    counts = count(chosen.seed, chosen.codes)
    figures = {
        name: {column: counts[name, column] for column in COLUMNS if (name, column) in counts or name == OURS}
        for name in (YARDSTICK, OURS)
    }
    return Report(
        title=f"{chosen.codes} hostile barcodes, {FRAMES} frames each, seed {chosen.seed}",
        columns=("reader", *COLUMNS, "% read", "% confirmed"),
        rows=[
            (
                name,
                *(str(own.get(column, "")) for column in COLUMNS),
                f"{100 * own.get('read', 0) / chosen.codes:.1f}",
                f"{100 * own['confirmed'] / chosen.codes:.1f}" if "confirmed" in own else "",
            )
            for name, own in figures.items()
        ],
        figures={"codes": chosen.codes, "seed": chosen.seed, "summary": figures},
    )


def count(seed: int, codes: int) -> Counter[tuple[str, str]]:
    """(reader, column) → codes."""
    counts: Counter[tuple[str, str]] = Counter()
    for text, frames in strips(seed, codes):
        _add(counts, YARDSTICK, text, {other for frame in frames for other in zxing(frame)}, None)
        _add(counts, OURS, text, *ours(frames))
    return counts


def ours(frames: Sequence[Grey]) -> tuple[set[str], set[str]]:
    """The texts reported and the texts confirmed in the frames of one code, each frame at full effort."""
    window: list[Symbols] = []
    reported: set[str] = set()
    confirmed: set[str] = set()
    for grey in frames:
        window.append(decode(Frame(grey, None, "stress"), again=hints(window)))
        verdicts = weigh(window, still=False)
        reported |= {verdict.text for verdict in verdicts}
        confirmed |= {verdict.text for verdict in verdicts if verdict.confirmed}
    return reported, confirmed


def _add(
    counts: Counter[tuple[str, str]], name: str, text: str, reported: set[str], confirmed: set[str] | None
) -> None:
    counts[name, "read"] += text in reported
    counts[name, "wrong"] += bool(reported - {text})
    if confirmed is not None:
        counts[name, "confirmed"] += text in confirmed
        counts[name, "confirmed_wrong"] += bool(confirmed - {text})
