"""Who sits at a page: proved by PIN, locked when nobody is there, gone when dismissed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scanrefund.model.staff import Role, Secret
from scanrefund.web.sessions import LIFE
from scanrefund.web.tries import TRIES_MAX
from tests.people import CLERK_PIN, SUPERVISOR_PIN, WRONG_PIN
from tests.unit.web.counter import Page, Served, heard


@pytest.fixture
def shop(busy_shop: Served) -> Iterator[Served]:
    yield busy_shop
    # Tries of one test are none of the next one's business.
    busy_shop.time.forward(61)


def sign_in(shop: Served, pin: str = CLERK_PIN) -> dict[str, str]:
    return {"staff_id": shop.crew.clerk.staff_id, "pin": pin}


def test_a_pin_opens_the_page_with_the_persons_permissions(shop: Served) -> None:
    page = shop.stranger()
    told = page.post("/desk/sign-in", sign_in(shop)).document
    assert (told["signed_in"]["name"], told["signed_in"]["permissions"]) == ("Wang", ["refund.create"])
    assert page.get("/desk/status").status == 200
    assert page.start()["signed_in"] == told["signed_in"]


def test_whoever_signs_in_gets_a_new_cookie_and_the_old_one_opens_nothing(shop: Served) -> None:
    """A cookie that was planted before (session fixation) is worth nothing afterwards."""
    page = shop.stranger()
    planted, token = page.cookie, page.csrf
    page.post("/desk/sign-in", sign_in(shop))
    assert planted not in (page.cookie, "")
    assert token != page.csrf
    page.cookie, page.csrf = planted, token
    assert page.get("/desk/status").status == 401


def test_a_wrong_pin_is_counted_and_locks_the_name_in_the_ledger(shop: Served) -> None:
    page = shop.stranger()
    person = shop.house.staff.add(shop.crew.owner.staff_id, "Sun", Role.CLERK, Secret("6149027"))
    told = [
        page.post("/desk/sign-in", {"staff_id": person.staff_id, "pin": WRONG_PIN}).document for _ in range(5)
    ]
    assert [one["tries_left"] for one in told] == [4, 3, 2, 1, 0]
    right = page.post("/desk/sign-in", {"staff_id": person.staff_id, "pin": "6149027"})
    assert (right.status, right.fault) == (401, "sign_in_locked")
    assert right.document["locked_until"] is not None
    assert "signed_in" not in right.document


def test_guessing_is_slowed_down_whoever_somebody_says_he_is(shop: Served) -> None:
    shop.time.forward(61)
    pages = [shop.stranger() for _ in range(3)]
    told = [
        pages[at % 3].post("/desk/sign-in", {"staff_id": f"nobody{at}", "pin": WRONG_PIN})
        for at in range(TRIES_MAX)
    ]
    assert {one.status for one in told} == {401}
    refused = pages[0].post("/desk/sign-in", sign_in(shop))
    assert (refused.status, refused.fault) == (429, "too_many_tries")
    shop.time.forward(61)
    assert pages[0].post("/desk/sign-in", sign_in(shop)).status == 200


@pytest.mark.parametrize(
    "path",
    [
        *("/desk/sign-in", "/desk/owner", "/desk/unlock", "/desk/orders/thaw", "/desk/refund"),
        *(f"/desk/refunds/x/{do}" for do in ("approve", "decline", "release", "close", "cancel", "cash")),
    ],
)
def test_every_place_where_a_pin_is_typed_counts_as_a_try(shop: Served, path: str) -> None:
    shop.time.forward(61)
    order_id = "T-" + path.rpartition("/")[2]
    shop.sell(order_id)
    page = shop.page()
    if "refunds/" in path:
        made = page.post("/desk/refund", shop.wish(page, order_id)).document["refund_id"]
        path = path.replace("/x/", f"/{made}/")
    guess = {"staff_id": "nobody", "secret": WRONG_PIN}
    body = {"staff_id": "nobody", "pin": WRONG_PIN, "name": "x", "why": "x", "approval": guess}
    # A refund is judged before its approval is: nothing is made here, and each try counts all the same.
    body |= {"request_id": "x", "order_id": "none", "reason": "faulty", "number": "x"}
    told = [page.post(path, body).status for _ in range(TRIES_MAX + 1)]
    assert told[-1] == 429
    assert 200 not in told or path == "/desk/refund"


def test_there_is_one_first_owner(shop: Served) -> None:
    answered = shop.stranger().post("/desk/owner", {"name": "Eve", "pin": "7306152"})
    assert (answered.status, answered.fault) == (409, "owner_is_there")


def test_a_page_nobody_touches_locks_itself_and_only_its_person_opens_it(shop: Served) -> None:
    page = shop.page(shop.crew.clerk)
    shop.time.forward(170)
    assert page.post("/desk/order", {"number": "x"}).status == 200
    shop.time.forward(170)
    for path in ("/desk/status", "/desk/queue", "/desk/refunds"):
        assert page.get(path).status == 200, "looking is no sign that somebody is there"
    shop.time.forward(11)
    assert (page.get("/desk/status").status, page.start()["locked"]) == (423, True)
    assert page.post("/desk/unlock", {"pin": SUPERVISOR_PIN}).status == 401
    taken = Page(shop.port, page.cookie, page.csrf)
    assert page.post("/desk/unlock", {"pin": CLERK_PIN}).status == 200
    assert (taken.get("/desk/status").status, taken.post("/desk/lock").status) == (401, 401)
    assert (page.get("/desk/status").status, page.start()["locked"]) == (200, False)


def test_a_locked_page_hears_that_it_is_locked_and_nothing_else(shop: Served) -> None:
    page = shop.page()
    with page.hear() as stream:
        heard(stream, "status")
        page.post("/desk/lock")
        shop.site.events.publish("shown", lambda _language: {"secret": "x"})
        assert heard(stream, "lock") == {}
        shop.site.events.publish("shown", lambda _language: {"secret": "x"})
        page.post("/desk/sign-out")
        assert b"secret" not in stream.read()


def test_signing_out_ends_the_page_and_its_streams(shop: Served) -> None:
    page = shop.page()
    cookie = page.cookie
    with page.hear() as stream:
        heard(stream, "status")
        assert page.post("/desk/sign-out").status == 200
        stream.read()
    assert page.get("/desk/status").status == 401
    page.cookie = cookie
    assert page.get("/desk/status").status == 401


def test_a_shift_ends(shop: Served) -> None:
    page = shop.page()
    shop.time.forward(LIFE.total_seconds() + 1)
    assert page.get("/desk/status").status == 401


def test_somebody_who_was_dismissed_is_out_at_once(shop: Served) -> None:
    owner = shop.crew.owner.staff_id
    person = shop.house.staff.add(owner, "Qian", Role.CLERK, Secret("4829063"))
    page = shop.page(person)
    assert page.get("/desk/status").status == 200
    shop.house.staff.set_role(owner, person.staff_id, Role.AUDITOR)
    page.post("/desk/order", {"number": "x"})
    assert page.start()["signed_in"]["role"] == "auditor"
    shop.house.staff.disable(owner, person.staff_id)
    assert page.get("/desk/status").status == 401
    assert (
        shop.stranger().post("/desk/sign-in", {"staff_id": person.staff_id, "pin": "4829063"}).status == 401
    )


def test_the_page_speaks_the_language_it_was_told(shop: Served) -> None:
    page = shop.stranger()
    for language, word in (("zh-Hans", "登录"), ("zh-Hant", "登入"), ("en", "signed in")):
        assert page.post("/desk/language", {"language": language}).status == 200
        assert word in page.get("/desk/status").document["say"]
    assert page.post("/desk/language", {"language": "fr"}).status == 400
