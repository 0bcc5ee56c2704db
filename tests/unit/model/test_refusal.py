from __future__ import annotations

from scanrefund.check.rules import LADDER
from scanrefund.model.refusal import Reason


def test_the_ladder_asks_in_the_order_of_the_reasons() -> None:
    order = list(Reason)
    places = [order.index(rule.reason) for rule in LADDER]
    assert places == sorted(places)


def test_every_reason_has_a_rule_but_the_one_for_maintenance() -> None:
    # Kept for a shop that takes no wishes meanwhile: docs/decisions/0014-maintenance-pauses-a-send.md
    assert set(Reason) - {rule.reason for rule in LADDER} == {Reason.MAINTENANCE}
