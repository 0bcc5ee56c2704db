"""A later word about one order or refund changes that one's row and no other's, on every kind of database."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from scanrefund.ledger.applicants import Applicants
from scanrefund.ledger.care_schema import opinions
from scanrefund.ledger.customers import Customers
from scanrefund.ledger.fees import Fees, RefundFee
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import book
from scanrefund.model.contact import Applicant
from scanrefund.model.opinion import Dislike
from scanrefund.model.refund import Refund
from scanrefund.model.wallet import Wallet
from tests.unit.builders import KEYS, NOW, ORDER, an_order, keep, reserve


@pytest.fixture
def both(ledger: Ledger) -> tuple[Refund, Refund]:
    """A refund of each of two orders, each with an applicant."""
    keep(ledger, an_order(order_id="K2"))
    first = reserve(ledger, amount_fen=10, applicant=Applicant("Li"))
    return first, reserve(ledger, "K2", amount_fen=10, request_id="other", applicant=Applicant("Wang"))


def test_another_applicant_of_one_order_leaves_the_others(
    ledger: Ledger, both: tuple[Refund, Refund]
) -> None:
    reserve(ledger, amount_fen=10, request_id="later", applicant=Applicant("Sun"))
    kept = Applicants(ledger, KEYS)
    assert (kept.name(ORDER.order_id), kept.name("K2")) == ("Sun", "Wang")


def test_another_tick_for_one_refund_leaves_the_others(ledger: Ledger, both: tuple[Refund, Refund]) -> None:
    first, second = (one.refund_id for one in both)
    customers, too_slow = Customers(ledger), next(iter(Dislike))
    for refund_id, dislike in ((first, None), (second, None), (first, too_slow)):
        customers.think(refund_id, dislike, NOW)
    with ledger.reading() as connection:
        rows = connection.execute(select(opinions.c.refund_id, opinions.c.dislike)).all()
    assert {row.refund_id: row.dislike for row in rows} == {first: too_slow.value, second: ""}


def test_another_fee_of_one_refund_leaves_the_others_and_the_book_counts_the_news(
    ledger: Ledger, both: tuple[Refund, Refund]
) -> None:
    first, second = (one.refund_id for one in both)
    fees, day = Fees(ledger), NOW.date()
    assert fees.keep(Wallet.WECHAT, day, [RefundFee(first, -180), RefundFee(second, -90)], NOW) == 2
    assert fees.keep(Wallet.WECHAT, day, [RefundFee(first, -200), RefundFee(second, -90)], NOW) == 1
    assert (fees.of_refund(first), fees.of_refund(second)) == (-200, -90)
    with ledger.reading() as connection:
        query = select(book.c.facts).where(book.c.kind == "fees_told").order_by(book.c.number)
        told = [json.loads(facts)["refunds"] for facts in connection.execute(query).scalars()]
    assert told == [2, 1]
