"""Which line of a refund's time line has the wallet's own words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from scanrefund.ledger.attempts import Trip
from scanrefund.ledger.story import Happened
from scanrefund.web.wallet_words import of_line

BEGUN = datetime(2026, 11, 29, tzinfo=UTC)


def ended(number: int) -> datetime:
    return BEGUN + timedelta(minutes=number)


def a_trip(number: int) -> Trip:
    said, request = f"said {number}", f"request-{number}"
    return Trip(BEGUN, ended(number), "SEND", "UNKNOWN", "busy", said, 200, request, "VERIFIED")


def test_an_answer_has_the_words_of_its_own_trip_and_nothing_else_has_any() -> None:
    trips = [a_trip(1), a_trip(2)]
    answer = Happened(ended(2), "answer", detail={"wallet_request_id": "request-2"})
    found = of_line(answer, trips)
    assert found is not None
    assert found["message"] == "said 2"
    assert of_line(replace(answer, what="alarm"), trips) is None
    assert of_line(replace(answer, detail={"wallet_request_id": "request-1"}), trips) is None
    assert of_line(replace(answer, at=ended(1)), trips) is None
