"""The page tells of maintenance before and during it, and of a newer version when it opens."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from scanrefund.aftercare.due_dates import DueDates
from scanrefund.model.maintenance import Maintenance, Window
from scanrefund.model.wallet import Wallet
from tests.unit.web.counter import Served


def announce(shop: Served, due_dates: DueDates) -> None:
    shop.site.settings = replace(shop.site.settings, due_dates=due_dates)


def windows_told(shop: Served) -> Any:
    """On a page that was opened just now: an older one has locked itself."""
    return shop.page().get("/desk/status").document["maintenance"]


def test_the_status_tells_of_a_window_from_its_notice_to_its_end(shop: Served) -> None:
    now = shop.time.now()
    window = Window(now + timedelta(hours=2), now + timedelta(hours=3), Wallet.ALIPAY, "announced")
    announce(shop, DueDates(Maintenance((window,), timedelta(hours=1))))
    assert windows_told(shop) == []
    shop.time.forward(3_601)
    [told] = windows_told(shop)
    assert (told["wallet"], told["under_way"]) == ("alipay", False)
    assert told["say"].startswith("Maintenance of Alipay from ")
    assert told["say"].endswith("announced")
    shop.time.forward(3_600)
    [told] = windows_told(shop)
    assert (told["under_way"], told["ends_at"]) == (True, window.ends.isoformat())
    shop.time.forward(3_600)
    assert windows_told(shop) == []


def test_a_page_that_opens_is_told_of_a_newer_version(shop: Served, tmp_path: Path) -> None:
    page = shop.page()
    assert page.start()["newer"] == ""
    newest = tmp_path / "newest.txt"
    newest.write_text("999.1\n", encoding="utf-8")
    announce(shop, DueDates(newest=newest))
    assert "999.1" in page.start()["newer"]
    newest.write_text("0.0.1\n", encoding="utf-8")
    assert page.start()["newer"] == ""
