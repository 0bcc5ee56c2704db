from __future__ import annotations

import pytest

from tests.bench.ledger import run


@pytest.mark.long
def test_the_ledger_bench_tells_every_figure() -> None:
    figures = run(["--rows", "200", "--refunds", "20"]).figures
    told = {f"{kind}_large_to_small_ratio" for kind in ("sqlite", "postgres")}
    told |= {f"{kind}_to_floor_ratio" for kind in ("sqlite", "postgres")}
    told |= {f"postgres_{workers}_workers_refunds_per_s" for workers in (1, 4, 16)}
    assert told <= figures.keys()
