"""`python -m tests.bench batch [--files N | --corpus DIR]`: pictures a second, beside zbarimg and a pool.

12-megapixel photographs made by a seed (`made_photographs.py`), one in twenty hard, or a corpus of real ones.
All read the same files on the same cores, in turns of a few dozen files, so that a busy machine troubles all
of them alike; processes are warm before the clock runs, zbarimg's start is a hundredth of its turn. A picture
is read when a listed text comes back and none that is not listed; negatives only cost time.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import cv2
import numpy as np
from PIL import Image

from scanrefund.errors import Fault
from scanrefund.scan.batch import Outcome, outcomes
from scanrefund.scan.engines import PRODUCT_SYMBOLOGIES
from scanrefund.scan.expand import Item
from scanrefund.scan.frame import Grey
from scanrefund.scan.pool import LocalPool
from tests.bench.corpus import Picture, pictures, plain, sample
from tests.bench.made_photographs import write_photographs
from tests.bench.readers import OURS, zxing
from tests.bench.report import Report

FILES: Final = 2_000
FILES_PER_TURN: Final = 40
ZBARIMG: Final = "zbarimg"
POOL: Final = "zxing-cpp pool"
_XML: Final = "{http://zbar.sourceforge.net/2008/barcode}"

Texts = set[str]
# Some files → the texts of each, in their order.
Contestant = Callable[[list[Path]], list[Texts]]


def run(arguments: Sequence[str]) -> Report:
    """Every contestant on every picture, turn by turn."""
    chosen = _arguments(arguments)
    with tempfile.TemporaryDirectory() as folder, _contestants(chosen.cores) as contestants:
        shown = list(_pictures(chosen, Path(folder)))
        seconds, reads = dict.fromkeys(contestants, 0.0), dict.fromkeys(contestants, 0)
        for turn in _turns(shown):
            for name, contestant in contestants.items():
                started = time.perf_counter()
                found = contestant([one.file for one in turn])
                seconds[name] += time.perf_counter() - started
                reads[name] += sum(map(_is_read, turn, found))
    return _report(len(shown), seconds, reads, chosen)


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.bench batch")
    parser.add_argument("--files", type=int, default=FILES, help="photographs to make")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="make them here, and find them here the next time")
    parser.add_argument("--corpus", type=Path, help="read these instead: folders with a manifest.jsonl each")
    parser.add_argument("--sample", type=int, help="only so many pictures of the corpus, by chance")
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    return parser.parse_args(arguments)


def _pictures(chosen: argparse.Namespace, folder: Path) -> Iterator[Picture]:
    """What is read by all. The few GIFs of a corpus, which the product refuses, become PNGs."""
    if chosen.corpus is None:
        made = chosen.keep or folder
        write_photographs(made, chosen.files, chosen.seed, _reads_it)
        yield from pictures(made)
        return
    found = [one for one in pictures(chosen.corpus) if one.kind in ("positive", "negative")]
    if chosen.sample:
        found = sample(found, chosen.sample, chosen.seed)
    for number, one in enumerate(found):
        yield _as_png(one, folder / f"{number}.png") if one.file.suffix.lower() == ".gif" else one


def _as_png(picture: Picture, file: Path) -> Picture:
    Image.fromarray(picture.grey()).save(file)
    return replace(picture, file=file)


def _reads_it(grey: Grey) -> bool:
    return bool(zxing(grey))


def _turns(shown: list[Picture]) -> Iterator[list[Picture]]:
    for start in range(0, len(shown), FILES_PER_TURN):
        yield shown[start : start + FILES_PER_TURN]


def _is_read(picture: Picture, texts: Texts) -> bool:
    """By the rule of the bench of decoders; negatives have nothing to read."""
    reported = {plain(text) for text in texts}
    return bool(reported) and reported <= picture.texts


@contextmanager
def _contestants(cores: int) -> Iterator[dict[str, Contestant]]:
    """Ours first, all warm. zbarimg only where it is installed."""
    with ExitStack() as stack:
        ours = _Ours(stack.enter_context(closing(LocalPool(cores))))
        pool = _Pool(stack.enter_context(ProcessPoolExecutor(cores, get_context("spawn"))))
        contestants: dict[str, Contestant] = {OURS: ours, POOL: pool}
        if shutil.which(ZBARIMG):
            contestants[ZBARIMG] = _Zbarimg(cores)
        with tempfile.TemporaryDirectory() as folder:
            blank = Path(folder) / "blank.png"
            Image.new("L", (640, 480), 255).save(blank)
            for contestant in contestants.values():
                contestant([blank] * cores * 4)
        yield contestants


class _Ours:
    """What `scanrefund decode` does, up to the printing."""

    def __init__(self, pool: LocalPool) -> None:
        self._pool = pool

    def __call__(self, files: list[Path]) -> list[Texts]:
        items = (Item(str(file), file) for file in files)
        return [_texts(outcome) for _, outcome in outcomes(items, self._pool)]


def _texts(outcome: Outcome) -> Texts:
    symbols = () if isinstance(outcome, Fault) else outcome.symbols
    return {symbol.text for symbol in symbols if symbol.symbology not in PRODUCT_SYMBOLOGIES}


class _Pool:
    """As anyone would write it: read the file in grey, hand it to zxing-cpp, over as many processes."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def __call__(self, files: list[Path]) -> list[Texts]:
        return list(self._pool.map(_plain, files))


def _plain(file: Path) -> Texts:
    cv2.setNumThreads(1)
    grey = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
    return set() if grey is None else set(zxing(np.asarray(grey, np.uint8)))


class _Zbarimg:
    """One process per core, each with its share of the files, looking for the same two symbologies."""

    def __init__(self, cores: int) -> None:
        self._cores = cores

    def __call__(self, files: list[Path]) -> list[Texts]:
        shares = [share for core in range(self._cores) if (share := files[core :: self._cores])]
        running = [
            subprocess.Popen(self._command(share), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            for share in shares
        ]
        found = {file: texts for one in running for file, texts in _from_xml(one.communicate()[0])}
        return [found.get(str(file), set()) for file in files]

    def _command(self, files: Iterable[Path]) -> list[str]:
        wanted = ("-Sdisable", "-Sqrcode.enable", "-Scode128.enable")
        return [ZBARIMG, "--quiet", "--nodbus", "--xml", *wanted, *map(str, files)]


def _from_xml(document: bytes) -> Iterator[tuple[str, Texts]]:
    if not document.strip():
        return
    for source in ET.fromstring(document).iter(f"{_XML}source"):
        yield source.attrib["href"], {data.text or "" for data in source.iter(f"{_XML}data")}


def _report(
    count: int, seconds: dict[str, float], reads: dict[str, int], chosen: argparse.Namespace
) -> Report:
    rates = {name: count / taken for name, taken in seconds.items()}
    summary = {
        name: {
            "reads": reads[name],
            "pictures_per_s": round(rates[name], 2),
            "ours_ratio": round(rates[OURS] / rates[name], 2),
        }
        for name in seconds
    }
    what = (
        f"corpus {chosen.corpus.name}" if chosen.corpus else f"12-megapixel photographs, seed {chosen.seed}"
    )
    return Report(
        title=f"{count} pictures ({what}), {chosen.cores} cores",
        columns=("reader", "reads", "pictures a second", "ours is so many times as fast"),
        rows=[(name, *map(str, figures.values())) for name, figures in summary.items()],
        figures={"files": count, "seed": chosen.seed, "cores": chosen.cores, "summary": summary},
        notes=[] if ZBARIMG in seconds else ["zbarimg is not installed (apt install zbar-tools)."],
    )
