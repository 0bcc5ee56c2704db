"""What must hold of people on SQLite and on PostgreSQL: tries, locks, owners, one pepper."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial

import pytest

from scanrefund.errors import KeyFault, UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.sign_ins import SignIns
from scanrefund.model.staff import Doubt, Permission, Role, Secret, SignIn
from scanrefund.people import totp
from scanrefund.people.pins import Cost, PinHasher
from tests.contract.people_at_once import at_once
from tests.people import (
    CLERK_PIN,
    OWNER_PIN,
    WRONG_PIN,
    PeopleShop,
    a_recogniser,
    a_staff_desk,
    secret_of,
)
from tests.unit.builders import KEYS, NOW, open_ledger_at


@pytest.fixture
def ledger(counters: tuple[Ledger, Ledger]) -> Ledger:
    return counters[0]


class CountingHasher(PinHasher):
    """Counts what is judged: each one is a guess that somebody got."""

    def __init__(self) -> None:
        super().__init__(Cost(memory_kib=8, rounds=1, lanes=1))
        self.judged = 0
        self._lock = threading.Lock()

    def holds(self, kept: str, peppered: bytes) -> bool:
        with self._lock:
            self.judged += 1
        return super().holds(kept, peppered)


def test_a_second_process_gets_no_tries_of_its_own(counters: tuple[Ledger, Ledger]) -> None:
    hasher = CountingHasher()
    clock = PeopleShop(counters[0]).time.clock
    doors = [a_recogniser(ledger, KEYS, clock, hasher) for ledger in counters]
    guesses = [partial(door.by_pin, "s3", Secret(WRONG_PIN)) for door in doors * 6]
    found: list[SignIn] = at_once(guesses)
    assert hasher.judged == 5
    assert sorted(one.doubt or "" for one in found) == ["locked"] * 7 + ["wrong"] * 5
    # Locked for the right PIN too, at both counters.
    for door in doors:
        assert door.by_pin("s3", Secret(CLERK_PIN)).doubt is Doubt.LOCKED


def test_each_lock_is_longer_and_the_last_is_for_a_colleague(counters: tuple[Ledger, Ledger]) -> None:
    shop, other = PeopleShop(counters[0]), PeopleShop(counters[1])
    for left in (4, 3, 2, 1):
        assert shop.staff.sign_in("s3", Secret(WRONG_PIN)).tries_left == left
    for minutes in (1, 5, 15, 30):
        wrong = shop.staff.sign_in("s3", Secret(WRONG_PIN))
        until = shop.time.at + timedelta(minutes=minutes)
        assert (wrong.doubt, wrong.locked_until, wrong.tries_left) == (Doubt.WRONG, until, 0)
        other.time.at = until - timedelta(seconds=1)
        assert other.staff.sign_in("s3", Secret(CLERK_PIN)).doubt is Doubt.LOCKED
        shop.time.at = until
    assert shop.staff.sign_in("s3", Secret(WRONG_PIN)).doubt is Doubt.WRONG
    shop.time.forward(365 * 86_400)
    assert shop.staff.sign_in("s3", Secret(CLERK_PIN)) == SignIn(None, Doubt.LOCKED)
    with pytest.raises(UsageFault, match="not_permitted"):
        other.staff.unlock("s3", "s3")
    other.staff.unlock("s2", "s3")
    assert shop.staff.sign_in("s3", Secret(CLERK_PIN)).staff is not None


def test_a_right_pin_gives_all_tries_back(ledger: Ledger) -> None:
    shop = PeopleShop(ledger)
    for _ in range(3):
        for _ in range(4):
            assert shop.staff.sign_in("s3", Secret(WRONG_PIN)).doubt is Doubt.WRONG
        assert shop.staff.sign_in("s3", Secret(CLERK_PIN)).staff is not None


def test_a_code_of_the_moment_serves_one_of_two_that_type_it_at_once(
    counters: tuple[Ledger, Ledger],
) -> None:
    shops = [PeopleShop(ledger) for ledger in counters]
    key = secret_of(shops[0].staff.totp_secret("s2", "s2"))
    code = totp.code_at(key, totp.step_of(NOW))
    approve = Permission.REFUND_APPROVE
    jobs = [partial(shop.staff.authorise, "s2", Secret(code), approve) for shop in shops]
    assert sorted(str(one.doubt) for one in at_once(jobs)) == ["None", "code_used"]


def test_whoever_was_disabled_or_got_another_pin_while_it_was_judged_is_not_believed(ledger: Ledger) -> None:
    shop, sign_ins = PeopleShop(ledger), SignIns(ledger)
    tried = sign_ins.begin("s3", NOW)
    shop.staff.reset_pin("s1", "s3", Secret(WRONG_PIN))
    assert sign_ins.was_right(tried, None, NOW, {}) is Doubt.WRONG
    tried = sign_ins.begin("s3", NOW)
    shop.staff.disable("s1", "s3")
    assert sign_ins.was_right(tried, None, NOW, {}) is Doubt.DISABLED


def test_of_two_first_owners_one_comes_in(ledger_url: str) -> None:
    ledgers = [open_ledger_at(ledger_url) for _ in range(2)]
    shops = [PeopleShop(ledger) for ledger in ledgers]

    def own(shop: PeopleShop) -> str:
        try:
            return shop.staff.first_owner("Zhao", Secret(OWNER_PIN)).staff_id
        except UsageFault as fault:
            return fault.code

    assert sorted(at_once([partial(own, shop) for shop in shops])) == ["owner_is_there", "s1"]
    for ledger in ledgers:
        ledger.close()


def test_of_two_owners_who_disable_each_other_one_stays(counters: tuple[Ledger, Ledger]) -> None:
    shops = [PeopleShop(ledger) for ledger in counters]
    shops[0].staff.set_role("s1", "s2", Role.OWNER)

    def throw_out(shop: PeopleShop, by: str, whom: str) -> str:
        try:
            shop.staff.disable(by, whom)
        except UsageFault as fault:
            return fault.code
        return "out"

    pairs = zip(shops, (("s1", "s2"), ("s2", "s1")), strict=True)
    found = at_once([partial(throw_out, shop, *pair) for shop, pair in pairs])
    assert sorted(found) == ["not_permitted", "out"]
    assert len([one for one in shops[0].staff.names() if one.role is Role.OWNER]) == 1


def test_another_counter_with_another_pepper_is_refused_once_there_are_people(
    counters: tuple[Ledger, Ledger], ledger_url: str
) -> None:
    with pytest.raises(KeyFault, match="keys_foreign"):
        open_ledger_at(ledger_url, Keys(b"f" * 32, b"b" * 32, b"x" * 32))
    # One that was open before the first person came makes no second set of PINs.
    stranger = Keys(b"f" * 32, b"b" * 32, b"x" * 32)
    shop = PeopleShop(counters[0])
    desk = a_staff_desk(counters[0], stranger, shop.dispatcher, shop.time.clock)
    with pytest.raises(KeyFault, match="people_key_foreign"):
        desk.add("s1", "Hu", Role.CLERK, Secret(WRONG_PIN))
