"""Attacks on the counter page: every address, by every way a stranger has."""

from __future__ import annotations

import re

import pytest

from scanrefund.web.call import Needs, Route
from scanrefund.web.fields import BODY_BYTES_MAX
from scanrefund.web.guard import HEADERS
from scanrefund.web.routes import ROUTES
from tests.unit.builders import ALIPAY_DIGITS, WECHAT_DIGITS
from tests.unit.web.counter import Answered, Page, Served

OPEN = {"/", "/page/{file:path}", "/desk/words/{language}", "/desk/start", "/metrics"}
BEFORE_SIGN_IN = OPEN | {
    # By the real PIN of somebody of the shop.
    "/desk/training/leave",
    *("/desk/staff", "/desk/owner", "/desk/sign-in", "/desk/sign-out", "/desk/lock", "/desk/unlock"),
    *("/desk/language", "/desk/training/join", "/desk/badge"),
}
POSTS = [route for route in ROUTES if route.method == "POST"]
EVERY = pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
EVERY_POST = pytest.mark.parametrize("route", POSTS, ids=lambda route: route.path)


@pytest.fixture
def shop(busy_shop: Served) -> Served:
    return busy_shop


def path_of(route: Route) -> str:
    return re.sub(r"\{[a-z_:]+\}", "x", route.path)


def call(page: Page, route: Route, **headers: str) -> Answered:
    return (
        page.post(path_of(route), **headers)
        if route.method == "POST"
        else page.get(path_of(route), **headers)
    )


@EVERY
def test_a_name_that_was_pointed_at_this_machine_is_refused_everywhere(shop: Served, route: Route) -> None:
    page = shop.page()
    for host in (
        f"evil.example:{shop.port}",
        "127.0.0.1",
        "127.0.0.1:1",
        f"127.0.0.1:{shop.port}.evil.example",
    ):
        answered = call(page, route, Host=host)
        assert (answered.status, answered.fault) == (403, "host_foreign")
    # Without a name the server itself refuses the head; a body on its way could only cut its answer off.
    assert page.send(route.method, path_of(route), None, {"Host": ""}).status == 400


@EVERY
def test_another_page_in_the_same_browser_is_refused_everywhere(shop: Served, route: Route) -> None:
    page, own = shop.page(), f"http://127.0.0.1:{shop.port}"
    foreign = (
        "https://evil.example",
        "null",
        "http://127.0.0.1:8643",
        f"https://127.0.0.1:{shop.port}",
        own + ".evil.example",
    )
    for origin in foreign:
        answered = call(page, route, Origin=origin)
        assert (answered.status, answered.fault) == (403, "origin_foreign")
    for site in ("cross-site", "same-site"):
        assert call(page, route, Sec_Fetch_Site=site).fault == "origin_foreign"
    if route.path != "/":
        assert call(page, route, Sec_Fetch_Site="none").fault == "origin_foreign"


def test_the_page_itself_is_let_in_by_each_of_its_names(shop: Served) -> None:
    page = shop.stranger()
    for name in ("127.0.0.1", "localhost", "[::1]", "LOCALHOST"):
        host = f"{name}:{shop.port}"
        own = {"Host": host, "Origin": f"http://{host}", "Sec_Fetch_Site": "same-origin"}
        assert page.get("/desk/start", **own).status == 200
        assert page.post("/desk/language", {"language": "en"}, **own).status == 200


@EVERY
def test_nothing_but_the_shell_is_open_to_somebody_without_a_session(shop: Served, route: Route) -> None:
    answered = call(Page(shop.port), route)
    if route.path in OPEN:
        assert answered.status in (200, 404)
    else:
        assert (answered.status, answered.fault) == (401, "not_signed_in")


@EVERY
def test_nothing_but_signing_in_is_open_to_a_page_nobody_has_signed_in_on(shop: Served, route: Route) -> None:
    answered = call(shop.stranger(), route)
    if route.path not in BEFORE_SIGN_IN:
        assert (answered.status, answered.fault) == (401, "not_signed_in")


@EVERY
def test_a_locked_page_does_nothing_until_its_person_is_back(shop: Served, route: Route) -> None:
    if route.needs is not Needs.PERSON:
        return
    page = shop.page()
    assert page.post("/desk/lock").status == 200
    answered = call(page, route)
    assert (answered.status, answered.fault) == (423, "page_locked")


@EVERY_POST
def test_a_post_without_the_sessions_own_token_is_refused(shop: Served, route: Route) -> None:
    page, other = shop.page(), shop.page()
    for token in ("", "x", other.csrf, page.csrf[:-1], page.csrf + "é"):
        answered = page.post(path_of(route), X_Csrf_Token=token)
        assert (answered.status, answered.fault) == (403, "csrf_wrong")


@EVERY_POST
def test_what_a_form_can_send_is_refused(shop: Served, route: Route) -> None:
    page = shop.page()
    kinds = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "")
    for kind in (*kinds, "text/plain; application/json", "application/jsonx"):
        answered = page.post(path_of(route), Content_Type=kind)
        assert (answered.status, answered.fault) == (415, "content_type_wrong")


@EVERY_POST
def test_a_body_beyond_its_bound_is_not_read(shop: Served, route: Route) -> None:
    page = shop.page()
    for headers in ({"Content-Length": str(route.bytes_max + 1)}, {"Content-Length": "1e9"}):
        told = {"Content-Type": "application/json", **headers}
        answered = page.send("POST", path_of(route), None, told)
        assert answered.status in (400, 413)


def test_a_body_that_grows_beyond_its_bound_is_cut_off(shop: Served) -> None:
    page = shop.page()
    body = b'{"number": "' + b"x" * (BODY_BYTES_MAX + 1) + b'"}'
    assert page.send("POST", "/desk/order", body, {"Content-Type": "application/json"}).status == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"1",
        b"{",
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b"[" * 60_000,
        b"\xff\xfe",
        b'{"a": 1e999}{}',
    ],
)
def test_a_body_that_is_no_single_object_is_refused_without_repeating_it(shop: Served, body: bytes) -> None:
    answered = shop.page().send("POST", "/desk/order", body, {"Content-Type": "application/json"})
    assert (answered.status, answered.fault) == (400, "body_unreadable")


@EVERY
def test_no_other_method_is_answered(shop: Served, route: Route) -> None:
    page = shop.page()
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"):
        assert page.send(method, path_of(route), None, {}).status == 405
    twice = {one.method for one in ROUTES if one.path == route.path}
    if len(twice) == 1:
        other = page.get(path_of(route)) if route.method == "POST" else page.post(path_of(route))
        assert other.status == 405


def test_a_payment_code_in_an_address_is_refused(shop: Served) -> None:
    page = shop.page()
    for digits in (WECHAT_DIGITS, ALIPAY_DIGITS):
        spaced = "%20".join(digits[at : at + 4] for at in range(0, len(digits), 4))
        for path in (
            f"/desk/refunds?q={digits}",
            f"/desk/refunds/{digits}",
            f"/desk/refunds?q={spaced}",
            f"/{digits}",
        ):
            answered = page.get(path)
            assert (answered.status, answered.fault) == (400, "code_in_url")
            assert digits.encode() not in answered.body


@EVERY
def test_every_answer_carries_the_safety_headers(shop: Served, route: Route) -> None:
    refused, answered = call(shop.page(), route, Host="evil.example"), call(shop.stranger(), route)
    for one in (refused, answered):
        for name, value in HEADERS.items():
            if not (name == "Cache-Control" and route.path in OPEN):
                assert one.headers[name.lower()] == value
        assert "server" not in one.headers
        assert not any(name.startswith("access-control") for name in one.headers)


def test_no_inline_script_or_style_may_run() -> None:
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert {policy[name] for name in ("object-src", "base-uri", "form-action", "frame-ancestors")} == {
        "'none'"
    }
    assert not policy.keys() & {"script-src", "style-src", "connect-src", "frame-src", "worker-src"}
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


def test_the_cookie_is_for_this_page_alone(shop: Served) -> None:
    cookie = Page(shop.port).get("/desk/start").headers["set-cookie"]
    name, *flags = (part.strip() for part in cookie.split(";"))
    assert name.startswith(f"scanrefund_{shop.port}=")
    assert {flag.lower() for flag in flags} == {"httponly", "path=/", "samesite=strict"}


def test_the_wallets_notices_are_served_beside_the_page_under_any_name(shop: Served) -> None:
    answered = Page(shop.port).post("/notices/wechat", {}, Host="refunds.example.com")
    assert (answered.status, answered.document["code"]) == (400, "FAIL")
