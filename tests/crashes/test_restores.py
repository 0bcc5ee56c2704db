"""A restore killed at each step leaves the old shop or the restored one, whole; it can be asked for again."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.crashes.nursery import can_fork
from tests.tidy.source import ROOT

pytestmark = pytest.mark.skipif(not can_fork(), reason="processes cannot be forked and killed here")

RUN_S_MAX = 280
# What a restore cannot do without: fewer steps mean that some are no longer seen.
STEPS = (
    "open /evidence/",
    "os.rename /evidence/",
    "os.link /ledger.sqlite3",
    "os.rename /ledger.sqlite3",
    "os.rename /witness.json",
    "COMMIT",
)


def test_killed_at_each_step_either_shop_opens_whole_and_the_next_restore_succeeds() -> None:
    call = [sys.executable, "-m", "tests.crashes.restores"]
    ended = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, timeout=RUN_S_MAX, check=False)
    assert ended.stdout, ended.stderr
    told = json.loads(ended.stdout)
    assert told["faults"] == {}
    assert [step for step in STEPS if not any(one.startswith(step) for one in told["points"])] == []
