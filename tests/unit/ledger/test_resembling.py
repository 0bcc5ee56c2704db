"""Orders are offered by amount or last digits, the newest first, and a pattern is only text."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.resembling import MOST, resembling
from scanrefund.model.money import Money
from tests.unit.builders import NOW, an_order, keep


def found(ledger: Ledger, text: str) -> list[str]:
    with ledger.reading() as connection:
        return resembling(connection, text)


@pytest.fixture
def two(ledger: Ledger) -> Ledger:
    """The second was paid later."""
    for number, hours in (("A20261234", 5), ("B77771234", 1)):
        wallet_number = f"42000023{number[1:]}00000000000{hours}99{hours}"
        paid_at = NOW - timedelta(hours=hours)
        keep(
            ledger,
            an_order(order_id=number, wallet_order_id=wallet_number, amount=Money(1_280), paid_at=paid_at),
        )
    return ledger


@pytest.mark.parametrize("text", ["1234", "12.80", "¥12.80", "12.8"])
def test_the_last_digits_or_the_amount_offer_what_fits_the_newest_first(two: Ledger, text: str) -> None:
    assert found(two, text) == ["B77771234", "A20261234"]


def test_the_wallets_number_ends_too(two: Ledger) -> None:
    assert found(two, "5995") == ["A20261234"]


@pytest.mark.parametrize("text", ["", "234", "%%%%", "____", "A2026", "12.81", "12", "1234 ", "' OR 1=1--"])
def test_too_little_a_pattern_and_a_beginning_offer_nothing(two: Ledger, text: str) -> None:
    assert found(two, text) == []


def test_no_more_are_offered_than_the_page_has_digits_for(ledger: Ledger) -> None:
    for number in range(MOST + 2):
        keep(ledger, an_order(order_id=f"{number:02d}-X5678", wallet_order_id=f"42000023{number:020d}"))
    assert len(found(ledger, "5678")) == MOST
