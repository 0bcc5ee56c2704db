"""Orders as a whole at the page: released, cancelled, adjusted by those who may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scanrefund.model.money import Money
from scanrefund.model.order import Order, OrderState
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.model.wallet import Wallet
from scanrefund.people import totp
from scanrefund.web.order_choices import choices
from tests.people import SUPERVISOR_PIN, secret_of
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


def test_a_code_of_the_moment_is_good_for_the_decision_and_for_its_refund(shop: Served) -> None:
    """The second person types once; a code that was taken is not taken again."""
    shop.sell("W5", 60_000)
    clerk, supervisor = shop.page(shop.crew.clerk), shop.crew.supervisor.staff_id
    key = secret_of(shop.house.staff.totp_secret(supervisor, supervisor))
    reading_id = shop.shown(clerk)
    word = {"staff_id": supervisor, "secret": totp.code_at(key, totp.step_of(shop.time.now()))}
    told = decide(clerk, "cancel", "W5", approval=word, reading_id=reading_id).document
    assert (told["receipt"]["state"], told["receipt"]["approver"]) == ("SUCCEEDED", shop.crew.supervisor.name)


def test_a_slow_wallet_keeps_nobody_waiting_and_pressing_again_pays_once(shop: Served) -> None:
    shop.sell("W6")
    fault = {"wallet": "alipay", "on": "refund", "fault": "delay", "delay_s": 3, "order_id": "W6"}
    shop.wallets.call("/sandbox/faults", fault)
    page = shop.page()
    reading_id = shop.shown(page)
    first = decide(page, "cancel", "W6", reading_id=reading_id).document
    assert (first["receipt"]["tone"], first["order"]["in_flight_fen"]) == ("open", 1_000)
    again = decide(page, "cancel", "W6", reading_id=reading_id).document
    assert again["order"]["state"] == "CANCELLED"
    assert shop.wallets.times_sent("W6") == [1]


@pytest.mark.parametrize(
    ("state", "changes", "stopped", "offered"),
    [
        (OrderState.UNPAID, {}, None, ["cancel"]),
        (OrderState.PAID, {}, None, ["release", "cancel", "adjust", "hold"]),
        (OrderState.RELEASED, {}, Reason.RETURN_WINDOW_PASSED, ["extend", "cancel", "adjust", "hold"]),
        (OrderState.PARTLY_REFUNDED, {"open_refund_id": "SR_1"}, None, []),
        (OrderState.PAID, {"frozen_why": "amount"}, Reason.ORDER_FROZEN, ["release"]),
        (OrderState.REFUNDED, {"wallet_reserved": Money(1_000)}, None, []),
        (OrderState.CANCELLED, {}, None, []),
    ],
)
def test_a_card_offers_what_the_state_allows(
    state: OrderState, changes: dict[str, Any], stopped: Reason | None, offered: list[str]
) -> None:
    order = Order("W7", Wallet.ALIPAY, "2026", Money(1_000), None, state, **changes)
    assert choices(order, Refusal(stopped) if stopped else None) == offered


def test_the_card_tells_what_the_order_should_cost_by_now(shop: Served) -> None:
    shop.sell("W8")
    page = shop.page()
    before = page.post("/desk/order", {"number": "W8"}).document["order"]
    assert (before["may"], before["cost_fen"]) == (["release", "cancel", "adjust", "hold"], 1_000)
    amounts = {"old_fen": 1_000, "new_fen": 700, "reading_id": shop.shown(page)}
    assert decide(page, "adjust", "W8", **amounts).document["order"]["cost_fen"] == 700
