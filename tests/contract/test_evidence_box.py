"""Evidence in the ledger, on every kind of database: one piece once for each refund, named in the book."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from scanrefund.ledger.evidence import EvidenceBox
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import book
from scanrefund.model.evidence import Evidence, EvidenceKind
from tests.unit.builders import NOW, an_order, keep, reserve
from tests.unit.supervised import refused


@pytest.fixture
def box(ledger: Ledger) -> EvidenceBox:
    return EvidenceBox(ledger)


def piece(refund_id: str) -> Evidence:
    return Evidence(0, refund_id, EvidenceKind.PHOTO, "", "ab" * 32, "s3", NOW)


def test_the_same_piece_is_kept_once_for_each_refund_it_is_about(ledger: Ledger, box: EvidenceBox) -> None:
    keep(ledger, an_order(order_id="K2"))
    numbers = [reserve(ledger).refund_id, reserve(ledger, "K2", request_id="another").refund_id]
    for number in (*numbers, *numbers):
        box.add(piece(number))
    assert [len(box.of_refund(number)) for number in numbers] == [1, 1]
    assert box.photo_names() == {"ab" * 32}
    with ledger.reading() as connection:
        query = select(book.c.subject, book.c.facts).where(book.c.kind == "evidence_added")
        told = [(row.subject, json.loads(row.facts)) for row in connection.execute(query.order_by("number"))]
    facts = {"kind": "photo", "by": "s3", "photo": "ab" * 32}
    assert told == [(number, facts) for number in numbers]


def test_evidence_of_no_refund_is_refused(box: EvidenceBox) -> None:
    with refused("refund_unknown"):
        box.add(piece("nobody"))
    with refused("refund_unknown"):
        box.of_refund("nobody")
