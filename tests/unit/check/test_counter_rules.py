"""What the last self test of a counter has to say about a refund."""

from __future__ import annotations

import pytest

from scanrefund.check.counter_rules import NEEDED_CHECKS
from scanrefund.check.rules import first_refusal
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.readiness import CHECKS
from tests.unit.builders import a_case


@pytest.mark.parametrize("check", NEEDED_CHECKS)
def test_what_makes_any_refund_unsafe_refuses_by_name(check: str) -> None:
    failed = frozenset({check, "camera"})
    assert first_refusal(a_case(failed_checks=failed)) == Refusal(Reason.SELF_TEST_FAILED, {"check": check})


def test_all_else_that_failed_refuses_nothing() -> None:
    others = frozenset(check.name for check in CHECKS) - set(NEEDED_CHECKS)
    assert first_refusal(a_case(failed_checks=others)) is None


def test_the_self_test_has_these_checks_and_a_counter_is_not_ready_without_them() -> None:
    assert set(NEEDED_CHECKS) <= {check.name for check in CHECKS if check.needed}
