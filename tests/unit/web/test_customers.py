"""The customer's side, the diagnosis, items of an order, and badges, over the page's calls."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import Any

import pytest

from scanrefund.model.money import Money
from scanrefund.say.catalogue import LANGUAGES, Catalogue
from scanrefund.web.items import items_of
from tests.unit.builders import ORDER
from tests.unit.web.counter import Page, Served

DRAWING = [[10, 20, 300, 40, 310, 45], [500, 100, 505, 130]]


@pytest.fixture
def shop(busy_shop: Served) -> Served:
    busy_shop.time.forward(61)
    return busy_shop


def made(shop: Served, order_id: str, person: Any = None, **more: Any) -> tuple[Page, str]:
    shop.sell(order_id, **more.pop("sold", {}))
    page = shop.page(person)
    receipt = page.post("/desk/refund", shop.wish(page, order_id, **more)).document
    assert receipt["refund_id"], receipt
    return page, str(receipt["refund_id"])


def any_refund(shop: Served) -> tuple[Page, str]:
    """Whichever was made last; the first test to ask makes one."""
    found = shop.page().get("/desk/refunds?limit=1").document
    return (shop.page(), str(found[0]["refund_id"])) if found else made(shop, "ANY")


def told(page: Page, refund_id: str) -> Any:
    return page.get(f"/desk/refunds/{refund_id}").document


@pytest.mark.parametrize("agreed", [True, False])
def test_the_customers_yes_is_in_the_book_with_the_refund(shop: Served, agreed: bool) -> None:
    page, refund_id = made(shop, f"AGREED{agreed}", customer_agreed=agreed)
    assert told(page, refund_id)["customer_agreed"] is agreed
    first = told(page, refund_id)["timeline"][0]
    assert (first["what"], first["detail"].get("customer_agreed")) == (
        "refund_reserved",
        1 if agreed else None,
    )


def test_a_signature_is_kept_closed_once_and_opened_for_whoever_may_see_it(shop: Served) -> None:
    page, refund_id = made(shop, "SIGNED", shop.crew.clerk)
    path = f"/desk/refunds/{refund_id}/signature"
    assert page.get(path).document == {"strokes": []}
    assert page.post(path, {"strokes": DRAWING}).document["customer_signed"]
    assert page.post(path, {"strokes": DRAWING}).fault == "signed_already"
    assert page.get(path).document == {"strokes": DRAWING}
    line = told(page, refund_id)["timeline"][-1]
    assert (line["what"], line["who"]) == ("customer_signed", "Wang")
    with sqlite3.connect(shop.settings.home / "ledger.sqlite3") as books:
        (closed,) = books.execute(
            "SELECT closed FROM signatures WHERE refund_id = ?", (refund_id,)
        ).fetchone()
    assert "500" not in bytes.fromhex(closed).decode("latin-1")


def test_another_clerk_does_not_see_what_a_customer_signed(shop: Served) -> None:
    page, refund_id = made(shop, "SIGNEDC", shop.crew.supervisor)
    page.post(f"/desk/refunds/{refund_id}/signature", {"strokes": DRAWING})
    assert shop.page(shop.crew.clerk).get(f"/desk/refunds/{refund_id}/signature").fault == "not_permitted"
    assert shop.page(shop.crew.owner).get(f"/desk/refunds/{refund_id}/signature").status == 200


def test_a_signature_of_another_refund_opens_nothing(shop: Served) -> None:
    page, first = made(shop, "SIGNEDA")
    _, second = made(shop, "SIGNEDB")
    page.post(f"/desk/refunds/{first}/signature", {"strokes": DRAWING})
    page.post(f"/desk/refunds/{second}/signature", {"strokes": DRAWING})
    with sqlite3.connect(shop.settings.home / "ledger.sqlite3") as books:
        books.execute(
            "UPDATE signatures SET closed = (SELECT closed FROM signatures WHERE refund_id = ?)"
            " WHERE refund_id = ?",
            (first, second),
        )
    assert page.get(f"/desk/refunds/{second}/signature").fault == "signature_key_foreign"


@pytest.mark.parametrize(
    "strokes",
    [
        [],
        [[]],
        [[5, 5]],
        [[1, 2, 3]],
        [[1, 2, 3, 1_001]],
        [[-1, 2, 3, 4]],
        [[1, 2] * 3_001],
        [[1, 2, 3, 4]] * 61,
    ],
)
def test_what_is_no_drawing_is_not_kept(shop: Served, strokes: list[list[int]]) -> None:
    page, refund_id = any_refund(shop)
    assert page.post(f"/desk/refunds/{refund_id}/signature", {"strokes": strokes}).fault == "signature_wrong"


@pytest.mark.parametrize("strokes", [None, "M0 0", [["1", "2"]], [[1.5, 2]], [[True, False]], [1, 2]])
def test_other_fields_are_refused_before(shop: Served, strokes: Any) -> None:
    page, refund_id = any_refund(shop)
    assert page.post(f"/desk/refunds/{refund_id}/signature", {"strokes": strokes}).fault == "field_wrong"


def test_the_customers_word_is_written_down_with_who_asked(shop: Served) -> None:
    page, refund_id = made(shop, "CONFIRMED")
    assert page.post(f"/desk/refunds/{refund_id}/confirmed").document["customer_confirmed"]
    assert told(page, refund_id)["timeline"][-1]["who"] == "Li"


def test_the_diagnosis_shows_order_wallet_network_and_each_trip(shop: Served) -> None:
    page, refund_id = made(shop, "DIAGNOSED", sold={"fault": "not_enough"})
    found = page.get(f"/desk/refunds/{refund_id}/diagnosis").document
    assert (found["state"], found["order"]["order_id"]) == ("HELD", "DIAGNOSED")
    assert found["order"]["wallet_word"]["look"] == "FOUND"
    assert [one["wallet"] for one in found["network"]] == ["wechat", "alipay"]
    (trip,) = found["trips"]
    assert (trip["outcome"], trip["signature"]) == ("HELD", "VERIFIED")
    assert trip["code"]
    assert trip["message"]
    assert "a person must see to it" in trip["hint"]
    assert found["timeline"]


def test_a_payment_code_in_a_wallets_words_stays_hidden(shop: Served) -> None:
    page, refund_id = made(shop, "MASKED", sold={"fault": "not_enough"})
    with sqlite3.connect(shop.settings.home / "ledger.sqlite3") as books:
        books.execute(
            "UPDATE attempts SET code = ?1, message = ?1, wallet_request_id = ?1 WHERE refund_id = ?2",
            ("code 134567890123456784", refund_id),
        )
    (trip,) = page.get(f"/desk/refunds/{refund_id}/diagnosis").document["trips"]
    said = [trip[name] for name in ("code", "message", "wallet_request_id")]
    assert said == ["code 13••••••••••••••84"] * 3
    assert "134567890123456784" not in str(told(page, refund_id))


def answers(refund: Any) -> list[Any]:
    """What the wallet said, line by line of the time line."""
    return [line["wallet_says"] for line in refund["timeline"] if line["wallet_says"]]


def test_an_answer_in_the_time_line_has_the_wallets_own_words_and_no_more_than_a_sentence(
    shop: Served,
) -> None:
    page, refund_id = made(shop, "SAID", sold={"fault": "not_enough"})
    (said,) = answers(told(page, refund_id))
    (trip,) = page.get(f"/desk/refunds/{refund_id}/diagnosis").document["trips"]
    assert said == {name: trip[name] for name in said}
    assert (said["http_status"], said["signature"], bool(said["code"])) == (200, "VERIFIED", True)
    with sqlite3.connect(shop.settings.home / "ledger.sqlite3") as books:
        books.execute("UPDATE attempts SET message = ? WHERE refund_id = ?", ("长" * 900, refund_id))
    assert answers(told(page, refund_id))[0]["message"] == "长" * 300


@pytest.mark.parametrize(
    ("column", "items"),
    [
        ("cup=12.80; plate=5", [("cup", 1_280), ("plate", 500)]),
        ("a=b=3", [("a=b", 300)]),
        ("", []),
        ("cup", []),
        ("cup=x", []),
        ("cup=0", []),
        ("=5", []),
        ("cup=99999", []),
        (";".join(["cup=0.01"] * 13), []),
    ],
)
def test_items_are_offered_only_where_all_of_them_make_sense(
    column: str, items: list[tuple[str, int]]
) -> None:
    order = replace(ORDER, amount=Money(10_000), extra={"items": column})
    assert [(one["name"], one["amount_fen"]) for one in items_of(order)] == items


def test_a_badge_names_a_person_and_opens_nothing(shop: Served) -> None:
    badge = shop.house.staff.new_badge(shop.crew.owner.staff_id, shop.crew.clerk.staff_id)
    page = shop.stranger()
    found = page.post("/desk/badge", {"text": badge.lower()}).document
    assert found == {"staff_id": shop.crew.clerk.staff_id, "name": "Wang"}
    assert page.get("/desk/queue").fault == "not_signed_in"
    newer = shop.house.staff.new_badge(shop.crew.owner.staff_id, shop.crew.clerk.staff_id)
    assert page.post("/desk/badge", {"text": badge}).fault == "badge_unknown"
    assert newer.encode() not in (shop.settings.home / "ledger.sqlite3").read_bytes()


def test_badges_are_not_guessed_at_leisure(shop: Served) -> None:
    page = shop.stranger()
    shop.time.forward(61)
    faults = [page.post("/desk/badge", {"text": f"SRB-{'A' * 24}"}).fault for _ in range(21)]
    assert set(faults[:20]) == {"badge_unknown"}
    assert faults[20] == "too_many_tries"
    shop.time.forward(61)


def test_a_badge_in_the_scan_box_is_named_and_never_told_back(shop: Served) -> None:
    badge = f"SRB-{'B' * 24}"
    answered = shop.page().post("/desk/scan", {"text": badge, "typed": False})
    assert "badge" in answered.document["say"]
    assert badge.encode() not in answered.body


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_at_the_counter_is_told_to_keep_a_worker_running(language: str) -> None:
    texts = Catalogue.load(language).texts
    about = {key for key, text in texts.items() if key.startswith("refund.") and "scanrefund worker" in text}
    here = {f"refund.{key.removeprefix('next_here.')}.next" for key in texts if key.startswith("next_here.")}
    assert about
    assert about <= here


def test_a_complaint_is_noted_by_a_clerk_and_its_words_are_for_those_who_may_read_the_books(
    shop: Served,
) -> None:
    page, refund_id = made(shop, "COMPLAINED", shop.crew.supervisor)
    clerk, owner = shop.page(shop.crew.clerk), shop.page(shop.crew.owner)
    assert page.post(f"/desk/refunds/{refund_id}/complain", {"why": " "}).fault == "field_wrong"
    told_due = {"why": "he laughed at 张三", "due": "tomorrow"}
    assert page.post(f"/desk/refunds/{refund_id}/complain", told_due).fault == "field_wrong"
    noted = page.post(f"/desk/refunds/{refund_id}/complain", {"why": "he laughed at 张三"}).document
    path = f"/desk/complaints/{noted['number']}"
    waiting = clerk.get("/desk/queue").document["complaints"]
    assert [(one["refund_id"], one["overdue"]) for one in waiting if one["number"] == noted["number"]] == [
        (refund_id, False)
    ]
    assert "张三" not in str(waiting)
    assert clerk.get(path).fault == "not_permitted"
    assert owner.get(path).document["words"] == "he laughed at 张三"
    assert clerk.post(f"{path}/answer", {"why": "called"}).fault == "approval_needed"
    assert owner.post(f"{path}/answer", {"why": "called"}).document["answered_at"]
    assert clerk.post(f"{path}/end").fault == "approval_needed"
    assert owner.post(f"{path}/end").document["ended_at"]
    assert noted["number"] not in [one["number"] for one in clerk.get("/desk/complaints").document]
    (shown,) = told(clerk, refund_id)["complaints"]
    assert shown["answered_at"]
    assert shown["ended_at"]
    assert "张三" not in str(shown)
    for number in ("0", "x", "9" * 12):
        assert owner.get(f"/desk/complaints/{number}").fault in {"complaint_unknown", "field_wrong"}


def test_a_tick_is_good_or_bad_with_a_reason_of_the_list(shop: Served) -> None:
    page, refund_id = made(shop, "TICKED")
    path = f"/desk/refunds/{refund_id}/opinion"
    for wrong in ({"good": True, "dislike": "slow"}, {"good": False}, {"good": False, "dislike": "张三"}):
        assert page.post(path, wrong).fault == "field_wrong"
    assert page.post(path, {"good": False, "dislike": "slow"}).document["good"] is False
    assert page.post(path, {"good": True}).document["good"] is True
    last = told(page, refund_id)["timeline"][-1]
    assert (last["what"], last["detail"]) == ("customer_opinion", {"good": 1, "dislike": ""})
    assert page.start()["ask_opinion"] is False


def test_the_applicant_is_shown_masked_and_by_name_to_whoever_may_read_it(shop: Served) -> None:
    page, refund_id = made(shop, "APPLIED", shop.crew.supervisor, applicant="张三")
    assert told(page, refund_id)["applicant"] == "张•••"
    path = f"/desk/refunds/{refund_id}/applicant"
    assert page.get(path).document == {"applicant": "张三"}
    assert shop.page(shop.crew.clerk).get(path).fault == "not_permitted"
    wrong = page.post("/desk/refund", shop.wish(page, "APPLIED", applicant="138 0000 0000"))
    assert wrong.fault == "applicant_wrong"
