"""The practice counter over its own page's calls, against its own sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scanrefund.training.exercises import EXERCISES
from scanrefund.training.people import PRACTICE_PIN
from scanrefund.web.site import Site
from tests.unit.web.counter import Page, Served
from tests.unit.web.practising import practising, trainee

# WeChat Pay accepts first.
TAKEN = ("PROCESSING", "SUCCEEDED")


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, int]]:
    home = tmp_path_factory.mktemp("shop") / "home"
    home.mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCANREFUND_HOME", str(home))
        patch.setenv("SCANREFUND_LANGUAGE", "en")
        patch.setenv("SCANREFUND_SCAN__CAMERA", str(home / "no-such-video.avi"))
        with practising(home) as running:
            yield running


@pytest.fixture
def page(counter: tuple[Site, int]) -> Page:
    return trainee(counter[1])


def begun(page: Page, exercise: str) -> str:
    """The number of the order the exercise is about."""
    told = page.post("/desk/training/begin", {"exercise": exercise}).document
    return str(told["now"]["order_id"])


def shown(page: Page) -> Any:
    return page.post("/desk/training/show").document["shown"]


def refunded(page: Page, order_id: str, amount_fen: int, reason: str, **more: Any) -> Any:
    """A refund with what the customer holds out now."""
    body = {"request_id": f"wish-{order_id}-{amount_fen}", "order_id": order_id, "amount_fen": amount_fen}
    reading_id = more.pop("reading_id", None) or shown(page)["reading"]["id"]
    return page.post("/desk/refund", {**body, "reason": reason, "reading_id": reading_id, **more}).document


def judged(page: Page) -> Any:
    return page.post("/desk/training/end").document["judgement"]


def test_the_page_is_told_that_this_is_training(counter: tuple[Site, int]) -> None:
    start = Page(counter[1]).start()
    assert start["training"] == {"pin": PRACTICE_PIN}
    assert not start["needs_owner"]


def test_whoever_comes_back_under_his_name_is_the_same(counter: tuple[Site, int]) -> None:
    here = {one["name"] for one in trainee(counter[1], "小王").get("/desk/staff").document}
    trainee(counter[1], "小王")
    assert {one["name"] for one in trainee(counter[1], "小王").get("/desk/staff").document} == here
    assert here >= {"小王", "Practice supervisor", "Practice owner"}


@pytest.mark.parametrize("name", ["wechat_normal", "alipay_normal", "partial"])
def test_a_refund_as_it_was_asked_for_passes(page: Page, name: str) -> None:
    exercise = next(one for one in EXERCISES if one.name == name)
    order_id = begun(page, name)
    receipt = refunded(page, order_id, exercise.goal_fen, exercise.reason)
    assert receipt["state"] in TAKEN
    assert receipt["training"]
    assert receipt["refund_id"].startswith("SRT_TRAINING_")
    told = judged(page)
    assert (told["passed"], told["score"], told["mistakes"]) == (True, 100, [])


def test_finishing_without_having_done_it_gives_nothing(page: Page) -> None:
    begun(page, "wechat_normal")
    told = judged(page)
    assert (told["passed"], told["score"], told["missed"]) == (False, 0, "Nothing was refunded.")


def test_the_first_code_is_old_and_a_fresh_one_comes_when_asked_for(page: Page) -> None:
    order_id = begun(page, "expired_code")
    old = shown(page)["reading"]["id"]
    assert refunded(page, order_id, 4_550, "faulty", reading_id=old)["reason"] == "code_expired"
    assert refunded(page, order_id, 4_550, "faulty")["state"] in TAKEN
    told = judged(page)
    assert told["passed"]
    assert told["score"] == 100


@pytest.mark.parametrize("name", ["wrong_wallet", "collection_code"])
def test_what_is_shown_first_opens_nothing(page: Page, name: str) -> None:
    exercise = next(one for one in EXERCISES if one.name == name)
    order_id = begun(page, name)
    first = shown(page)["reading"]["id"]
    refused = refunded(page, order_id, exercise.goal_fen, exercise.reason, reading_id=first)
    assert refused["reason"] in {"wallet_mismatch", "not_a_payment_code"}
    assert refunded(page, order_id, exercise.goal_fen, exercise.reason)["state"] in TAKEN
    told = judged(page)
    assert (told["passed"], told["mistakes"]) == (True, ["Sent although a rule said no."])


def test_no_more_goes_back_than_remains(page: Page) -> None:
    order_id = begun(page, "over_rest")
    card = page.post("/desk/order", {"number": order_id}).document["order"]
    assert (card["refunded_fen"], card["remaining_fen"], card["may_refund"]) == (7_000, 3_000, True)
    assert refunded(page, order_id, 3_000, "faulty")["state"] == "SUCCEEDED"
    assert judged(page)["score"] == 100


def test_an_answer_that_is_lost_is_waited_for(counter: tuple[Site, int], page: Page) -> None:
    order_id = begun(page, "unknown_answer")
    assert refunded(page, order_id, 6_600, "wrong_price")["state"] == "UNKNOWN"
    (refund,) = counter[0].house.ledger.refunds(order_id=order_id)
    assert counter[0].house.desk.status(refund.refund_id, ask=True).state == "SUCCEEDED"
    assert judged(page)["score"] == 100


def test_a_second_try_while_the_first_is_open_is_a_mistake(counter: tuple[Site, int], page: Page) -> None:
    order_id = begun(page, "processing")
    assert refunded(page, order_id, 19_900, "out_of_stock")["state"] == "PROCESSING"
    again = refunded(page, order_id, 100, "out_of_stock", request_id="again")
    assert again["state"] is None
    told = judged(page)
    assert (told["passed"], told["score"]) == (True, 80)


def test_a_large_sum_takes_the_practice_supervisor(page: Page) -> None:
    order_id = begun(page, "needs_approval")
    reading = shown(page)["reading"]["id"]
    word = {"staff_id": "s2", "secret": PRACTICE_PIN}
    receipt = refunded(page, order_id, 88_800, "faulty", reading_id=reading, approval=word)
    assert (receipt["state"], receipt["approver"]) == ("SUCCEEDED", "Practice supervisor")
    assert judged(page)["score"] == 100


def test_results_are_kept_by_person(counter: tuple[Site, int]) -> None:
    page = trainee(counter[1], "小陈")
    order_id = begun(page, "alipay_normal")
    refunded(page, order_id, 5_900, "changed_mind")
    judged(page)
    told = page.get("/desk/training").document
    mine = next(one for one in told["results"] if one["name"] == "小陈")
    assert (mine["passed"], mine["of"], mine["score"]) == (1, 10, 10)
    assert [one["best"] is not None for one in told["exercises"]].count(True) == 1
    assert told["now"] is None


def test_nothing_of_it_is_there_at_the_shops_counter(busy_shop: Served) -> None:
    page = busy_shop.page()
    for path in ("begin", "show", "end", "join"):
        assert page.post(f"/desk/training/{path}", {"name": "x", "exercise": "x"}).fault == "training_is_off"
    assert page.get("/desk/training").fault == "training_is_off"
    assert page.start()["training"] is None
