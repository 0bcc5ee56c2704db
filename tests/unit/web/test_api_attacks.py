"""Attacks on the HTTP API: every address, by every way a stranger, a page or another program has."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanrefund.web.api.call import ROOT, ApiRoute
from scanrefund.web.api.routes import OPEN, ROUTES
from scanrefund.web.fields import BODY_BYTES_MAX
from scanrefund.web.guard import HEADERS
from scanrefund.web.routes import ROUTES as PAGE_ROUTES
from scanrefund.web.tries import TRIES_MAX
from tests.people import SUPERVISOR_PIN, WRONG_PIN
from tests.unit.builders import ALIPAY_DIGITS, WECHAT_DIGITS
from tests.unit.web.counter import Answered, Page, Served
from tests.unit.web.test_canary import NOT_A_DIGIT, Heard, log, picture_of, written
from tests.unit.web.tills import TillHands, till_of

__all__ = ["log"]
POSTS = [route for route in ROUTES if route.method == "POST"]
EVERY = pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
EVERY_POST = pytest.mark.parametrize("route", POSTS, ids=lambda route: route.path)


@pytest.fixture
def shop(busy_shop: Served) -> Iterator[Served]:
    yield busy_shop
    # Tries of one test are none of the next one's business.
    busy_shop.time.forward(61)


@pytest.fixture(scope="module")
def till(busy_shop: Served) -> TillHands:
    return till_of(busy_shop)


def call(till: TillHands, route: ApiRoute, **headers: str) -> Answered:
    path = re.sub(r"\{[a-z_]+\}", "x", route.path)
    if route.method == "GET":
        return till.get(path, **headers)
    return till.post(path, {}, headers.pop("Idempotency_Key", "k"), **headers)


def told(answered: Answered) -> tuple[int, str]:
    return answered.status, answered.document["error"]["code"]


@EVERY
def test_nothing_is_open_without_a_token_that_is_right_now(
    shop: Served, till: TillHands, route: ApiRoute
) -> None:
    shop.time.forward(61)
    revoked = till_of(shop)
    assert call(revoked, route).status != 401
    shop.house.tills.revoke(shop.crew.owner.staff_id, revoked.token.split("_")[1])
    head, till_id, tail = till.token.split("_", 2)
    wrong = (
        revoked.token,
        till.token[:-1],
        till.token + "x",
        f"{head}_{till_id}_{'A' * len(tail)}",
        "é" * 40,
        "x" * 9_000,
    )
    for token in wrong:
        answered = call(till, route, Authorization=f"Bearer {token}".encode().decode("latin-1"))
        assert told(answered) == (401, "token_wrong")
        assert answered.headers["www-authenticate"] == "Bearer"
    for header in ("", till.token, f"Basic {till.token}", "Bearer"):
        assert told(call(till, route, Authorization=header)) == (401, "token_wrong")


@EVERY
def test_a_page_in_a_browser_is_refused_even_the_counters_own(till: TillHands, route: ApiRoute) -> None:
    own = f"http://127.0.0.1:{till.page.port}"
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": own},
        {"Sec_Fetch_Site": "same-origin"},
        {"Sec_Fetch_Site": "none"},
        {"Sec_Fetch_Mode": "no-cors"},
    ):
        answered = call(till, route, **headers)
        assert told(answered) == (403, "api_not_for_browsers")
        assert "access-control-allow-origin" not in answered.headers


@EVERY
def test_a_name_that_was_pointed_at_this_machine_is_refused(till: TillHands, route: ApiRoute) -> None:
    for host in (f"evil.example:{till.page.port}", "127.0.0.1", f"127.0.0.1:{till.page.port}.evil.example"):
        assert told(call(till, route, Host=host)) == (403, "host_foreign")


@EVERY_POST
def test_a_post_without_one_good_key_does_nothing(till: TillHands, route: ApiRoute) -> None:
    for key in ("", " ", "x" * 101, "a\tb", "schlüssel"):
        assert told(call(till, route, Idempotency_Key=key)) == (400, "idempotency_key_wrong")


@EVERY_POST
def test_a_key_stands_for_one_body(till: TillHands, route: ApiRoute) -> None:
    path, key = route.path.replace("{refund_id}", "x"), f"once {route.name}"
    till.post(path, {}, key)
    field = {"decode": "text", "refund": "order_id", "cancel": "why", "orders": "strict"}[route.name]
    assert told(till.post(path, {field: "y"}, key)) == (409, "idempotency_key_reused")


@EVERY_POST
def test_what_a_form_can_send_is_refused(till: TillHands, route: ApiRoute) -> None:
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", ""):
        assert told(call(till, route, Content_Type=kind)) == (415, "content_type_wrong")


@EVERY_POST
def test_a_body_beyond_its_bound_is_not_read_and_a_strangers_not_at_all(
    till: TillHands, route: ApiRoute
) -> None:
    path = ROOT + route.path.replace("{refund_id}", "x")
    sent = {"Content-Type": "application/json", "Idempotency-Key": "k"}
    # Announced and never sent: whoever waits for it is answered with the time that has run out.
    sent["Content-Length"] = str(route.bytes_max + 1)
    bearer = {"Authorization": f"Bearer {till.token}"}
    assert till.page.send("POST", path, None, sent | bearer).status in (400, 413)
    assert till.page.send("POST", path, None, sent | {"Content-Length": "10"}).status == 401


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"[" * 60_000, b"\xff\xfe"]
)
def test_a_body_that_is_no_single_object_is_refused(till: TillHands, body: bytes) -> None:
    sent = {
        "Content-Type": "application/json",
        "Idempotency-Key": "k",
        "Authorization": f"Bearer {till.token}",
    }
    assert told(till.page.send("POST", f"{ROOT}/refunds", body, sent)) == (400, "body_unreadable")
    grown = b'{"reason": "' + b"x" * BODY_BYTES_MAX + b'"}'
    assert till.page.send("POST", f"{ROOT}/refunds", grown, sent).status == 413


@EVERY
def test_no_other_method_is_answered(till: TillHands, route: ApiRoute) -> None:
    path = ROOT + re.sub(r"\{[a-z_]+\}", "x", route.path)
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"):
        assert till.page.send(method, path, None, {"Authorization": f"Bearer {till.token}"}).status == 405


def test_an_address_that_is_not_there_is_told_in_the_apis_own_form(till: TillHands) -> None:
    for path in (
        "/api/v1/nothing",
        "/api/v2/refunds",
        "/api/",
        "/api/v1/refunds/",
        "/api/v1/../../desk/start",
    ):
        assert told(till.page.get(path, Authorization=f"Bearer {till.token}")) == (404, "address_unknown")


def test_wrong_tokens_are_counted_and_a_till_that_was_believed_goes_on(shop: Served, till: TillHands) -> None:
    shop.time.forward(61)
    assert till.get("/status").status == 200
    fresh, stranger = till_of(shop, "fresh"), TillHands(Page(shop.port), "srt_t1_" + "A" * 43, till.numbers)
    assert [stranger.get("/status").status for _ in range(TRIES_MAX)] == [401] * TRIES_MAX
    for caller in (stranger, fresh):
        assert told(caller.get("/status")) == (429, "too_many_tries")
    assert till.get("/status").status == 200
    shop.time.forward(61)
    assert fresh.get("/status").status == 200


def test_a_pin_that_comes_over_the_api_counts_as_a_try_of_the_counter(shop: Served, till: TillHands) -> None:
    shop.sell("api-P1")
    guess = {"staff_id": "nobody", "secret": WRONG_PIN}
    seen = [
        told(till.post("/refunds", {"order_id": "api-P1", "clerk": guess}, f"guess{at}"))[1]
        for at in range(TRIES_MAX + 1)
    ]
    assert (seen[0], seen[-1]) == ("sign_in_unknown", "too_many_tries")
    assert (
        shop.page().post("/desk/refund", {**shop.wish(shop.page(), "api-P1"), "approval": guess}).status
        == 429
    )


def test_a_token_opens_nothing_of_the_page_and_a_page_nothing_of_the_api(
    shop: Served, till: TillHands
) -> None:
    for route in PAGE_ROUTES:
        if route.path.startswith("/desk/") and route.path not in ("/desk/start", "/desk/words/{language}"):
            path, headers = (
                re.sub(r"\{[a-z_:]+\}", "x", route.path),
                {"Authorization": f"Bearer {till.token}"},
            )
            page = Page(shop.port)
            answered = page.get(path, **headers) if route.method == "GET" else page.post(path, **headers)
            assert answered.status == 401
    assert told(shop.page().get(f"{ROOT}/status")) == (401, "token_wrong")


def test_whoever_can_write_the_database_still_makes_no_token(shop: Served) -> None:
    token = "srt_t999_" + "A" * 43
    plain = hashlib.sha256(token.encode()).hexdigest()[:32]
    with shop.house.ledger.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO tills (till_id, name, clerk, token_hash, made_at) VALUES "
            f"('t999', 'planted', 's1', '{plain}', '2026-11-29T00:00:00.000000Z')"
        )
    assert TillHands(Page(shop.port), token, iter(())).get("/status").status == 401


@pytest.mark.parametrize("path", [ROOT + path for path in OPEN])
def test_what_may_be_read_is_opened_by_its_address_and_by_no_other_page(shop: Served, path: str) -> None:
    page = Page(shop.port)
    opened = page.get(path, Sec_Fetch_Site="none")
    assert opened.status == 200
    assert opened.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Host": "evil.example"},
    ):
        assert page.get(path, **headers).status == 403
    assert page.post(path, {}).status in (403, 405)


def test_a_payment_code_in_an_address_is_refused(till: TillHands) -> None:
    for digits in (WECHAT_DIGITS, ALIPAY_DIGITS):
        for path in (f"/refunds/{digits}", f"/orders/{digits}", f"/refunds?order_id={digits}"):
            assert told(till.get(path)) == (400, "code_in_url")


def test_no_payment_code_no_pin_and_no_token_comes_out_or_is_kept(
    shop: Served, till: TillHands, log: Heard, capfd: pytest.CaptureFixture[str]
) -> None:
    """A marked code in every field there is, and the till's token: searched for in all that came out."""
    shop.sell("api-Z1")
    digits = shop.wallets.fresh_code()
    reading = till.decode(digits)["reading"]
    till.post("/decode", {"data_base64": picture_of(digits), "name": f"{digits}.png"}, digits)
    till.post("/decode", {"text": f"code {digits}!", "typed": True}, "z1")
    for field in ("order_id", "reason", "reading_id", digits):
        till.post(
            "/refunds", {"order_id": "none", "reading_id": reading["id"], field: digits}, f"z2 {field[:8]}"
        )
    person = {"staff_id": shop.crew.supervisor.staff_id, "secret": SUPERVISOR_PIN}
    wish = {"order_id": "api-Z1", "reason": f"code {digits}", "reading_id": reading["id"], "clerk": person}
    made = till.post("/refunds", wish, "z3").document
    assert made["state"] == "SUCCEEDED"
    till.post(f"/refunds/{made['refund_id']}/cancel", {"why": digits, "approval": person}, "z4")
    till.post("/orders", {"orders": [{"order_id": digits, "note": digits, digits: digits}]}, "z5")
    streams = capfd.readouterr()
    came_out = [*till.page.got, written(shop.settings.home), "\n".join(log.lines).encode()]
    came_out += [streams.out.encode(), streams.err.encode(), repr(shop.site).encode()]
    for text in came_out:
        assert digits.encode() not in NOT_A_DIGIT.sub(b"", text)
        assert SUPERVISOR_PIN.encode() not in text
        assert till.token.encode() not in text


def test_the_ledger_file_is_where_the_canary_looked(shop: Served) -> None:
    assert b"till_calls" in written(Path(shop.settings.home))
