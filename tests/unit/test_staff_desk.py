"""The people of the shop, managed: who may, who may not, and what the book says of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from scanrefund.errors import UsageFault
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.staff import Doubt, Permission, Role, Secret, SignIn, Staff
from scanrefund.people import totp
from scanrefund.say.catalogue import LANGUAGES
from scanrefund.say.speak import say_fault
from scanrefund.staff_desk import NAME_CHARS_MAX, refused
from tests.people import CLERK_PIN, OWNER_PIN, SUPERVISOR_PIN, WRONG_PIN, PeopleShop, hire, secret_of
from tests.unit.builders import NOW


@pytest.fixture
def shop(ledger: Ledger) -> PeopleShop:
    made = PeopleShop(ledger)
    hire(made.staff)
    return made


def test_the_first_person_is_the_owner_and_there_is_no_password_before(ledger: Ledger) -> None:
    desk = PeopleShop(ledger).staff
    assert (desk.has_staff(), desk.names()) == (False, [])
    owner = desk.first_owner("  Zhao   Min ", Secret(OWNER_PIN))
    assert owner == Staff("s1", "Zhao Min", Role.OWNER)
    assert desk.has_staff()
    with pytest.raises(UsageFault, match="owner_is_there"):
        desk.first_owner("Qian", Secret(WRONG_PIN))


def test_people_sign_in_with_their_own_pin_only(shop: PeopleShop) -> None:
    assert shop.staff.sign_in("s3", Secret(CLERK_PIN)) == SignIn(Staff("s3", "Wang", Role.CLERK))
    assert shop.staff.sign_in("s3", Secret(SUPERVISOR_PIN)) == SignIn(None, Doubt.WRONG, tries_left=4)
    assert shop.staff.sign_in("s9", Secret(CLERK_PIN)) == SignIn(None, Doubt.UNKNOWN)
    assert shop.booked("signed_in")[-1] == ("s3", {"by": "pin", "counter": "counter1", "for": ""})


def test_the_same_pin_is_kept_differently_for_each(shop: PeopleShop) -> None:
    shop.staff.add("s1", "Hu", Role.CLERK, Secret(CLERK_PIN))
    with shop.ledger.reading() as connection:
        kept = connection.exec_driver_sql("SELECT pin FROM staff").scalars().all()
        connection.exec_driver_sql("SELECT 1")
    assert len(set(kept)) == 4
    with shop.ledger.writing() as connection:
        connection.exec_driver_sql("UPDATE staff SET pin=(SELECT pin FROM staff WHERE staff_id='s3')")
    # A row copied inside the database opens no other door.
    assert shop.staff.sign_in("s4", Secret(CLERK_PIN)).doubt is Doubt.WRONG


def test_a_code_of_the_moment_opens_no_shift(shop: PeopleShop) -> None:
    key = secret_of(shop.staff.totp_secret("s2", "s2"))
    code = totp.code_at(key, totp.step_of(NOW))
    assert shop.staff.sign_in("s2", Secret(code)).doubt is Doubt.WRONG
    assert shop.staff.authorise("s2", Secret(code), Permission.REFUND_APPROVE).staff is not None


def test_a_permission_is_asked_for_beside_the_pin(shop: PeopleShop) -> None:
    clerk = shop.staff.authorise("s3", Secret(CLERK_PIN), Permission.REFUND_APPROVE)
    assert clerk == SignIn(None, Doubt.NOT_ALLOWED)
    assert shop.staff.authorise("s2", Secret(SUPERVISOR_PIN), Permission.REFUND_APPROVE).staff is not None


CHANGES: dict[str, Any] = {
    "add": lambda desk, by: desk.add(by, "Hu", Role.CLERK, Secret(WRONG_PIN)),
    "reset_pin": lambda desk, by: desk.reset_pin(by, "s3", Secret(WRONG_PIN)),
    "set_role": lambda desk, by: desk.set_role(by, "s3", Role.SUPERVISOR),
    "disable": lambda desk, by: desk.disable(by, "s3"),
    "totp_secret": lambda desk, by: desk.totp_secret(by, "s1"),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("by", ["s2", "s3", "s9", ""])
def test_only_who_may_manage_staff_changes_anything(shop: PeopleShop, change: str, by: str) -> None:
    before = shop.staff.listed()
    with pytest.raises(UsageFault) as caught:
        CHANGES[change](shop.staff, by)
    assert caught.value.code in ("not_permitted", "own_pin", "owner_is_there")
    assert shop.staff.listed() == before


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("add", "staff_added"),
        ("reset_pin", "staff_pin_set"),
        ("set_role", "staff_role_set"),
        ("disable", "staff_disabled"),
        ("totp_secret", "staff_codes_set"),
    ],
)
def test_every_change_stands_in_the_book_with_who_made_it(shop: PeopleShop, change: str, kind: str) -> None:
    CHANGES[change](shop.staff, "s1")
    assert shop.booked(kind)[-1][1]["by"] == "s1"
    assert shop.ledger.first_broken_entry() is None


def test_a_new_pin_ends_the_old_one_and_the_lock(shop: PeopleShop) -> None:
    for _ in range(5):
        shop.staff.sign_in("s3", Secret(WRONG_PIN))
    assert [one.locked for one in shop.staff.listed()] == [False, False, True]
    shop.staff.reset_pin("s1", "s3", Secret(WRONG_PIN))
    assert shop.staff.sign_in("s3", Secret(CLERK_PIN)).doubt is Doubt.WRONG
    assert shop.staff.sign_in("s3", Secret(WRONG_PIN)).staff is not None


def test_ones_own_pin_is_changed_with_the_old_one(shop: PeopleShop) -> None:
    with pytest.raises(UsageFault, match="own_pin"):
        shop.staff.reset_pin("s1", "s1", Secret(WRONG_PIN))
    assert shop.staff.change_pin("s3", Secret(OWNER_PIN), Secret(WRONG_PIN)).doubt is Doubt.WRONG
    assert shop.staff.change_pin("s3", Secret(CLERK_PIN), Secret(WRONG_PIN)).staff is not None
    assert shop.staff.sign_in("s3", Secret(WRONG_PIN)).staff is not None


@pytest.mark.parametrize("pin", ["123456", "20260101", "12345"])
def test_no_door_takes_an_easy_pin(shop: PeopleShop, pin: str) -> None:
    for change in (
        lambda: shop.staff.add("s1", "Hu", Role.CLERK, Secret(pin)),
        lambda: shop.staff.reset_pin("s1", "s3", Secret(pin)),
        lambda: shop.staff.change_pin("s3", Secret(CLERK_PIN), Secret(pin)),
    ):
        with pytest.raises(UsageFault, match="pin_"):
            change()
    assert shop.staff.sign_in("s3", Secret(CLERK_PIN)).staff is not None


def test_the_last_owner_stays(shop: PeopleShop) -> None:
    with pytest.raises(UsageFault, match="last_owner"):
        shop.staff.disable("s1", "s1")
    with pytest.raises(UsageFault, match="last_owner"):
        shop.staff.set_role("s1", "s1", Role.CLERK)
    shop.staff.set_role("s1", "s2", Role.OWNER)
    assert not shop.staff.disable("s1", "s1").active


def test_who_has_left_is_not_let_in_and_not_changed(shop: PeopleShop) -> None:
    shop.staff.disable("s1", "s3")
    assert shop.staff.sign_in("s3", Secret(CLERK_PIN)) == SignIn(None, Doubt.DISABLED)
    assert [one.staff_id for one in shop.staff.names()] == ["s1", "s2"]
    with pytest.raises(UsageFault, match="staff_disabled"):
        shop.staff.set_role("s1", "s3", Role.OWNER)
    with pytest.raises(UsageFault, match="staff_unknown"):
        shop.staff.unlock("s1", "s9")
    # His staff id is never given to anybody else.
    assert shop.staff.add("s1", "Hu", Role.CLERK, Secret(WRONG_PIN)).staff_id == "s4"


def test_nobody_unlocks_himself(shop: PeopleShop) -> None:
    with pytest.raises(UsageFault, match="unlock_oneself"):
        shop.staff.unlock("s2", "s2")


def test_whom_nobody_could_unlock_waits_half_an_hour_each_time(ledger: Ledger) -> None:
    shop = PeopleShop(ledger)
    shop.staff.first_owner("Zhao", Secret(OWNER_PIN))
    for _ in range(15):
        tried = shop.staff.sign_in("s1", Secret(WRONG_PIN))
        assert tried.doubt is Doubt.WRONG
        shop.time.at = tried.locked_until or shop.time.at
    wrong = shop.staff.sign_in("s1", Secret(WRONG_PIN))
    assert wrong.locked_until == shop.time.at + timedelta(minutes=30)
    shop.time.forward(1_800)
    assert shop.staff.sign_in("s1", Secret(OWNER_PIN)).staff is not None


def test_codes_are_for_people_who_approve(shop: PeopleShop) -> None:
    with pytest.raises(UsageFault, match="codes_not_for_role"):
        shop.staff.totp_secret("s1", "s3")
    assert shop.staff.totp_secret("s1", "s2", "Tea").startswith("otpauth://totp/scanrefund%20Tea:s2?")
    assert [one.has_codes for one in shop.staff.listed()] == [False, True, False]


@pytest.mark.parametrize("name", ["", "  ", "x" * (NAME_CHARS_MAX + 1), "Li\u202e", "Li\x1b[31m"])
def test_a_name_can_be_read(shop: PeopleShop, name: str) -> None:
    with pytest.raises(UsageFault, match="name_wrong"):
        shop.staff.add("s1", name, Role.CLERK, Secret(WRONG_PIN))


def test_a_decision_that_takes_something_away_has_a_reason(shop: PeopleShop) -> None:
    for why in ("", "  ", "x" * 301):
        with pytest.raises(UsageFault, match="why_wrong"):
            shop.staff.decline("SRT_1", "s2", Secret(SUPERVISOR_PIN), why)


LATER = NOW + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (SignIn(None, Doubt.UNKNOWN), "sign_in_unknown"),
        (SignIn(None, Doubt.DISABLED), "sign_in_unknown"),
        (SignIn(None, Doubt.WRONG, tries_left=3), "sign_in_wrong"),
        (SignIn(None, Doubt.WRONG, LATER), "sign_in_now_locked"),
        (SignIn(None, Doubt.WRONG), "sign_in_locked_for_good"),
        (SignIn(None, Doubt.LOCKED, LATER), "sign_in_locked"),
        (SignIn(None, Doubt.LOCKED), "sign_in_locked_for_good"),
        (SignIn(None, Doubt.CODE_USED, tries_left=4), "sign_in_code_used"),
        (SignIn(None, Doubt.NOT_ALLOWED), "not_permitted"),
        (SignIn(None, Doubt.OWN_REFUND), "own_refund"),
    ],
)
def test_every_doubt_has_a_sentence_of_its_own(found: SignIn, code: str) -> None:
    fault = refused(found, Permission.REFUND_APPROVE)
    assert (fault.code, fault.sign_in, fault.exit_code) == (code, found, 2)
    for language in LANGUAGES:
        sentence = say_fault(fault, language)
        assert code not in sentence
        assert "—" not in sentence
