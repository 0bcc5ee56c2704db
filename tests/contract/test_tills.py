"""What must hold of tills on SQLite and on PostgreSQL: tokens, who adds them, keys that bind a call."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from scanrefund.errors import UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.tills import CALLS_KEPT, Tills
from scanrefund.model.till import Till
from scanrefund.till_desk import TillDesk
from tests.people import PeopleShop, hire
from tests.unit.builders import KEYS, FakeClock, open_ledger_at


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    opened = open_ledger_at(ledger_url)
    yield opened
    opened.close()


def desk_of(ledger: Ledger, time: FakeClock | None = None) -> TillDesk:
    return TillDesk(Tills(ledger), KEYS, (time or FakeClock()).clock)


def test_a_token_is_believed_until_it_is_revoked_and_nothing_like_it_is(ledger: Ledger) -> None:
    desk = desk_of(ledger)
    made, other = desk.add("", "till one", ""), desk.add("", "till two", "")
    token = made.token.reveal()
    assert (made.till.till_id, other.till.till_id, token[:7]) == ("t1", "t2", "srt_t1_")
    assert desk.known(token) == made.till
    assert token not in repr(made)
    for wrong in (
        "",
        "srt",
        "srt_t1_",
        token[:-1],
        token.replace("t1", "t2"),
        token.replace("srt", "SRT"),
        "é",
    ):
        assert desk.known(wrong) is None
    gone = desk.revoke("", "t1")
    assert (desk.known(token), gone.may_call, desk.listed()) == (None, False, [gone, other.till])
    assert desk.revoke("", "t1") == gone
    assert desk.known(other.token.reveal()) == other.till


def test_a_token_of_other_keys_opens_nothing(ledger: Ledger) -> None:
    """A row copied from another shop's ledger, or made up by whoever writes this one."""
    elsewhere = TillDesk(Tills(ledger), Keys(b"x" * 32, b"y" * 32), FakeClock().clock)
    assert desk_of(ledger).known(elsewhere.add("", "till", "").token.reveal()) is None


def test_neither_ledger_nor_book_holds_a_token(ledger: Ledger) -> None:
    desk = desk_of(ledger)
    token = desk.add("", "till", "").token.reveal()
    desk.revoke("", "t1")
    secret = token.split("_", 2)[2]
    assert len(secret) > 20
    with ledger.reading() as connection:
        rows = [
            *connection.exec_driver_sql("SELECT * FROM tills"),
            *connection.exec_driver_sql("SELECT * FROM book"),
        ]
        kinds = [row.kind for row in connection.exec_driver_sql("SELECT kind FROM book ORDER BY number")]
    assert secret not in str(rows)
    assert kinds == ["till_added", "till_revoked"]


def test_where_staff_is_kept_the_owner_decides_and_somebody_answers_for_the_till(ledger: Ledger) -> None:
    desk, shop = desk_of(ledger), PeopleShop(ledger)
    with pytest.raises(UsageFault, match="staff_not_kept"):
        desk.add("", "till", "s3")
    crew = hire(shop.staff)
    for by in ("", crew.supervisor.staff_id, "nobody"):
        with pytest.raises(UsageFault, match="not_permitted"):
            desk.add(by, "till", crew.clerk.staff_id)
    for clerk in ("", "nobody"):
        with pytest.raises(UsageFault, match="till_clerk_wrong"):
            desk.add(crew.owner.staff_id, "till", clerk)
    made = desk.add(crew.owner.staff_id, "till", crew.clerk.staff_id)
    with pytest.raises(UsageFault, match="not_permitted"):
        desk.revoke(crew.clerk.staff_id, made.till.till_id)
    shop.staff.disable(crew.owner.staff_id, crew.clerk.staff_id)
    with pytest.raises(UsageFault, match="till_clerk_wrong"):
        desk.add(crew.owner.staff_id, "till", crew.clerk.staff_id)


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "a\x07b"])
def test_a_till_has_a_name_that_can_be_read(ledger: Ledger, name: str) -> None:
    with pytest.raises(UsageFault, match="name_wrong"):
        desk_of(ledger).add("", name, "")
    with pytest.raises(UsageFault, match="till_unknown"):
        desk_of(ledger).revoke("", "t1")


def test_a_key_stands_for_one_call_of_one_till_for_a_month(ledger: Ledger) -> None:
    time = FakeClock()
    desk = desk_of(ledger, time)
    one, other = desk.add("", "one", "").till, desk.add("", "other", "").till
    assert [desk.bind(one, "k", "POST /x", {"a": 1, "b": 2}) for _ in range(2)] == [True, False]
    assert desk.bind(one, "k", "POST /x", {"b": 2, "a": 1}) is False
    for call, told in (("POST /x", {"a": 1}), ("POST /y", {"a": 1, "b": 2}), ("POST /x", {"a": "1", "b": 2})):
        with pytest.raises(UsageFault, match="idempotency_key_reused"):
            desk.bind(one, "k", call, told)
    assert desk.bind(other, "k", "POST /x", {"a": 1}) is True
    assert desk.request_id(one, "k") != desk.request_id(other, "k")
    assert len(desk.request_id(one, "k" * 100)) <= 64
    time.at += CALLS_KEPT + timedelta(seconds=1)
    assert desk.bind(one, "k", "POST /y", {}) is True


def test_of_two_counters_that_bind_one_key_at_once_one_is_first(ledger_url: str) -> None:
    first, second = open_ledger_at(ledger_url), open_ledger_at(ledger_url)
    till = desk_of(first).add("", "till", "").till
    ready = threading.Barrier(2)

    def bind(ledger: Ledger, key: str, told: int) -> str:
        ready.wait()
        try:
            return str(desk_of(ledger).bind(till, key, "POST", {"told": told}))
        except UsageFault as fault:
            return fault.code

    with ThreadPoolExecutor(2) as pool:
        for number in range(5):
            same = [pool.submit(bind, one, f"s{number}", 1) for one in (first, second)]
            assert sorted(one.result() for one in same) == ["False", "True"]
            else_ = [pool.submit(bind, one, f"e{number}", at) for at, one in enumerate((first, second))]
            assert sorted(one.result() for one in else_) == ["True", "idempotency_key_reused"]
    first.close()
    second.close()


def test_tills_that_are_added_at_once_have_numbers_of_their_own(ledger: Ledger) -> None:
    taken = Till("t1", "till", "", FakeClock().at)
    assert [Tills(ledger).add(taken, "x" * 32, "") for _ in range(2)] == [True, False]
    assert desk_of(ledger).add("", "next", "").till.till_id == "t2"
