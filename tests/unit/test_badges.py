"""Badges name people; an only owner who forgot his PIN is let in again by the key files' holder."""

from __future__ import annotations

import pytest

from scanrefund.errors import UsageFault
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.staff import Role, Secret
from scanrefund.people.badges import badge_text, new_badge
from tests.people import CLERK_PIN, OWNER_PIN, SUPERVISOR_PIN, WRONG_PIN, PeopleShop, hire

NEW_PIN = "582047"


@pytest.fixture
def shop(ledger: Ledger) -> PeopleShop:
    made = PeopleShop(ledger)
    hire(made.staff)
    return made


def test_a_badge_is_read_however_a_scanner_types_it() -> None:
    badge = new_badge()
    assert badge != new_badge()
    assert badge_text(f" {badge.lower()}\n") == badge
    for other in ("", badge[:-1], badge + "A", "SRB-" + "1" * 24, "134567890123456784"):
        assert badge_text(other) is None


def test_only_a_keyed_hash_is_kept_and_a_new_badge_voids_the_old(shop: PeopleShop) -> None:
    first = shop.staff.new_badge("s1", "s3")
    assert shop.staff.of_badge(first) == shop.staff.find("s3")
    with shop.ledger.reading() as connection:
        kept = connection.exec_driver_sql("SELECT badge FROM staff WHERE staff_id='s3'").scalar_one()
    assert len(kept) == 64
    assert first not in kept
    second = shop.staff.new_badge("s1", "s3")
    assert shop.staff.of_badge(first) is None
    assert shop.staff.of_badge(second) is not None
    assert shop.booked("staff_badge_set") == [("s3", {"by": "s1"})] * 2


def test_who_has_no_badge_is_named_by_none(shop: PeopleShop) -> None:
    assert shop.staff.of_badge(new_badge()) is None
    assert shop.staff.of_badge("") is None


def test_a_badge_of_somebody_who_left_names_nobody(shop: PeopleShop) -> None:
    badge = shop.staff.new_badge("s1", "s3")
    shop.staff.disable("s1", "s3")
    assert shop.staff.of_badge(badge) is None


def test_only_who_manages_staff_makes_badges(shop: PeopleShop) -> None:
    with pytest.raises(UsageFault, match="not_permitted"):
        shop.staff.new_badge("s2", "s3")


def test_the_only_owner_is_let_in_again_and_the_book_keeps_it(shop: PeopleShop) -> None:
    badge = shop.staff.new_badge("s1", "s1")
    for _ in range(6):
        shop.staff.sign_in("s1", Secret(WRONG_PIN))
    assert shop.staff.recover_owner("s1", Secret(NEW_PIN)).role is Role.OWNER
    assert shop.staff.sign_in("s1", Secret(OWNER_PIN)).staff is None
    assert shop.staff.sign_in("s1", Secret(NEW_PIN)).staff is not None
    assert shop.staff.of_badge(badge) is None
    assert shop.booked("owner_recovered") == [("s1", {"by": ""})]


def test_nobody_else_is_recovered(shop: PeopleShop) -> None:
    with pytest.raises(UsageFault, match="recover_not_owner"):
        shop.staff.recover_owner("s2", Secret(NEW_PIN))
    shop.staff.set_role("s1", "s2", Role.OWNER)
    with pytest.raises(UsageFault, match="recover_other_owner"):
        shop.staff.recover_owner("s1", Secret(NEW_PIN))
    assert shop.staff.sign_in("s2", Secret(SUPERVISOR_PIN)).staff is not None
    assert shop.staff.sign_in("s3", Secret(CLERK_PIN)).staff is not None


def test_an_easy_pin_is_refused_there_too(shop: PeopleShop) -> None:
    with pytest.raises(UsageFault, match="pin_too_easy"):
        shop.staff.recover_owner("s1", Secret("111111"))
