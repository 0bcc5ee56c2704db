"""`python -m tests.bench photographs`: the sample photographs by damage, zxing-cpp as it comes and ours."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from typing import Final

import cv2

from fixtures.conditions import DAMAGES
from scanrefund.scan.frame import Grey
from scanrefund.scan.picture import read_picture
from tests.bench.readers import OURS, YARDSTICK, Reader, scanrefund, zxing
from tests.bench.report import Report
from tests.blackbox.album import WITHOUT_CODE, Photograph, under

READERS: Final[dict[str, Reader]] = {YARDSTICK: zxing, OURS: scanrefund}
COLUMNS: Final = ("damage", "pictures", YARDSTICK, OURS, "misreads of either", "time, x zxing-cpp")


def run(arguments: Sequence[str]) -> Report:
    """A row per damage, and one for all; the pictures without a code stand below."""
    argparse.ArgumentParser("python -m tests.bench photographs").parse_args(arguments)
    cv2.setNumThreads(1)
    counted = {damage: _count(under(damage)) for damage in (*DAMAGES, WITHOUT_CODE)}
    with_code = [counted[damage] for damage in DAMAGES]
    counted["all with a code"] = [sum(figures) for figures in zip(*with_code, strict=True)]
    return Report(
        title="Sample photographs read",
        columns=COLUMNS,
        rows=[_row(damage, figures) for damage, figures in counted.items()],
        figures={
            damage: dict(zip(("pictures", *READERS), figures, strict=False))
            for damage, figures in counted.items()
        },
    )


def _count(found: Sequence[Photograph]) -> list[float]:
    """Pictures, reads of each reader, misreads of all, ms of each reader."""
    reads, spent, misreads = [0] * len(READERS), [0.0] * len(READERS), 0
    for photograph in found:
        grey = read_picture(photograph.path).pixels
        for place, reader in enumerate(READERS.values()):
            texts, took_ms = _timed(reader, grey)
            misreads += bool(texts - photograph.texts)
            reads[place] += bool(texts) and texts <= photograph.texts
            spent[place] += took_ms
    return [len(found), *reads, misreads, *spent]


def _timed(reader: Callable[[Grey], dict[str, bool]], grey: Grey) -> tuple[set[str], float]:
    begun = time.process_time()
    texts = set(reader(grey))
    return texts, (time.process_time() - begun) * 1000


def _row(damage: str, figures: Sequence[float]) -> tuple[str, ...]:
    *counts, theirs_ms, ours_ms = figures
    return (damage, *(str(round(count)) for count in counts), f"{ours_ms / max(theirs_ms, 1e-3):.2f}")
