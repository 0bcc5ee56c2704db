"""Orders as a whole at the page: released, cancelled, adjusted by those who may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.people import SUPERVISOR_PIN
from tests.unit.web.counter import Page, Served


@pytest.fixture
def shop(busy_shop: Served) -> Iterator[Served]:
    yield busy_shop
    busy_shop.time.forward(61)


def decide(page: Page, what: str, order_id: str, **more: Any) -> Any:
    return page.post(f"/desk/orders/{what}", {"order_id": order_id, "why": "asked for", **more})


def test_a_supervisor_releases_an_order(shop: Served) -> None:
    shop.sell("W1")
    told = decide(shop.page(), "release", "W1").document["order"]
    assert (told["state"], told["may_refund"]) == ("RELEASED", True)


def test_a_clerk_decides_nothing_alone(shop: Served) -> None:
    shop.sell("W2")
    clerk = shop.page(shop.crew.clerk)
    amounts = {"old_fen": 1_000, "new_fen": 900}
    for what in ("release", "extend", "cancel", "adjust"):
        assert decide(clerk, what, "W2", **amounts).fault == "approval_needed"
    assert shop.house.orders.show("W2").refund_count == 0


def test_a_clerk_cancels_with_a_supervisor_at_his_side(shop: Served) -> None:
    shop.sell("W3")
    word = {"staff_id": shop.crew.supervisor.staff_id, "secret": SUPERVISOR_PIN}
    clerk = shop.page(shop.crew.clerk)
    told = decide(clerk, "cancel", "W3", approval=word, reading_id=shop.shown(clerk)).document
    assert (told["order"]["state"], told["receipt"]["state"]) == ("CANCELLED", "SUCCEEDED")
    assert told["receipt"]["clerk"] == shop.crew.clerk.name
    again = decide(clerk, "cancel", "W3", approval=word).document
    assert (again["order"]["state"], again["receipt"]) == ("CANCELLED", None)
    assert shop.wallets.times_sent("W3") == [1]


def test_a_price_is_lowered_by_its_difference(shop: Served) -> None:
    shop.sell("W4")
    page = shop.page()
    wrong = decide(page, "adjust", "W4", old_fen=999, new_fen=900, reading_id=shop.shown(page))
    assert wrong.fault == "adjust_old_wrong"
    told = decide(page, "adjust", "W4", old_fen=1_000, new_fen=900, reading_id=shop.shown(page)).document
    assert (told["receipt"]["amount_fen"], told["order"]["remaining_fen"]) == (100, 900)
    assert decide(page, "adjust", "W4", new_fen=900).fault == "field_wrong"
