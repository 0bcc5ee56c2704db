"""Several processes at one ledger at once, and what they get done in a second."""

from __future__ import annotations

import multiprocessing
import time
from importlib import import_module
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Final

from tests.unit.builders import open_ledger_at

WAIT_S: Final = 300


def crowd(url: str, work: str, workers: int, count: int) -> float:
    """`count` steps of the bench's function `work`, shared by the workers; steps a second in all."""
    # Clean processes that share no connection with this one.
    context = multiprocessing.get_context("spawn")
    meet = context.Barrier(workers)
    spent: Queue[float] = context.Queue()
    hands = [
        context.Process(target=_work, args=(url, work, range(hand, count, workers), meet, spent), daemon=True)
        for hand in range(workers)
    ]
    for hand in hands:
        hand.start()
    slowest_s = max(spent.get(timeout=WAIT_S) for _ in hands)
    for hand in hands:
        hand.join(timeout=WAIT_S)
    return float(count / slowest_s)


def _work(url: str, work: str, numbers: range, meet: Barrier, spent: Queue[float]) -> None:
    step = getattr(import_module("tests.bench.ledger"), work)
    ledger = open_ledger_at(url)
    meet.wait(timeout=WAIT_S)
    begun = time.perf_counter()
    for number in numbers:
        step(ledger, number)
    spent.put(time.perf_counter() - begun)
    ledger.close()
