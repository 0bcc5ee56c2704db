"""Who asked for a refund, on every kind of database: closed, shown masked, taken out by purge."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from scanrefund.errors import KeyFault
from scanrefund.keys import Keys
from scanrefund.ledger.applicants import Applicants
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.purge import KeepFor, Purge
from scanrefund.ledger.schema import book
from scanrefund.ledger.schema_after import applicants
from scanrefund.model.contact import Applicant
from tests.unit.builders import KEYS, NOW, ORDER, reserve, succeeded

MUCH_LATER = NOW + timedelta(days=900)


def test_the_name_lies_closed_and_opens_with_our_keys_only(ledger: Ledger) -> None:
    reserve(ledger, applicant=Applicant("张三丰"))
    kept = Applicants(ledger, KEYS)
    assert (kept.masked(ORDER.order_id), kept.name(ORDER.order_id)) == ("张•••", "张三丰")
    with ledger.reading() as connection:
        rows = f"{connection.execute(select(applicants)).all()}{connection.execute(select(book)).all()}"
    assert "三丰" not in rows
    with pytest.raises(KeyFault):
        Applicants(ledger, Keys(b"f" * 32, b"b" * 32, b"x" * 32)).name(ORDER.order_id)


def test_a_later_name_stands_in_and_no_name_keeps_the_known_one(ledger: Ledger) -> None:
    kept = Applicants(ledger, KEYS)
    assert (kept.masked(ORDER.order_id), kept.name(ORDER.order_id)) == ("", "")
    for number, who in enumerate((Applicant("Li"), Applicant("Wang"), None)):
        reserve(ledger, amount_fen=10, request_id=f"r{number}", applicant=who)
    assert kept.name(ORDER.order_id) == "Wang"


def test_purge_leaves_a_name_that_was_told_of_an_old_order_just_now(ledger: Ledger) -> None:
    succeeded(ledger, reserve(ledger, applicant=Applicant("张三丰")))
    with ledger.writing() as connection:
        connection.execute(update(applicants).values(kept_at=MUCH_LATER))
    assert Purge(ledger, KeepFor(1, 1, 1, 1)).run(MUCH_LATER)["applicants"] == 0
    assert Applicants(ledger, KEYS).name(ORDER.order_id) == "张三丰"


def test_purge_takes_it_once_no_refund_of_the_order_is_open(ledger: Ledger) -> None:
    refund = reserve(ledger, applicant=Applicant("张三丰"))
    purge = Purge(ledger, KeepFor(1, 1, 1, 1))
    assert purge.run(MUCH_LATER)["applicants"] == 0
    succeeded(ledger, refund)
    assert purge.run(MUCH_LATER)["applicants"] == 1
    assert Applicants(ledger, KEYS).name(ORDER.order_id) == ""
    assert ledger.first_broken_entry() is None
