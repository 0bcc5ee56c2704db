from __future__ import annotations

from scanrefund.check.rules import LADDER
from scanrefund.model.refusal import Reason


def test_the_ladder_asks_in_the_order_of_the_reasons() -> None:
    order = list(Reason)
    places = [order.index(rule.reason) for rule in LADDER]
    assert places == sorted(places)
