"""A life in a process of its own, which ends at its point or tells what it came by."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, Final, NoReturn

from tests.crashes.points import Points

LIFE_S_MAX: Final = 60


def lived(
    points: Points, hear: Callable[[str, tuple[Any, ...]], None], act: Callable[[], object]
) -> tuple[bool, list[str]]:
    """Whether it died at its point; the points it came by, if it lived. `hear` is its audit hook."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        _act_and_die(points, hear, act, writes)
    os.close(writes)
    with os.fdopen(reads, encoding="utf-8") as told:
        text = told.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code not in (0, -signal.SIGKILL):
        raise AssertionError(f"the life ended with {code}: {text}")
    return code != 0, json.loads(text) if text else []


def _act_and_die(
    points: Points,
    hear: Callable[[str, tuple[Any, ...]], None],
    act: Callable[[], object],
    writes: int,
) -> NoReturn:
    signal.alarm(LIFE_S_MAX)
    sys.addaudithook(hear)
    try:
        act()
        with points.spared():
            os.write(writes, json.dumps(points.trail).encode())
        os._exit(0)
    except BaseException as error:  # noqa: BLE001  (a door: the parent is told)
        os.write(writes, repr(error).encode())
        os._exit(1)
