"""The folder a till puts its orders into."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanrefund.dispatch.worker import nobody_cures, nobody_hears
from scanrefund.ledger.ledger import Ledger
from scanrefund.order_inbox import FILES_MAX, LOOK_EVERY_S, OrderInbox
from scanrefund.orders_desk import OrdersDesk
from tests.unit.builders import KEYS, FakeClock

HEADER = "order_id,wallet,wallet_order_id,amount_fen,paid_at,state,payer_id\n"
ROW = "{id},alipay,,100,2026-11-22T10:00:00Z,PAID,\n"


class Shop:
    """A worker with an inbox."""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self.ledger, self.folder, self.time = ledger, folder, FakeClock()
        orders = OrdersDesk(ledger, KEYS, self.time.clock)
        self.inbox = OrderInbox(folder, orders, self.time.clock, "en")

    def put(self, name: str, *rows: str) -> None:
        (self.folder / name).write_text(HEADER + "".join(rows), encoding="utf-8")

    def look(self) -> int:
        self.time.forward(LOOK_EVERY_S)
        return self.inbox.run_once(nobody_hears, nobody_cures)

    def there(self, where: str) -> list[str]:
        return sorted(path.name for path in (self.folder / where).iterdir() if path.is_file())


@pytest.fixture
def shop(ledger: Ledger, tmp_path: Path) -> Shop:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return Shop(ledger, folder)


def test_a_file_is_taken_once_it_no_longer_grows(shop: Shop) -> None:
    shop.put("a.csv", ROW.format(id="B1"))
    assert shop.look() == 0
    shop.put("a.csv", ROW.format(id="B1"), ROW.format(id="B2"))
    assert (shop.look(), shop.there("")) == (0, ["a.csv"])
    assert shop.look() == 1
    assert (shop.there("done"), shop.there("")) == (["a.csv"], [])
    assert shop.ledger.order("B2") is not None


def test_a_file_with_a_wrong_row_keeps_nothing_and_its_reason_lies_beside_it(shop: Shop) -> None:
    shop.put("a.csv", ROW.format(id="B1"), "B2,alipay,,none,2026-11-22T10:00:00Z,PAID,\n")
    shop.look()
    assert shop.look() == 1
    assert shop.there("refused") == ["a.csv", "a.csv.reason.txt"]
    reason = (shop.folder / "refused" / "a.csv.reason.txt").read_text(encoding="utf-8")
    assert reason.startswith("3\tB2\t")
    assert "none" in reason
    assert shop.ledger.order("B1") is None


def test_what_is_no_file_of_orders_at_all_is_refused_too(shop: Shop) -> None:
    (shop.folder / "a.json").write_text("{", encoding="utf-8")
    shop.look()
    shop.look()
    assert shop.there("refused") == ["a.json", "a.json.reason.txt"]


def test_the_same_name_again_overwrites_nothing(shop: Shop) -> None:
    for number in range(2):
        shop.put("a.csv", ROW.format(id=f"B{number}"))
        shop.look()
        shop.look()
    assert shop.there("done") == ["a.1.csv", "a.csv"]


def test_half_written_and_hidden_files_and_folders_are_left_alone(shop: Shop) -> None:
    for name in ("a.csv.part", ".a.csv", "notes.txt"):
        shop.put(name, ROW.format(id="B1"))
    (shop.folder / "b.csv").mkdir()
    assert [shop.look() for _ in range(3)] == [0, 0, 0]
    assert shop.ledger.order("B1") is None


def test_many_files_are_taken_a_few_at_a_time_and_not_between_two_looks(shop: Shop) -> None:
    for number in range(FILES_MAX + 1):
        shop.put(f"{number}.csv", ROW.format(id=f"B{number}"))
    shop.look()
    assert shop.look() == FILES_MAX
    assert shop.inbox.run_once(nobody_hears, nobody_cures) == 0
    assert shop.look() == 1


def test_a_folder_that_is_away_is_no_fault(ledger: Ledger, tmp_path: Path) -> None:
    assert Shop(ledger, tmp_path / "away").look() == 0
