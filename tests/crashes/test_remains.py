"""When two deaths leave the same, and what is said when a class of them does not hold."""

from __future__ import annotations

import socket
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from tests.crashes.classes import ALL, every_class
from tests.crashes.remains import LEDGER_FILE, digest
from tests.crashes.runs import Recovery, Run, Tally


def leave(folder: Path, **changes: str) -> Path:
    """A disk with a ledger of one row, a wallet's file and a witness."""
    folder.mkdir()
    told = {"owner": f"{socket.gethostname()[:40]}:77", "wallet": "paid", "witness": "1", "state": "READY"}
    told |= changes
    with closing(sqlite3.connect(folder / LEDGER_FILE)) as connection:
        connection.execute("CREATE TABLE refunds (state TEXT, owner TEXT)")
        connection.execute("INSERT INTO refunds VALUES (?, ?)", (told["state"], told["owner"]))
        connection.commit()
    (folder / "wallet.jsonl").write_text(told["wallet"], encoding="utf-8")
    (folder / "witness.json").write_text(told["witness"], encoding="utf-8")
    return folder


def test_the_same_remains_of_another_process_are_the_same(tmp_path: Path) -> None:
    one, two = leave(tmp_path / "1"), leave(tmp_path / "2", owner=f"{socket.gethostname()[:40]}:7801")
    assert digest(one, 5.0) == digest(two, 5.0)


@pytest.mark.parametrize("what", ["wallet", "witness", "state", "owner"])
def test_whatever_a_recovery_can_see_tells_remains_apart(tmp_path: Path, what: str) -> None:
    assert digest(leave(tmp_path / "1"), 5.0) != digest(leave(tmp_path / "2", **{what: "other"}), 5.0)


def test_the_time_and_a_further_file_tell_remains_apart(tmp_path: Path) -> None:
    disk = leave(tmp_path / "1")
    before = digest(disk, 5.0)
    assert digest(disk, 5.5) != before
    (disk / "witness.json.aside").touch()
    assert digest(disk, 5.0) != before


def test_what_was_never_committed_is_no_difference(tmp_path: Path) -> None:
    disk = leave(tmp_path / "1")
    before = digest(disk, 5.0)
    (disk / f"{LEDGER_FILE}-journal").write_bytes(b"")
    with closing(sqlite3.connect(disk / LEDGER_FILE, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("UPDATE refunds SET state = 'SENDING'")
        assert digest(disk, 5.0) == before


@dataclass
class FakeRun:
    """A play of four points. `left` are the remains after each first death, `after` after each pair.

    Its recoveries come by two points and leave what they found, unless `odd` is asked for.
    """

    left: dict[int, str]
    after: dict[tuple[int, int], str]
    odd: frozenset[str] = frozenset()
    recovered: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=lambda: Tally("fake"))
    _now: str = ""

    def unbroken(self) -> list[str]:
        return [f"point {number}" for number in self.left]

    def single(self, first: int) -> Recovery:
        self._now = self.left[first]
        return self.recover(self.name(first), self._now)

    def die_twice(self, first: int, second: int, trail: list[str]) -> str:
        self._now = self.after[first, second]
        return f"{first}, then {second} {trail[second - 1]}"

    def remains(self) -> str:
        return self._now

    def recover(self, where: str, remains: str) -> Recovery:
        self.recovered.append(remains)
        odd = remains in self.odd and self.recovered.count(remains) > 1
        return Recovery(remains, ["a", "b"], f"{remains}, odd" if odd else remains)

    def name(self, number: int) -> str:
        return f"{number} point"


@pytest.fixture
def run() -> FakeRun:
    """Two classes of two deaths each; the second deaths of a class leave the same again, point by point."""
    left = {1: "A", 2: "A", 3: "B", 4: "B"}
    after = {(first, second): f"{left[first]}{second}" for first in left for second in (1, 2)}
    return FakeRun(left, after)


def played(run: FakeRun, check: int = ALL) -> Tally:
    every_class(cast("Run", run), check, 1)
    return run.tally


def test_one_of_a_class_stands_for_all_its_pairs(run: FakeRun) -> None:
    told = played(run, 0)
    assert (told.classes, told.pairs, told.checked, told.faults) == (2, 8, 0, [])
    assert sorted(run.recovered) == ["A", "A", "A1", "A2", "B", "B", "B1", "B2"]


def test_remains_that_were_recovered_from_are_not_again(run: FakeRun) -> None:
    run.after = dict.fromkeys(run.after, "the same")
    assert played(run, 0).pairs == 8
    assert run.recovered.count("the same") == 1


def test_pairs_that_another_stands_for_are_played_when_they_are_to_be_checked(run: FakeRun) -> None:
    assert (played(run).checked, run.tally.faults) == (4, [])
    some = FakeRun(run.left, run.after)
    assert played(some, 3).checked == 3


def test_a_first_death_that_recovers_otherwise_than_its_class_is_a_fault(run: FakeRun) -> None:
    run.odd = frozenset("B")
    assert played(run, 0).faults == ["4 point: leaves what 3 leaves, recovers otherwise"]


def test_a_pair_that_leaves_something_else_than_its_class_says_is_a_fault(run: FakeRun) -> None:
    run.after[2, 1] = "elsewhere"
    assert played(run).faults == ["2, then 1 a: leaves something else than its class says"]


def test_a_pair_that_recovers_otherwise_than_its_class_says_is_a_fault(run: FakeRun) -> None:
    run.odd = frozenset({"B2"})
    assert played(run).faults == ["4, then 2 b: recovers otherwise than its class says"]
