"""The HTTP API as a till's software uses it: each answer is held against the served schema."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scanrefund.model.staff import Secret
from scanrefund.say.catalogue import LANGUAGES, Catalogue
from scanrefund.web.api.call import ROOT
from scanrefund.web.api.routes import OPEN, ROUTES
from scanrefund.web.api.schema import document
from scanrefund.web.api.shapes import SHAPES
from tests.people import CLERK_PIN, OWNER_PIN, SUPERVISOR_PIN
from tests.unit.web.counter import Page, Served
from tests.unit.web.tills import TillHands, till_of


@pytest.fixture
def till(shop: Served) -> TillHands:
    """A till for which the supervisor answers: he may refund without a code."""
    return till_of(shop)


def test_a_till_refunds_what_a_customer_shows_and_asks_how_it_ended(shop: Served, till: TillHands) -> None:
    shop.sell("api-A1")
    shown = till.decode(shop.wallets.fresh_code())
    assert (shown["reading"]["kind"], shown["reading"]["confirmed"]) == ("payment_code", True)
    made = till.post(
        "/refunds", {"order_id": "api-A1", "reason": "torn", "reading_id": shown["reading"]["id"]}, "k1"
    )
    assert (made.status, made.document["state"], made.document["amount_fen"]) == (201, "SUCCEEDED", 1_000)
    told = till.get(f"/refunds/{made.document['refund_id']}").document
    assert told == made.document
    assert till.get("/refunds?order_id=api-A1").document == {"refunds": [told]}
    assert till.get("/refunds?open=1").document == {"refunds": []}
    assert till.get("/orders/api-A1").document["refunded_fen"] == 1_000
    refund = shop.house.ledger.refund(told["refund_id"])
    assert refund is not None
    assert (refund.clerk, refund.reason) == (shop.crew.supervisor.staff_id, "torn")


def test_the_same_key_serves_the_same_refund_and_another_body_is_refused(
    shop: Served, till: TillHands
) -> None:
    shop.sell("api-A2")
    wish = till.wish("api-A2", shop)
    first, again = till.post("/refunds", wish, "k2"), till.post("/refunds", wish, "k2")
    assert (first.status, again.status) == (201, 200)
    assert again.document["refund_id"] == first.document["refund_id"]
    for other in ({"amount_fen": 1}, {"reason": "else"}, {"reading_id": "x"}, {"order_id": "api-A2x"}):
        refused = till.post("/refunds", {**wish, **other}, "k2")
        assert (refused.status, refused.document["error"]["code"]) == (409, "idempotency_key_reused")
    assert till.post("/orders", {"orders": [an_order("api-A2y")]}, "k2").status == 409
    assert shop.wallets.times_sent("api-A2") == [1]


def test_a_lost_answer_is_served_again_after_the_code_and_the_binding_are_gone(
    shop: Served, till: TillHands
) -> None:
    """What a restart and a month leave: the refund's own request, in the ledger."""
    shop.sell("api-A3")
    wish = till.wish("api-A3", shop)
    first = till.post("/refunds", wish, "k3")
    shop.site.readings._held.clear()
    shop.time.forward(31 * 24 * 3_600)
    assert till.post("/refunds", wish, "k3").document["refund_id"] == first.document["refund_id"]
    with shop.house.ledger.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM till_calls").scalar_one() == 1


def test_two_tills_with_one_key_have_two_wishes(shop: Served, till: TillHands) -> None:
    shop.sell("api-A4")
    shop.sell("api-A5")
    other = till_of(shop, "second")
    made = (
        till.post("/refunds", till.wish("api-A4", shop), "1"),
        other.post("/refunds", other.wish("api-A5", shop), "1"),
    )
    assert [one.document["order_id"] for one in made if one.status == 201] == ["api-A4", "api-A5"]


def test_a_refused_wish_is_no_error_and_says_why(shop: Served, till: TillHands) -> None:
    shop.sell("api-A6")
    wish = till.wish("api-A6", shop, amount_fen=1_001)
    refused = till.post("/refunds", wish, "k6")
    told = refused.document
    assert (refused.status, told["state"], told["reason"]) == (200, None, "amount_over_remaining")
    assert told["say_customer"] != told["say_clerk"] != ""
    assert shop.wallets.times_sent("api-A6") == []


def test_a_code_that_is_too_old_refunds_nothing(shop: Served, till: TillHands) -> None:
    shop.sell("api-A7")
    wish = till.wish("api-A7", shop)
    shop.time.forward(61)
    assert till.post("/refunds", wish, "k7").document["reason"] == "code_expired"
    shop.time.forward(400)
    gone = till.post("/refunds", wish, "k7")
    assert (gone.status, gone.document["error"]["code"]) == (410, "reading_gone")
    assert shop.wallets.times_sent("api-A7") == []


def test_people_prove_themselves_with_the_call_and_their_proofs_are_no_part_of_the_wish(
    shop: Served, till: TillHands
) -> None:
    shop.sell("api-A8")
    clerk = {"staff_id": shop.crew.clerk.staff_id, "secret": CLERK_PIN}
    no_code = {"order_id": "api-A8", "reason": "torn", "clerk": clerk}
    assert till.post("/refunds", no_code, "k8").document["reason"] == "needs_approval"
    wrong = till.post("/refunds", {**no_code, "clerk": {**clerk, "secret": OWNER_PIN}}, "k8")
    assert (wrong.status, wrong.document["error"]["code"]) == (401, "sign_in_wrong")
    word = {"staff_id": shop.crew.supervisor.staff_id, "secret": SUPERVISOR_PIN}
    made = till.post("/refunds", {**no_code, "approval": word}, "k8")
    assert (made.status, made.document["state"]) == (201, "SUCCEEDED")
    refund = shop.house.ledger.refund(made.document["refund_id"])
    assert refund is not None
    assert (refund.clerk, refund.approver) == ("s3", "s2")


def test_what_waits_for_approval_is_cancelled_by_whoever_may_and_again_by_the_same_key(
    shop: Served,
) -> None:
    shop.sell("api-A9")
    till = till_of(shop, clerk=shop.crew.clerk.staff_id)
    waits = till.post("/refunds", {"order_id": "api-A9", "reason": "torn", "queue": True}, "q").document
    assert waits["state"] == "WAIT_APPROVAL"
    path = f"/refunds/{waits['refund_id']}/cancel"
    other = till_of(
        shop, clerk=shop.house.staff.add("s1", "Sun", shop.crew.clerk.role, Secret("6149027")).staff_id
    )
    denied = other.post(path, {"why": "x"}, "c0")
    assert (denied.status, denied.document["error"]["code"]) == (403, "not_permitted")
    for _ in range(2):
        gone = till.post(path, {"why": "wrong order"}, "c1")
        assert (gone.status, gone.document["state"]) == (200, "CANCELLED")
    late = till.post(path, {"why": "again"}, "c2")
    assert (late.status, late.document["error"]["code"]) == (409, "refund_was_sent")
    assert till.post("/refunds/none/cancel", {"why": "x"}, "c3").status == 404
    assert shop.wallets.times_sent("api-A9") == []


def test_orders_come_by_the_road_of_the_import(shop: Served, till: TillHands) -> None:
    wrong = [
        an_order("api-B3", amount_fen=0),
        an_order("api B4"),
        an_order("api-B5", state="LOST"),
        an_order("api-B6", wallet="x"),
    ]
    told = till.post(
        "/orders", {"orders": [an_order("api-B1"), an_order("api-B2", till_no="7"), *wrong]}, "o1"
    ).document
    assert (told["read"], told["kept"]) == (6, 2)
    assert [(one["place"], one["code"]) for one in told["problems"]] == [
        (3, "row_amount_wrong"),
        (4, "row_order_id_wrong"),
        (5, "row_state_unknown"),
        (6, "row_wallet_unknown"),
    ]
    assert till.post("/orders", {"orders": [an_order("api-B1")]}, "o2").document["unchanged"] == 1
    none = till.post("/orders", {"orders": [an_order("api-B7"), *wrong], "strict": True}, "o3").document
    assert (none["kept"], till.get("/orders/api-B7").status) == (0, 404)
    found = till.get("/orders/api-B2").document
    assert (found["remaining_fen"], found["may_refund"], found["why_not"]) == (1_000, True, None)
    kept = shop.house.ledger.order("api-B2")
    assert kept is not None
    assert kept.extra == {"till_no": "7"}
    bodies: list[dict[str, Any]] = [
        {"orders": []},
        {"orders": ["x"]},
        {"orders": [an_order("api-B8")] * 1_001},
        {"orders": 1},
    ]
    for body in bodies:
        assert till.post("/orders", body, f"o{len(str(body))}").status == 400


def test_a_misspelt_field_is_refused_before_anything_is_done(shop: Served, till: TillHands) -> None:
    """`amount` for `amount_fen` would otherwise refund all that remains."""
    shop.sell("api-C1")
    wish = till.wish("api-C1", shop)
    refused = till.post("/refunds", {**wish, "amount": 1}, "m1")
    assert (refused.status, refused.document["error"]["code"]) == (400, "field_unknown")
    assert shop.wallets.times_sent("api-C1") == []


def test_decode_takes_pictures_and_names_what_is_no_code(shop: Served, till: TillHands) -> None:
    shop.sell("api-D1")
    assert till.decode("api-D1")["order_ids"] == ["api-D1"]
    told = till.post(
        "/decode", {"text": "https://qr.alipay.com/fkx0123456789", "typed": False}, "d2"
    ).document
    assert told["reading"]["kind"] == "collection_code"
    request = shop.wallets.call
    request("/sandbox/clock", {"advance_s": 61})
    digits = str(request("/sandbox/phone/wechat/code.json")["digits"])
    picture = base64.b64encode(shop.wallets.picture("wechat")).decode()
    told = till.post("/decode", {"data_base64": picture, "name": "p.png"}, "d3").document
    assert told["reading"]["text"] == digits[:2] + "•" * (len(digits) - 4) + digits[-2:]


def test_the_status_names_the_till_and_what_waits(shop: Served, till: TillHands) -> None:
    told = till.get("/status").document
    assert (told["till"]["name"], told["rehearsal"], told["open"]) == ("first", True, 0)


@pytest.mark.parametrize(
    ("wanted", "word"),
    [
        ("en", "There is no order"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "找不到订单"),
        ("fr, zh-TW;q=0.5, en;q=0.1", "找不到訂單"),
        ("en;q=0, zh-Hant", "找不到訂單"),
        ("*", "There is no order"),
        ("xx;q=zz", "There is no order"),
    ],
)
def test_sentences_come_in_the_language_that_is_wanted(
    shop: Served, till: TillHands, wanted: str, word: str
) -> None:
    told = till.get("/orders/none", Accept_Language=wanted).document["error"]
    assert told["code"] == "order_unknown"
    assert word in told["say"]


# The schema is true


def test_every_route_stands_in_the_schema_and_nothing_else_does(shop: Served) -> None:
    told = Page(shop.port).get(f"{ROOT}/openapi.json").document
    named = {(method.upper(), path) for path, methods in told["paths"].items() for method in methods}
    assert named == {(route.method, ROOT + route.path) for route in ROUTES}
    assert all(path.startswith(ROOT) for _, path in named)
    for shape in told["components"]["schemas"].values():
        Draft202012Validator.check_schema(shape)
    assert (told["openapi"], told["security"]) == ("3.1.0", [{"token": []}])


def test_an_answer_that_does_not_fit_the_schema_is_noticed(till: TillHands) -> None:
    """The judge of every test above is no friend."""
    good = till.get("/status")
    for spoiled in (good.document | {"more": 1}, good.document | {"open": -1}, {"open": 1}):
        with pytest.raises(AssertionError):
            till.judge("GET", "/status", 200, spoiled)
    with pytest.raises(AssertionError):
        till.judge("GET", "/nowhere", 200, {})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_schema_is_in_the_catalogues(language: str) -> None:
    texts = Catalogue.load(language).texts
    said = re.findall(r"'(?:description|summary)': ['\"]([^'\"]*)", str(document(ROUTES, language)))
    assert len(said) > 100
    assert [one for one in said if one.startswith(("api.", "api_"))] == []
    fields = {f"api_field.{name}.{field}" for name, shape in SHAPES.items() for field in shape.fields}
    told = {key for key in texts if key.startswith("api_field.")}
    assert told == fields


def test_the_reference_is_a_page_of_its_own_that_names_everything_and_runs_nothing(shop: Served) -> None:
    page = Page(shop.port)
    answered = page.get(f"{ROOT}/reference", Sec_Fetch_Site="none", Accept_Language="en")
    html = answered.body.decode()
    for route in ROUTES:
        assert f"<b>{route.method}</b> <code>{ROOT}{route.path}</code>" in html
    for shape in SHAPES:
        assert f'<section id="{shape}">' in html
    assert not re.search(r"<script|style=|<style|https?://|on[a-z]+=", html)
    links = re.findall(r'href="([^"#]+)"', html)
    assert set(links) == {f"{ROOT}/openapi.json", f"{ROOT}/reference.css"}
    assert {page.get(link).status for link in links} == {200}
    assert set(OPEN) == {"/openapi.json", "/reference", "/reference.css"}


def an_order(order_id: str, **changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "order_id": order_id,
        "wallet": "alipay",
        "wallet_order_id": f"2026{order_id.replace(' ', '')}",
    }
    told |= {"amount_fen": 1_000, "paid_at": "2026-11-28T10:00:00+08:00", "state": "PAID"}
    return {**told, **changes}
