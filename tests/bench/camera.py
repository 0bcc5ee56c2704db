"""The live camera on film made by a seed, at 720p and 1080p: what a frame costs, how many a second, how soon.

    desk, clutter, text   views without a code: our time per frame over that of zxing-cpp's default
    phone                 a payment page in view, the same ratio
    rate                  frames looked at a second, from a camera faster than asked for, while every frame is
                          encoded for the preview beside it
    soon                  milliseconds from the frame that first shows a code to its announcement, at 30
                          frames a second with the preview beside it; `pale` codes need a treatment

Ratios are of the thread's own CPU time, frame by frame in turns with the yardstick and on one OpenCV thread,
so that a busy machine disturbs them least; milliseconds and rates are of the clock on the wall, and the
load of the machine is told beside them. `--frames N` (default 90) per view, `--codes N` (default 12),
`--seconds S` (default 6), `--seed N`, `--sizes 720p,1080p`.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Final

import cv2
import numpy as np

from scanrefund.model.shown import Source
from scanrefund.scan import engines
from scanrefund.scan.camera import Camera
from scanrefund.scan.enhance import to_grey
from scanrefund.scan.frame import Frame
from scanrefund.scan.live import Live
from scanrefund.scan.presence import Announced
from scanrefund.scan.video import VideoReader
from tests.bench import film
from tests.bench.report import Report

Figures = dict[str, float | str]

CAMERA_RATE: Final = 30.0
# Faster than asked for, so that the rate found is the decoder's: 60 at 720p is what better webcams give.
FAST_RATES: Final = {"480p": 60.0, "720p": 60.0, "1080p": 30.0}
# Frames of empty desk before each code, frames it stays. A pale one needs a round of the slow steps.
BEFORE, STAYS, PALE_STAYS = 3, 6, 36
WAIT_S: Final = 5.0


def run(arguments: list[str]) -> Report:
    """Measure each size."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench camera")
    parser.add_argument("--frames", type=int, default=90)
    parser.add_argument("--codes", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sizes", default="720p,1080p")
    chosen = parser.parse_args(arguments)
    sizes = chosen.sizes.split(",")
    figures = {size: _measured(size, chosen) for size in sizes}
    names = list(figures[sizes[0]])
    return Report(
        title=f"camera, seed {chosen.seed}",
        columns=("figure", *sizes),
        rows=[(name, *(str(figures[size][name]) for size in sizes)) for name in names],
        figures={"seed": chosen.seed, "summary": figures},
        notes=[f"load over the last minute, on {os.cpu_count()} cores: {os.getloadavg()[0]:.1f}"],
    )


def _measured(size: str, chosen: argparse.Namespace) -> Figures:
    views = film.scenes(size, chosen.seed)
    texts = film.codes(chosen.seed, chosen.codes)
    figures: Figures = {}
    for name in film.EMPTY:
        figures |= _cost(name, [views[name]] * chosen.frames, chosen.seed)
    figures |= _cost("phone", [film.phone(views["desk"], texts[0])] * chosen.frames, chosen.seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "desk.avi"
        film.write([views[name] for name in film.EMPTY for _ in range(15)], path, chosen.seed)
        figures |= _rate(path, FAST_RATES[size], chosen.seconds)
        figures |= _soon("soon", path, _presented(views["desk"], texts, film.phone, STAYS), STAYS)
        few = texts[: max(len(texts) // 3, 1)]
        pale = _presented(views["desk"], few, film.pale_code, PALE_STAYS)
        figures |= _soon("soon_pale", path, pale, PALE_STAYS)
    figures["load"] = round(os.getloadavg()[0], 1)
    return figures


def _cost(name: str, views: Sequence[film.Pixels], seed: int) -> Figures:
    """Our CPU time per frame over the yardstick's, and what the slowest frames take."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    reader, ours, theirs, wall = VideoReader(Source.CAMERA), [], [], []
    for picture in film.filmed(views, seed):
        frame = Frame(to_grey(picture), datetime.now(UTC), "bench")
        theirs.append(_spent(lambda: engines.zxing(frame.pixels))[0])  # noqa: B023  called at once
        cpu_ms, wall_ms = _spent(lambda: reader.read(frame))  # noqa: B023  called at once
        ours.append(cpu_ms)
        wall.append(wall_ms)
    cv2.setNumThreads(threads)
    return {
        f"{name}_ratio": round(sum(ours) / sum(theirs), 2),
        f"{name}_cpu_ms": round(float(np.mean(ours)), 1),
        f"{name}_cpu_p99_ms": round(float(np.percentile(ours, 99)), 1),
        f"{name}_wall_p99_ms": round(float(np.percentile(wall, 99)), 1),
    }


def _spent(work: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds of this thread's CPU, and on the wall."""
    cpu_s, wall_s = time.thread_time(), time.perf_counter()
    work()
    return (time.thread_time() - cpu_s) * 1000, (time.perf_counter() - wall_s) * 1000


class Played:
    """A video file as a camera gives it: live, again and again, so many frames a second."""

    live = True

    def __init__(self, path: Path, rate: float, *, times: int | None = None) -> None:
        self._path = path
        self._frame_s = 1 / rate
        self._times = times
        self.given_at_s: list[float] = []

    def __iter__(self) -> Iterator[Frame]:
        due_s = time.monotonic()
        while self._times is None or self._times > 0:
            self._times = None if self._times is None else self._times - 1
            with Camera(str(self._path), lambda: datetime.now(UTC)) as camera:
                for frame in camera:
                    due_s = max(due_s + self._frame_s, time.monotonic() - self._frame_s)
                    time.sleep(max(due_s - time.monotonic(), 0))
                    self.given_at_s.append(time.monotonic())
                    yield frame

    def close(self) -> None:
        self._times = 0


@contextmanager
def _previewed(live: Live) -> Iterator[list[int]]:
    """A page that shows every frame, beside: the numbers of those it showed."""
    stop, shown = Flag(), [0]

    def show() -> None:
        while not stop.is_set():
            preview = live.preview(after=shown[-1], wait_s=0.1)
            if preview:
                shown.append(preview.number)

    thread = Thread(target=show)
    thread.start()
    try:
        yield shown
    finally:
        stop.set()
        thread.join()


def _rate(path: Path, rate: float, seconds: float) -> Figures:
    """Frames looked at a second, of how many given, how many shown."""
    source = Played(path, rate)
    with Live("bench", lambda: source) as live, _previewed(live) as shown:
        live.start()
        live.preview(wait_s=WAIT_S)
        begun_s, frames, given, seen = time.monotonic(), live.frames, len(source.given_at_s), len(shown)
        cpu_s = time.process_time()
        time.sleep(seconds)
        taken_s = time.monotonic() - begun_s
        return {
            "rate_given": round((len(source.given_at_s) - given) / taken_s, 1),
            "rate": round((live.frames - frames) / taken_s, 1),
            "rate_previewed": round((len(shown) - seen) / taken_s, 1),
            "rate_cores_used": round((time.process_time() - cpu_s) / taken_s, 2),
        }


def _presented(
    desk: film.Pixels, texts: Sequence[str], show: Callable[[film.Pixels, str], film.Pixels], stays: int
) -> list[film.Pixels]:
    return [view for text in texts for view in [desk] * BEFORE + [show(desk, text)] * stays]


def _soon(name: str, path: Path, views: Sequence[film.Pixels], stays: int) -> Figures:
    """From the frame that first shows a code to its announcement."""
    film.write(views, path, seed=len(views))
    source = Played(path, CAMERA_RATE, times=1)
    heard_s: list[float] = []
    with Live("bench", lambda: source) as live, _previewed(live):
        listener = live.listen()
        live.start()
        while event := listener.next(WAIT_S):
            if not isinstance(event, Announced):
                break
            heard_s.append(time.monotonic())
    shown_s = source.given_at_s[BEFORE :: BEFORE + stays]
    waits = [_wait_ms(one, heard_s, (BEFORE + stays) / CAMERA_RATE) for one in shown_s]
    told = [wait for wait in waits if wait is not None]
    return {
        f"{name}_announced": f"{len(told)} of {len(shown_s)}",
        f"{name}_median_ms": round(float(np.median(told)), 1) if told else "",
        f"{name}_worst_ms": round(max(told), 1) if told else "",
    }


def _wait_ms(shown_s: float, heard_s: Sequence[float], until_s: float) -> float | None:
    """How long after it was shown the code was announced; None when the next came first."""
    after = (one - shown_s for one in heard_s if 0 <= one - shown_s < until_s)
    return next((one * 1000 for one in after), None)
