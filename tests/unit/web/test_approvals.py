"""Many approved at once over the page's door: one secret, each refund judged by itself and told by itself."""

from __future__ import annotations

from typing import Any

import pytest

from scanrefund.model.staff import Role, Secret
from scanrefund.people import totp
from tests.people import SUPERVISOR_PIN, WRONG_PIN, secret_of
from tests.unit.web.counter import Page, Served, heard

PATH = "/desk/queue/approve"


@pytest.fixture
def shop(busy_shop: Served) -> Served:
    busy_shop.time.forward(61)
    return busy_shop


def waits(shop: Served, order_id: str, person: Any = None, amount_fen: int = 1_000) -> dict[str, Any]:
    """A wish without a code that waits for somebody's approval, as the page shows it."""
    shop.sell(order_id, amount_fen)
    page = shop.page(person or shop.crew.clerk)
    wish = shop.wish(page, order_id, amount_fen, reading_id=None, queue=True)
    told = page.post("/desk/refund", wish).document
    assert told["state"] == "WAIT_APPROVAL", told
    return {"refund_id": told["refund_id"], "amount_fen": amount_fen}


def body(shop: Served, refunds: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    second = {"staff_id": shop.crew.supervisor.staff_id, "secret": SUPERVISOR_PIN}
    total = sum(one["amount_fen"] for one in refunds)
    return {"refunds": refunds, "total_fen": total, "approval": second, **more}


def state(page: Page, refund: dict[str, Any]) -> str:
    return str(page.get(f"/desk/refunds/{refund['refund_id']}").document["state"])


def test_each_is_approved_by_one_secret_and_sent_once(shop: Served) -> None:
    marked = [waits(shop, "MANY1"), waits(shop, "MANY2", amount_fen=250)]
    page = shop.page()
    with page.hear() as stream:
        told = page.post(PATH, body(shop, marked)).document
        while any(state(page, one) != "SUCCEEDED" for one in marked):
            heard(stream, "refund")
    assert (told["approved"], told["approved_fen"]) == (2, 1_250)
    assert [line["approved"] for line in told["lines"]] == [True, True]
    assert [shop.wallets.times_sent(one) for one in ("MANY1", "MANY2")] == [[1], [1]]
    assert {told["receipt"]["approver"] for told in told["lines"]} == {"Li"}


def test_what_may_not_be_approved_has_its_own_line_and_holds_no_other_up(shop: Served) -> None:
    good, changed, decided = (waits(shop, f"MANY3{n}") for n in range(3))
    mine = waits(shop, "MANY34", shop.crew.clerk)
    with shop.house.ledger.writing() as connection:
        connection.exec_driver_sql("UPDATE orders SET amount_fen = 2000 WHERE order_id = 'MANY31'")
        connection.exec_driver_sql(
            "UPDATE refunds SET clerk = ? WHERE refund_id = ?",
            (shop.crew.supervisor.staff_id, mine["refund_id"]),
        )
    page = shop.page()
    second = body(shop, [])["approval"]
    page.post(f"/desk/refunds/{decided['refund_id']}/decline", {"approval": second, "why": "no"})
    unknown = {"refund_id": "SRT_nobody", "amount_fen": 1}
    told = page.post(PATH, body(shop, [changed, decided, mine, unknown, good])).document
    assert [line["fault"] for line in told["lines"]] == [
        "approval_outdated",
        "refund_not_waiting",
        "own_refund",
        "refund_unknown",
        None,
    ]
    assert all(line["say"] for line in told["lines"])
    assert (told["approved"], told["approved_fen"]) == (1, 1_000)
    assert [state(page, one) for one in (changed, mine)] == ["WAIT_APPROVAL"] * 2


def test_an_approval_holds_for_the_amount_that_was_shown(shop: Served) -> None:
    waiting = waits(shop, "MANY4")
    shown = {**waiting, "amount_fen": 999}
    told = shop.page().post(PATH, body(shop, [shown])).document
    assert told["lines"][0]["fault"] == "approval_other_amount"
    assert state(shop.page(), waiting) == "WAIT_APPROVAL"


@pytest.mark.parametrize("wrong", ["sum", "twice", "none", "many"])
def test_what_does_not_fit_the_sum_is_refused_before_the_secret_is_judged(shop: Served, wrong: str) -> None:
    one = {"refund_id": "SRT_nobody", "amount_fen": 1}
    marked = {"sum": [one], "twice": [one, one], "none": [], "many": [one] * 51}[wrong]
    asked = body(shop, marked) | ({"total_fen": 2} if wrong == "sum" else {})
    asked["approval"]["secret"] = WRONG_PIN
    assert shop.page().post(PATH, asked).fault in ("round_wrong", "field_wrong")


def test_whoever_is_not_believed_approves_nothing(shop: Served) -> None:
    waiting = waits(shop, "MANY5")
    page = shop.page()
    assert page.post(PATH, body(shop, [waiting], approval=None)).fault == "approval_needed"
    wrong = {"staff_id": shop.crew.supervisor.staff_id, "secret": WRONG_PIN}
    answered = page.post(PATH, body(shop, [waiting], approval=wrong))
    assert (answered.status, answered.document["tries_left"]) == (401, 4)
    clerk = {"staff_id": shop.crew.clerk.staff_id, "secret": "59260481"}
    assert page.post(PATH, body(shop, [waiting], approval=clerk)).status in (401, 403)
    assert state(page, waiting) == "WAIT_APPROVAL"
    page.post(PATH, body(shop, [waiting]))


def test_one_code_of_the_moment_is_good_for_the_whole_round_and_no_second_one(shop: Served) -> None:
    owner = shop.crew.owner.staff_id
    finance = shop.house.staff.add(owner, "Sun", Role.FINANCE, Secret("681357"))
    key = secret_of(shop.house.staff.totp_secret(owner, finance.staff_id))
    first, second = (waits(shop, f"MANY6{n}") for n in range(2))
    by = {"staff_id": finance.staff_id, "secret": totp.code_at(key, totp.step_of(shop.time.now()))}
    told = shop.page().post(PATH, body(shop, [first, second], approval=by)).document
    assert told["approved"] == 2
    again = shop.page().post(PATH, body(shop, [second], approval=by))
    assert again.fault == "sign_in_code_used"
