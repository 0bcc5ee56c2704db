from __future__ import annotations

from datetime import UTC

from scanrefund.dispatch.clock import SYSTEM


def test_the_programs_own_clock_is_aware_utc() -> None:
    assert SYSTEM.now().tzinfo is UTC
