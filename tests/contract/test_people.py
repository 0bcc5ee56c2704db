"""What must hold of people on SQLite and on PostgreSQL: locks, approvals, limits, the queue."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from scanrefund.errors import KeyFault, UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger import approvals
from scanrefund.ledger.approvals import Bound
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import orders, refunds
from scanrefund.ledger.sign_ins import SignIns
from scanrefund.ledger.trips import Lease
from scanrefund.ledger.waiting import Waiting
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.outcome import OrderAnswer
from scanrefund.model.refund import Command, RefundState
from scanrefund.model.refusal import Reason
from scanrefund.model.staff import Doubt, Permission, Role, Secret, SignIn
from scanrefund.people import totp
from scanrefund.people.pins import Cost, PinHasher
from tests.people import (
    CLERK_PIN,
    OWNER_PIN,
    SUPERVISOR_PIN,
    WRONG_PIN,
    PeopleShop,
    a_recogniser,
    a_staff_desk,
    hire,
    secret_of,
)
from tests.unit.builders import KEYS, NOW, ORDER, FakeWallet, an_order, keep, open_ledger_at

S = RefundState
T = TypeVar("T")
ALL = {"approval_above": Money(0)}


@pytest.fixture
def counters(ledger_url: str) -> Iterator[tuple[Ledger, Ledger]]:
    """Two counters of one shop that knows staff."""
    first, second = open_ledger_at(ledger_url), open_ledger_at(ledger_url)
    keep(first, ORDER)
    hire(PeopleShop(first).staff)
    yield first, second
    first.close()
    second.close()


@pytest.fixture
def ledger(counters: tuple[Ledger, Ledger]) -> Ledger:
    return counters[0]


def at_once(jobs: Sequence[Callable[[], T]]) -> list[T]:
    with ThreadPoolExecutor(len(jobs)) as threads:
        return [done.result(timeout=60) for done in [threads.submit(job) for job in jobs]]


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


class MeetingWallet(FakeWallet):
    """A wallet that lets all counters pass at the same moment, just before they lock their orders."""

    def __init__(self, counters: int) -> None:
        super().__init__()
        self._meet = threading.Barrier(counters, timeout=60)

    def order(self, order: Order) -> OrderAnswer:
        self._meet.wait()
        return super().order(order)


@pytest.mark.parametrize(
    "limit",
    [
        {"day_amount_max": Money(7_500)},
        {"hour_amount_max": Money(9_999)},
        {"day_count_max": 3},
        {"hour_count_max": 3},
    ],
)
def test_counters_together_never_pass_a_clerks_limit(
    counters: tuple[Ledger, Ledger], limit: dict[str, Any]
) -> None:
    keep(counters[0], *(an_order(order_id=f"D{number}") for number in range(6)))
    wallet = MeetingWallet(6)
    shops = [PeopleShop(ledger, limit, wallet) for ledger in counters * 3]
    jobs = [
        partial(shop.desk.refund, shop.wish(2_500, number, order_id=f"D{number}"))
        for number, shop in enumerate(shops)
    ]
    reasons = [receipt.reason for receipt in at_once(jobs)]
    assert reasons.count(None) == len(wallet.paid) == 3
    assert reasons.count(Reason.CLERK_LIMIT_REACHED) == 3


def test_a_limit_holds_for_one_clerk_one_day_and_one_hour(ledger: Ledger) -> None:
    keep(ledger, *(an_order(order_id=f"D{number}") for number in range(6)))
    shop = PeopleShop(ledger, {"day_count_max": 2, "hour_count_max": 1})

    def refund(number: int, clerk: str = "s3") -> Reason | None:
        return shop.desk.refund(shop.wish(100, number, order_id=f"D{number}", clerk=clerk)).reason

    assert [refund(0), refund(1)] == [None, Reason.CLERK_LIMIT_REACHED]
    assert refund(2, "s2") is None
    shop.time.forward(3_600)
    assert refund(3) is None
    shop.time.forward(3_600)
    assert refund(4) is Reason.CLERK_LIMIT_REACHED
    shop.time.forward(86_400)
    assert refund(5) is None


BOUND = Bound("wish-0", ORDER.order_id, Money(2_500), "v" * 16, "s3")


def give(ledger: Ledger) -> int:
    with ledger.writing() as connection:
        return approvals.give(connection, BOUND, "s2", NOW)


@retried
def use(ledger: Ledger, approval_id: int, bound: Bound = BOUND, after_s: float = 0) -> bool:
    with ledger.writing() as connection:
        return approvals.use(connection, approval_id, bound, "SRT_1", NOW + timedelta(seconds=after_s))


def test_an_approval_is_used_once_whoever_is_at_it(counters: tuple[Ledger, Ledger]) -> None:
    given = give(counters[0])
    found = at_once([partial(use, ledger, given) for ledger in counters * 2])
    assert sorted(found) == [False, False, False, True]


@pytest.mark.parametrize(
    "other",
    [
        {"request_id": "wish-1"},
        {"order_id": "B2"},
        {"amount": Money(2_501)},
        {"order_version": "w" * 16},
        {"clerk": "s1"},
    ],
)
def test_an_approval_is_good_for_nothing_else(ledger: Ledger, other: dict[str, Any]) -> None:
    given = give(ledger)
    assert not use(ledger, given, replace(BOUND, **other))
    assert use(ledger, given)


def test_an_approval_is_good_for_five_minutes_and_never_before_it_was_given(ledger: Ledger) -> None:
    given = give(ledger)
    assert not use(ledger, given, after_s=300)
    assert not use(ledger, given, after_s=-1)
    assert use(ledger, given, after_s=299.9)


def test_the_table_refuses_a_clerks_word_on_his_own_wish(ledger: Ledger) -> None:
    with pytest.raises(IntegrityError), ledger.writing() as connection:
        approvals.give(connection, BOUND, "s3", NOW)


def test_the_table_refuses_a_refund_approved_by_its_own_clerk(ledger: Ledger) -> None:
    refund = PeopleShop(ledger, ALL).waits()
    this = update(refunds).where(refunds.c.refund_id == refund.refund_id)
    with pytest.raises(IntegrityError), ledger.writing() as connection:
        connection.execute(this.values(approver="s3"))


def test_the_table_refuses_to_send_what_nobody_approved(ledger: Ledger) -> None:
    refund = PeopleShop(ledger, ALL).waits()
    with ledger.writing() as connection:
        this = update(refunds).where(refunds.c.refund_id == refund.refund_id)
        connection.execute(this.values(state=S.READY.value, next_command="SEND", next_try_at=NOW))
    forged = replace(PeopleShop(ledger).refund(refund.refund_id), approval_for="")
    with pytest.raises(IntegrityError):
        ledger.begin(forged, Command.SEND, Lease("counter1", 30), NOW)


def test_two_who_decide_at_once_decide_once(counters: tuple[Ledger, Ledger]) -> None:
    shops = [PeopleShop(ledger, ALL) for ledger in counters]
    refund = shops[0].waits()

    def approve() -> str:
        try:
            return str(shops[0].staff.approve(refund.refund_id, "s2", Secret(SUPERVISOR_PIN)).state)
        except UsageFault as fault:
            return fault.code

    def decline() -> str:
        try:
            return str(shops[1].staff.decline(refund.refund_id, "s1", Secret(OWNER_PIN), "no").state)
        except UsageFault as fault:
            return fault.code

    found = set(at_once([approve, decline]))
    assert found in ({"SUCCEEDED", "refund_not_waiting"}, {"CANCELLED", "refund_not_waiting"})
    assert len(shops[0].wallet.paid) == (1 if "SUCCEEDED" in found else 0)


def test_whoever_was_disabled_meanwhile_approves_nothing(counters: tuple[Ledger, Ledger]) -> None:
    shop, other = PeopleShop(counters[0], ALL), PeopleShop(counters[1], ALL)
    refund = shop.waits()
    # He has proved himself; before his word is written he works here no more.
    assert shop.staff.authorise("s2", Secret(SUPERVISOR_PIN), Permission.REFUND_APPROVE).staff is not None
    other.staff.disable("s1", "s2")
    with pytest.raises(UsageFault, match="not_permitted"):
        Waiting(counters[0]).approve(refund.refund_id, Hand("s2", ""), NOW)
    with pytest.raises(UsageFault, match="sign_in_unknown"):
        shop.staff.approve(refund.refund_id, "s2", Secret(SUPERVISOR_PIN))
    assert shop.refund(refund.refund_id).state is S.WAIT_APPROVAL
    assert shop.wallet.trips == []


def test_an_order_that_changed_is_not_approved_as_it_was(ledger: Ledger) -> None:
    shop = PeopleShop(ledger, ALL)
    refund = shop.waits()
    with ledger.writing() as connection:
        connection.execute(update(orders).values(frozen_why="beyond_cap"))
    with pytest.raises(UsageFault, match="approval_outdated"):
        shop.staff.approve(refund.refund_id, "s2", Secret(SUPERVISOR_PIN))
    assert shop.wallet.trips == []
    assert (
        shop.staff.decline(refund.refund_id, "s2", Secret(SUPERVISOR_PIN), "look first").state is S.CANCELLED
    )


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
