"""The slip over the page's door: the customer's language, counted prints, a printer that is away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scanrefund.slip_desk import SlipDesk
from tests.unit.web.counter import Page, Served


@pytest.fixture
def printing(shop: Served, tmp_path: Path) -> Served:
    """The counter with a printer, a file."""
    _plug_in(shop, "dummy", tmp_path / "printed")
    return shop


def _plug_in(shop: Served, place: str, file: Path) -> None:
    house, slips = shop.site.house, shop.site.settings.slips
    printer = replace(slips.printer, place=place, dummy_file=file)
    desk = SlipDesk(house.ledger, house.keys, house.clock, replace(slips, printer=printer))
    shop.site.house = replace(house, slips=desk)


def made(shop: Served, order_id: str) -> tuple[Page, str]:
    shop.sell(order_id)
    page = shop.page()
    return page, page.post("/desk/refund", shop.wish(page, order_id)).document["refund_id"]


def test_a_slip_is_looked_at_printed_and_reprinted_as_a_copy(printing: Served, tmp_path: Path) -> None:
    page, refund_id = made(printing, "SLIP1")
    looked = page.get(f"/desk/refunds/{refund_id}/slip").document
    assert (looked["prints"], looked["printer"]) == (0, True)
    assert looked["slip"]["code"].startswith(f"scanrefund:{refund_id}.")
    first = page.post(f"/desk/refunds/{refund_id}/print", {}).document
    again = page.post(f"/desk/refunds/{refund_id}/print", {}).document
    assert (first["prints"], again["prints"]) == (1, 2)
    assert "COPY 1" in again["slip"]["marks"]
    assert refund_id.encode() in (tmp_path / "printed").read_bytes()


def test_a_contact_given_at_the_counter_is_kept_and_never_told_back(shop: Served) -> None:
    shop.sell("SLIP3")
    page = shop.page()
    told = page.post("/desk/refund", shop.wish(page, "SLIP3", contact="li.lei@example.com"))
    assert "li.lei" not in str(told.document)
    (message,) = shop.site.house.outbox.listed(unsent_only=False, limit=9)
    assert message.subject == told.document["refund_id"]
    assert shop.site.house.outbox.masked_contact(message) == "l•••@example.com"
    wrong = page.post("/desk/refund", shop.wish(page, "SLIP3", contact="li lei"))
    assert wrong.document["fault"] == "contact_wrong"


def test_a_printer_that_is_away_is_told_and_the_refund_stays(shop: Served, tmp_path: Path) -> None:
    _plug_in(shop, str(tmp_path / "away"), tmp_path)
    page, refund_id = made(shop, "SLIP2")
    before = shop.site.house.ledger.refund(refund_id)
    told = page.post(f"/desk/refunds/{refund_id}/print", {})
    assert told.document["fault"] == "printer_away"
    assert shop.site.house.ledger.refund(refund_id) == before
    assert page.get(f"/desk/refunds/{refund_id}/slip").document["prints"] == 0
