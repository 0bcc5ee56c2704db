"""The counter as the practice counter and back: who may, what stands in the way, what stays the shop's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanrefund.errors import UsageFault
from scanrefund.web.practice_door import PracticeDoor
from scanrefund.web.site import Site
from tests.people import OWNER_PIN, SUPERVISOR_PIN, WRONG_PIN
from tests.unit.web.counter import Page, Served
from tests.unit.web.practising import practising, trainee

LOOK_S_MAX = 10.0


@pytest.fixture
def shop(busy_shop: Served) -> Iterator[Served]:
    busy_shop.site.door = PracticeDoor(lambda: None)
    yield busy_shop
    busy_shop.time.forward(61)


def door_of(site: Site) -> PracticeDoor:
    assert site.door is not None
    return site.door


def opened(page: Page, **more: Any) -> Any:
    return page.post("/desk/training/open", more)


def booked(shop: Served, kind: str) -> int:
    with shop.house.ledger.reading() as connection:
        found = connection.exec_driver_sql(f"SELECT count(*) FROM book WHERE kind = '{kind}'")
        return int(found.scalar_one())


def test_a_supervisor_opens_it_and_the_book_says_who(shop: Served) -> None:
    assert opened(shop.page()).status == 200
    assert door_of(shop.site).wanted.is_set()
    assert booked(shop, "training_opened") == 1


def test_a_clerk_needs_somebody_who_may(shop: Served) -> None:
    clerk = shop.page(shop.crew.clerk)
    assert opened(clerk).fault == "approval_needed"
    own = {"staff_id": shop.crew.clerk.staff_id, "secret": "59260481"}
    assert opened(clerk, approval=own).fault == "not_permitted"
    assert not door_of(shop.site).wanted.is_set()
    word = {"staff_id": shop.crew.supervisor.staff_id, "secret": SUPERVISOR_PIN}
    assert opened(clerk, approval=word).status == 200


def test_it_stays_shut_while_a_refund_of_this_counter_has_no_result(shop: Served) -> None:
    shop.sell("D1", fault="drop_after")
    page = shop.page()
    made = page.post("/desk/refund", shop.wish(page, "D1")).document
    assert made["state"] in ("READY", "SENDING", "UNKNOWN")
    told = opened(page)
    assert (told.status, told.fault) == (409, "training_beside_refund")
    assert made["refund_id"] in told.document["say"]
    assert not door_of(shop.site).wanted.is_set()
    ends = time.monotonic() + LOOK_S_MAX
    while page.post(f"/desk/refunds/{made['refund_id']}/ask").document["tone"] == "open":
        assert time.monotonic() < ends


def test_it_stays_shut_while_somebody_else_is_signed_in_on_an_open_page(shop: Served) -> None:
    other = shop.page(shop.crew.clerk)
    with other.hear() as stream:
        stream.readline()
        told = opened(shop.page())
        assert (told.fault, shop.crew.clerk.name in told.document["say"]) == ("training_beside_sheet", True)
    ends = time.monotonic() + LOOK_S_MAX
    while opened(shop.page()).status != 200:
        assert time.monotonic() < ends


def test_what_keeps_the_practice_counter_shut_is_told(shop: Served) -> None:
    def prepare() -> None:
        raise UsageFault("training_folder_foreign", path="/x/training")

    shop.site.door = PracticeDoor(prepare, trouble=UsageFault("training_sandbox_missing"))
    page = shop.page()
    assert (page.start()["practice_door"], bool(page.start()["practice_trouble"])) == (True, True)
    assert opened(page).fault == "training_folder_foreign"
    shop.site.door = None
    assert opened(page).fault == "training_has_no_door"


@pytest.fixture
def training(
    busy_shop: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Site, int]]:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("SCANREFUND_HOME", str(home))
    door = PracticeDoor(lambda: None, shop=busy_shop.site)
    with practising(home, door) as running:
        yield running


def test_only_the_shops_own_end_the_training_and_what_is_the_shops_stays_so(
    busy_shop: Served, training: tuple[Site, int]
) -> None:
    site, port = training
    page = trainee(port)
    owner, supervisor, clerk = busy_shop.crew.owner, busy_shop.crew.supervisor, busy_shop.crew.clerk
    leave = page.start()["training"]["leave"]
    assert [one["name"] for one in leave] == [owner.name, supervisor.name]
    # The practice owner has the same number as the shop's, and a PIN that everybody knows.
    for staff_id, secret, fault in (
        (owner.staff_id, "739164", "sign_in_wrong"),
        (supervisor.staff_id, WRONG_PIN, "sign_in_wrong"),
        (clerk.staff_id, "59260481", "not_permitted"),
    ):
        told = page.post("/desk/training/leave", {"staff_id": staff_id, "secret": secret})
        assert told.fault == fault
    assert not door_of(site).wanted.is_set()
    api = page.get("/api/v1/orders/W1", Authorization="Bearer x", Cookie="", X_Csrf_Token="")
    assert (api.status, api.document["error"]["code"]) == (503, "training_now")
    assert page.post("/desk/training/leave", {"staff_id": owner.staff_id, "secret": OWNER_PIN}).status == 200
    assert door_of(site).wanted.is_set()
    assert booked(busy_shop, "training_left") == 1


def test_neither_side_knows_the_other_sides_pages(busy_shop: Served, training: tuple[Site, int]) -> None:
    site, _ = training
    before, tries = site.sessions, busy_shop.site.tries
    site.go_on_from(busy_shop.site)
    assert site.sessions is before
    assert site.tries is tries
