"""Results are kept by person, and a damaged line costs only itself."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanrefund.training.results import Result, Results

AT = datetime(2026, 11, 29, 8, tzinfo=UTC)


def result(name: str, exercise: str, score: int, took_s: int = 20, missed: str = "") -> Result:
    return Result(AT, name, exercise, score, took_s, missed)


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return Results(tmp_path / "results.jsonl")


def test_nobody_has_practised(results: Results) -> None:
    assert results.all() == []
    assert results.standings() == []


def test_what_is_written_comes_back_and_is_for_the_owner_alone(results: Results, tmp_path: Path) -> None:
    told = Result(AT, "小林", "partial", 60, 41, "", ("other_reason",))
    results.add(told)
    assert results.all() == [told]
    if os.name != "nt":
        assert stat.S_IMODE((tmp_path / "results.jsonl").stat().st_mode) == 0o600


def test_the_best_of_each_exercise_counts_and_the_better_stands_first(results: Results) -> None:
    results.add(result("小林", "partial", 60))
    results.add(result("小林", "partial", 90, took_s=33))
    results.add(result("小林", "processing", 0, missed="nothing_refunded"))
    results.add(result("小王", "partial", 100))
    results.add(result("小王", "processing", 100))
    assert results.best_of("小林")["partial"].score == 90
    wang, lin = results.standings()
    assert (wang.name, wang.passed, wang.score, wang.took_s) == ("小王", 2, 20, 40)
    assert (lin.name, lin.passed, lin.score, lin.took_s) == ("小林", 1, 9, 33)


def test_a_half_line_is_passed_over(results: Results, tmp_path: Path) -> None:
    results.add(result("小林", "partial", 60))
    path = tmp_path / "results.jsonl"
    path.write_text(path.read_text("utf-8") + '{"at": "2026-11-29T08:00', "utf-8")
    assert [one.name for one in results.all()] == ["小林"]
