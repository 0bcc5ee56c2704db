"""What was made: found, told line by line, decided about by those who may, and waiting in the queue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.people import SUPERVISOR_PIN
from tests.unit.web.counter import Page, Served

HOLD = "not_enough"
SENTENCES = ("say_clerk", "say_customer", "next_step")


@pytest.fixture
def shop(busy_shop: Served) -> Iterator[Served]:
    yield busy_shop
    busy_shop.time.forward(61)


def made(shop: Served, order_id: str, person: Any = None, **more: Any) -> tuple[Page, dict[str, Any]]:
    shop.sell(order_id, **more)
    page = shop.page(person)
    return page, page.post("/desk/refund", shop.wish(page, order_id)).document


def queued(shop: Served, order_id: str) -> dict[str, Any]:
    """A clerk's wish without a code that waits for somebody's approval."""
    shop.sell(order_id)
    page = shop.page(shop.crew.clerk)
    wish = shop.wish(page, order_id, reading_id=None, queue=True)
    told = page.post("/desk/refund", wish).document
    assert (told["state"], told["tone"]) == ("WAIT_APPROVAL", "wait"), told
    return dict(told)


def test_the_time_line_tells_who_what_and_when(shop: Served) -> None:
    page, receipt = made(shop, "R1")
    told = page.get(f"/desk/refunds/{receipt['refund_id']}").document
    assert [line["what"] for line in told["timeline"]][:3] == ["refund_reserved", "send", "move"]
    assert (told["timeline"][0]["who"], "Li" in told["timeline"][0]["say"]) == ("Li", True)
    assert all("{" not in line["say"] and "timeline." not in line["say"] for line in told["timeline"])


def test_refunds_are_listed_by_order_by_number_and_while_open(shop: Served) -> None:
    page, receipt = made(shop, "R2")
    number = receipt["refund_id"]
    for query in (f"q={number}", "q=R2", "order_id=R2", "order_id=R2&limit=1"):
        assert [one["refund_id"] for one in page.get(f"/desk/refunds?{query}").document] == [number]
    assert number not in str(page.get("/desk/refunds?open=1").document)
    assert page.get("/desk/refunds?q=nobody").document == []
    for limit in ("0", "-1", "201", "x", "１"):
        assert (
            page.get(f"/desk/refunds?limit={limit.encode().hex() if limit == '１' else limit}").status == 400
        )
    assert page.get("/desk/refunds/SRT_nobody").fault == "refund_unknown"


def test_a_held_refund_waits_in_the_queue_with_its_level_until_it_is_released(shop: Served) -> None:
    page, receipt = made(shop, "R3", fault=HOLD)
    number = receipt["refund_id"]
    assert (receipt["state"], receipt["tone"], receipt["may"]) == (
        "HELD",
        "person",
        ["ask", "release", "close"],
    )
    for seconds, level in ((121, "yellow"), (1_700, "orange"), (86_400, "red"), (6 * 86_400, "violet")):
        shop.time.forward(seconds)
        held = {one["refund_id"]: one for one in shop.page().get("/desk/queue").document["held"]}
        assert held[number]["level"] == level
    page = shop.page(shop.crew.owner)
    told = page.post(f"/desk/refunds/{number}/release", {"why": "topped up"}).document
    assert told.get("state") == "SUCCEEDED", told
    line = page.get(f"/desk/refunds/{number}").document["timeline"]
    assert ("Zhao", "topped up") in [(one["who"], one["detail"].get("why")) for one in line]


@pytest.mark.parametrize("do", ["release", "close", "cash"])
def test_what_a_clerk_may_not_do_needs_somebody_who_may(shop: Served, do: str) -> None:
    _, receipt = made(shop, f"R4{do}", fault=HOLD)
    page, path = shop.page(shop.crew.clerk), f"/desk/refunds/{receipt['refund_id']}/{do}"
    alone = page.post(path, {"why": "x"})
    assert (alone.status, alone.fault) == (403, "approval_needed")
    for staff_id, secret in ((shop.crew.clerk.staff_id, SUPERVISOR_PIN), ("nobody", SUPERVISOR_PIN)):
        answered = page.post(path, {"why": "x", "approval": {"staff_id": staff_id, "secret": secret}})
        assert answered.status in (401, 403)
    refund = shop.house.ledger.refund(receipt["refund_id"])
    assert refund is not None
    assert refund.state.value == "HELD"


def test_nobody_releases_closes_or_pays_out_his_own_refund(shop: Served) -> None:
    page, receipt = made(shop, "R5", fault=HOLD)
    for do in ("release", "close", "cash"):
        answered = page.post(f"/desk/refunds/{receipt['refund_id']}/{do}", {"why": "x"})
        assert (answered.status, answered.fault) == (403, "own_refund")


def test_a_bank_transfer_is_written_down_with_its_reference_by_somebody_else(shop: Served) -> None:
    _, receipt = made(shop, "R5b", fault=HOLD)
    path = f"/desk/refunds/{receipt['refund_id']}/cash"
    shop.time.forward(601)
    page = shop.page(shop.crew.owner)
    closed = page.post(f"/desk/refunds/{receipt['refund_id']}/close", {"why": "unknown there"}).document
    assert closed["may"] == ["ask", "cash", "bank"], closed
    for wrong in ({"method": "cheque"}, {"method": 1}):
        assert page.post(path, {"why": "x", **wrong}).fault == "field_wrong"
    assert page.post(path, {"why": "x", "method": "bank"}).fault == "way_reference_wrong"
    code = {"why": "x", "method": "bank", "bank_reference": "130000000000000042"}
    assert page.post(path, code).fault == "way_reference_is_card"
    bank = {"why": "account closed", "method": "bank", "bank_reference": "B2026", "account_last4": "0042"}
    told = page.post(path, bank).document
    assert told.get("state") == "PAID_OTHER_WAY", told
    paid = shop.house.ledger.refund(told["refund_id"])
    assert paid is not None
    assert (paid.bank_reference, paid.received_account) == ("B2026", "•••• 0042")
    after = page.get(f"/desk/refunds/{receipt['refund_id']}").document
    assert (after["state"], after["may"]) == ("CLOSED", ["ask"])
    assert [after[part] for part in SENTENCES] == [told[part] for part in SENTENCES]
    assert page.post(path, bank).fault == "cash_paid_already"


def test_a_decision_needs_its_reason(shop: Served) -> None:
    _, receipt = made(shop, "R6", fault=HOLD)
    page = shop.page(shop.crew.owner)
    for why in ("", "  ", None):
        answered = page.post(f"/desk/refunds/{receipt['refund_id']}/release", {"why": why})
        assert (answered.status, answered.fault) == (400, "field_wrong")


def test_a_waiting_refund_goes_when_somebody_else_approves_it(shop: Served) -> None:
    waiting = queued(shop, "R7")
    clerk, path = shop.page(shop.crew.clerk), f"/desk/refunds/{waiting['refund_id']}/approve"
    assert waiting["refund_id"] in str(clerk.get("/desk/queue").document["approvals"])
    assert clerk.post(path).fault == "approval_needed"
    assert shop.page(shop.crew.supervisor).post(path).fault == "approval_needed", "he proves himself anew"
    second = {"staff_id": shop.crew.supervisor.staff_id, "secret": SUPERVISOR_PIN}
    told = clerk.post(path, {"approval": second}).document
    assert (told["state"], told["clerk"], told["approver"]) == ("SUCCEEDED", "Wang", "Li")
    assert shop.wallets.times_sent("R7") == [1]


def test_what_waits_is_put_on_hold_with_a_note_and_goes_on_under_the_same_number(shop: Served) -> None:
    waiting = queued(shop, "R7h")
    clerk, number = shop.page(shop.crew.clerk), waiting["refund_id"]
    assert "hold" in waiting["may"]
    held = clerk.post(f"/desk/refunds/{number}/hold", {"why": "the till says 12.00"}).document
    assert (held["hold"]["note"], held["hold"]["by"]) == ("the till says 12.00", "Wang")
    assert held["may"] == ["release", "decline"]
    queue = clerk.get("/desk/queue").document
    assert [one["hold"]["note"] for one in queue["approvals"] if one["refund_id"] == number] == [
        "the till says 12.00"
    ]
    assert number in [one["refund_id"] for one in queue["on_hold"]]
    second = {"staff_id": shop.crew.supervisor.staff_id, "secret": SUPERVISOR_PIN}
    approve = f"/desk/refunds/{number}/approve"
    assert clerk.post(approve, {"approval": second}).fault == "approval_while_on_hold"
    release = f"/desk/refunds/{number}/release"
    assert clerk.post(release, {"why": "seen"}).fault == "approval_needed"
    told = clerk.post(release, {"why": "seen", "approval": second}).document
    assert (told["refund_id"], told["state"], told["hold"]) == (number, "WAIT_APPROVAL", None)
    assert clerk.post(approve, {"approval": second}).document["state"] == "SUCCEEDED"
    assert shop.wallets.times_sent("R7h") == [1]


def test_an_order_on_hold_is_refused_and_stands_in_the_queue(shop: Served) -> None:
    shop.sell("R7o")
    page = shop.page(shop.crew.clerk)
    order = page.post("/desk/orders/hold", {"order_id": "R7o", "why": "ask the owner"}).document["order"]
    assert "hold" in order["frozen_why"]
    assert page.post("/desk/refund", shop.wish(page, "R7o")).document["reason"] == "order_frozen"
    told = [one for one in page.get("/desk/queue").document["on_hold"] if one["order_id"] == "R7o"]
    assert [(one["refund_id"], one["note"], one["by"]) for one in told] == [(None, "ask the owner", "Wang")]


def test_a_declined_refund_was_never_sent(shop: Served) -> None:
    waiting = queued(shop, "R8")
    second = {"staff_id": shop.crew.supervisor.staff_id, "secret": SUPERVISOR_PIN}
    path = f"/desk/refunds/{waiting['refund_id']}/decline"
    told = shop.page().post(path, {"approval": second, "why": "no goods"}).document
    assert (told["state"], told["tone"]) == ("CANCELLED", "bad")
    assert shop.wallets.times_sent("R8") == []


def test_asking_the_wallet_by_hand_tells_how_it_stands(shop: Served) -> None:
    page, receipt = made(shop, "R9", fault="processing")
    assert (receipt["state"], receipt["may"]) == ("PROCESSING", ["ask"])
    shop.wallets.call("/sandbox/settle", {})
    told = page.post(f"/desk/refunds/{receipt['refund_id']}/ask").document
    assert (told["state"], told["tone"]) == ("SUCCEEDED", "good")


def test_thawing_an_order_needs_a_supervisor_and_a_reason(shop: Served) -> None:
    shop.sell("R10")
    with shop.house.ledger.writing() as connection:
        connection.exec_driver_sql("UPDATE orders SET frozen_why = 'beyond_cap' WHERE order_id = 'R10'")
    clerk = shop.page(shop.crew.clerk)
    assert clerk.post("/desk/orders/thaw", {"order_id": "R10", "why": "x"}).fault == "approval_needed"
    page = shop.page()
    assert page.post("/desk/order", {"number": "R10"}).document["order"]["frozen_why"]
    told = page.post("/desk/orders/thaw", {"order_id": "R10", "why": "looked at"}).document
    assert (told["order"]["frozen_why"], told["order"]["may_refund"]) == ("", True)
