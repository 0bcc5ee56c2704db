from __future__ import annotations

from tests.bench.dispatch import run


def test_the_dispatch_bench_still_meets_the_gateways_it_measures() -> None:
    rows = run(["--refunds", "2"]).rows
    assert [row[1] for row in rows] == ["bare", "trip", "desk"] * 2
