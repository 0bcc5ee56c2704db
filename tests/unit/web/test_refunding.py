"""The refund through the page: made once however often it is asked for, and answered at once."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from scanrefund.model.refund import RefundState
from tests.people import CLERK_PIN, WRONG_PIN
from tests.unit.web.counter import Answered, Served, heard


@pytest.fixture
def shop(busy_shop: Served) -> Served:
    return busy_shop


def refunded_fen(shop: Served, order_id: str) -> int:
    order = shop.house.ledger.order(order_id)
    assert order is not None
    return order.refunded.fen


def slow(shop: Served, order_id: str, delay_s: float) -> None:
    """The wallet's next answer about a refund of this order takes its time."""
    fault = {"wallet": "alipay", "on": "refund", "fault": "delay", "delay_s": delay_s, "order_id": order_id}
    shop.wallets.call("/sandbox/faults", fault)


def brought_on(shop: Served, refund_id: str) -> RefundState | None:
    """The worker's part, until nothing is due; the state then."""
    for _ in range(50):
        shop.house.worker.run_once()
        refund = shop.house.ledger.refund(refund_id)
        if refund is None or not refund.is_open:
            return refund.state if refund else None
        # The next trip is planned for later; a trip under way takes real time.
        shop.time.forward(5)
        time.sleep(0.05)
    return None


def test_a_scanned_code_refunds_the_order_at_the_wallet(shop: Served) -> None:
    shop.sell("M1")
    page = shop.page()
    receipt = page.post("/desk/refund", shop.wish(page, "M1", 400)).document
    assert (receipt["state"], receipt["tone"], receipt["amount_fen"]) == ("SUCCEEDED", "good", 400)
    assert (receipt["clerk"], receipt["reason_text"], receipt["rehearsal"]) == ("Li", "faulty goods", True)
    assert shop.wallets.times_sent("M1") == [1]
    assert refunded_fen(shop, "M1") == 400


def test_pressing_twice_makes_one_refund_and_says_so(shop: Served) -> None:
    shop.sell("M2")
    page = shop.page()
    wish = shop.wish(page, "M2", 400)
    first, again = (page.post("/desk/refund", wish).document for _ in range(2))
    assert again["refund_id"] == first["refund_id"]
    assert (first["served_again"], "no second one was made" in again["served_again"]) == ("", True)
    assert (shop.wallets.times_sent("M2"), refunded_fen(shop, "M2")) == ([1], 400)


def test_many_presses_at_once_make_one_refund(shop: Served) -> None:
    shop.sell("M3")
    page = shop.page()
    wish = shop.wish(page, "M3", 400)
    told: list[Any] = []
    slow(shop, "M3", 0.5)

    def press() -> None:
        told.append(page.post("/desk/refund", wish).document)

    presses = [threading.Thread(target=press) for _ in range(6)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert len(told) == 6
    assert len({one["refund_id"] for one in told}) == 1
    assert [bool(one["served_again"]) for one in told].count(False) == 1
    assert brought_on(shop, told[0]["refund_id"]) is RefundState.SUCCEEDED
    assert (len(shop.wallets.times_sent("M3")), refunded_fen(shop, "M3")) == (1, 400)


def test_a_lost_answer_is_served_again_though_the_code_is_long_gone(shop: Served) -> None:
    shop.sell("M4")
    page = shop.page()
    wish = shop.wish(page, "M4", 400)
    first = page.post("/desk/refund", wish).document
    again = page.post("/desk/refund", wish | {"reading_id": "gone"}).document
    assert (again["refund_id"], again["state"]) == (first["refund_id"], "SUCCEEDED")
    assert shop.wallets.times_sent("M4") == [1]


def test_the_name_of_one_wish_does_not_serve_another(shop: Served) -> None:
    shop.sell("M5")
    page = shop.page()
    wish = shop.wish(page, "M5", 400)
    assert page.post("/desk/refund", wish).status == 200
    answered = page.post("/desk/refund", wish | {"amount_fen": 500})
    assert (answered.status, answered.fault) == (409, "request_id_reused")
    assert refunded_fen(shop, "M5") == 400


def test_two_pages_on_one_order_never_refund_more_than_was_paid(shop: Served) -> None:
    shop.sell("M6")
    pages = [shop.page(), shop.page()]
    wishes = [shop.wish(page, "M6", 700, request_id=f"M6-{at}") for at, page in enumerate(pages)]
    told: list[Answered] = []

    def press(at: int) -> None:
        told.append(pages[at].post("/desk/refund", wishes[at]))

    presses = [threading.Thread(target=press, args=(at,)) for at in range(2)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert sum(1 for one in told if one.document["refund_id"]) == 1
    assert refunded_fen(shop, "M6") == 700


def test_the_wallets_word_is_not_waited_for(shop: Served) -> None:
    """A wallet that takes three seconds: the page has its answer before, and the end as an event."""
    shop.sell("M7")
    page = shop.page()
    wish = shop.wish(page, "M7", 400)
    slow(shop, "M7", 3)
    with page.hear() as stream:
        receipt = page.post("/desk/refund", wish).document
        assert (receipt["tone"], receipt["state"]) == ("open", "SENDING")
        assert "do not pay cash" in receipt["headline"]
        assert "scanrefund worker" not in receipt["next_step"]
        assert heard(stream, "refund")["state"] in ("SUCCEEDED", "UNKNOWN")
    assert brought_on(shop, receipt["refund_id"]) is RefundState.SUCCEEDED
    assert refunded_fen(shop, "M7") == 400


def test_a_lost_answer_of_the_wallet_is_open_and_says_so(shop: Served) -> None:
    shop.sell("M8", fault="drop_after")
    page = shop.page()
    receipt = page.post("/desk/refund", shop.wish(page, "M8")).document
    assert (receipt["tone"], receipt["may"]) == ("open", ["ask"])
    again = page.post("/desk/refund", shop.wish(page, "M8", request_id="another"))
    assert again.document["reason"] in ("refund_in_flight", "amount_over_remaining")
    assert brought_on(shop, receipt["refund_id"]) is RefundState.SUCCEEDED
    assert refunded_fen(shop, "M8") == 1_000


def test_a_code_that_was_used_or_is_unknown_or_of_the_other_wallet_refunds_nothing(shop: Served) -> None:
    shop.sell("M9")
    shop.sell("M10", wallet="wechat")
    page = shop.page()
    wish = shop.wish(page, "M9", 100)
    assert page.post("/desk/refund", wish).document["tone"] == "good"
    used = page.post("/desk/refund", wish | {"request_id": "M9-2"}).document
    assert (used["reason"], used["tone"], used["refund_id"]) == ("code_seen_before", "bad", None)
    other = page.post("/desk/refund", shop.wish(page, "M10", 100)).document
    assert other["reason"] == "wallet_mismatch"
    unknown = page.post("/desk/refund", wish | {"request_id": "M9-3", "reading_id": "nobody"})
    assert (unknown.status, unknown.fault) == (410, "reading_gone")
    assert refunded_fen(shop, "M9") == 100


@pytest.mark.parametrize("amount", [0, -1, 1_001, 10**9])
def test_an_amount_that_cannot_be_is_refused_by_the_ladder(shop: Served, amount: int) -> None:
    shop.sell(f"M11{amount}")
    page = shop.page()
    receipt = page.post("/desk/refund", shop.wish(page, f"M11{amount}", amount)).document
    assert receipt["reason"] in ("amount_not_positive", "amount_over_remaining")
    assert refunded_fen(shop, f"M11{amount}") == 0


@pytest.mark.parametrize("amount", [True, 1.0, "100", 1e3, 10**18, [100]])
def test_an_amount_that_is_no_whole_number_of_fen_is_not_taken(shop: Served, amount: Any) -> None:
    page = shop.page()
    answered = page.post("/desk/refund", {"request_id": "M12", "order_id": "M12", "amount_fen": amount})
    assert (answered.status, answered.fault) == (400, "field_wrong")


def test_a_wish_needs_a_name_and_a_reason_from_the_list(shop: Served) -> None:
    shop.sell("M13")
    page = shop.page()
    wish = shop.wish(page, "M13")
    for wrong in ({"request_id": ""}, {"request_id": None}, {"request_id": "x" * 65}, {"reason": "because"}):
        assert page.post("/desk/refund", wish | wrong).fault == "field_wrong"
    assert page.post("/desk/refund", wish | {"reason": ""}).document["reason"] == "reason_missing"


def test_the_note_goes_into_the_books_with_the_reason(shop: Served) -> None:
    shop.sell("M14")
    page = shop.page()
    receipt = page.post("/desk/refund", shop.wish(page, "M14", note=" lid cracked ")).document
    assert receipt["reason_text"] == "faulty goods；lid cracked"


def test_without_a_code_a_clerk_needs_somebody_else_and_both_names_are_kept(shop: Served) -> None:
    shop.sell("M15")
    page = shop.page(shop.crew.clerk)
    wish = shop.wish(page, "M15", reading_id=None)
    alone = page.post("/desk/refund", wish).document
    assert alone["refund_id"] is None
    own = {"staff_id": shop.crew.clerk.staff_id, "secret": CLERK_PIN}
    wrong = {"staff_id": shop.crew.supervisor.staff_id, "secret": WRONG_PIN}
    for approval in (own, wrong):
        assert page.post("/desk/refund", wish | {"approval": approval}).document["refund_id"] is None
    assert refunded_fen(shop, "M15") == 0


def test_the_check_binds_nothing_and_names_each_rung(shop: Served) -> None:
    shop.sell("M16", 123_450)
    page = shop.page()
    page.post("/desk/language", {"language": "zh-Hans"})
    wish = shop.wish(page, "M16", 100_050)
    told = page.post("/desk/check", wish).document
    assert {rung["verdict"] for rung in told["rungs"]} <= {"yes", "skipped", "no"}
    assert (told["amount_fen"], told["amount_words"]) == (100_050, "壹仟元伍角")
    assert (told["partial"], told["customer"]["how_much"]) == (True, "¥1000.50 壹仟元伍角")
    assert "支付宝" in told["customer"]["where"]
    assert shop.house.ledger.refunds(order_id="M16") == []
    over = page.post("/desk/check", wish | {"amount_fen": 123_451}).document["rungs"]
    no = next(rung for rung in over if rung["verdict"] == "no")
    assert (no["reason"], bool(no["next_step"])) == ("amount_over_remaining", True)
    assert {rung["next_step"] for rung in over if rung["verdict"] == "yes"} == {""}


def test_what_the_wallet_could_not_be_asked_is_amber(shop: Served) -> None:
    shop.sell("M17")
    shop.wallets.call("/sandbox/faults", {"wallet": "alipay", "on": "order", "fault": "http_500_before"})
    page = shop.page()
    told = page.post("/desk/check", {"order_id": "M17", "amount_fen": 100, "reason": "faulty"}).document
    amber = [rung for rung in told["rungs"] if rung["verdict"] == "amber"]
    assert [rung["reason"] for rung in amber] == ["wallet_stopped"]
    assert "our own books decide" in amber[0]["say"]
