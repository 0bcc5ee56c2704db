"""A shop's whole day by script: 300 sales, 60 refunds by page, API and command, both bills in the morning."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from scanrefund.wallets.reading import BEIJING
from tests.acceptance import shop as shops
from tests.acceptance.shop import OWNER, SUPERVISOR, YESTERDAYS, Sale, Shop
from tests.acceptance.shop_doors import (
    FAULTS,
    LOST,
    Door,
    arm,
    at_the_page,
    batch_of_yesterday,
    by_command,
    by_the_till,
    decided_at_the_page,
)
from tests.acceptance.shop_truth import closed_without_an_unexplained_fen, next_morning, same_in_both
from tests.acceptance.stage import PIN

pytestmark = pytest.mark.long

SEED, BATCH, REFUNDS = 11, 10, 60
# The day must not end while it is played: phones' codes move the wallets' clock on by half an hour.
PLAYED = timedelta(minutes=45)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with shops.opened(tmp_path) as opened:
        yield opened


@pytest.fixture
def today() -> date:
    now = datetime.now(UTC).astimezone(BEIJING)
    if (now + PLAYED).date() != now.date():
        pytest.skip("the day ends in Beijing before this one could")
    return now.date()


def test_the_day_closes_without_an_unexplained_fen(shop: Shop, today: date) -> None:
    sys.stdout.write(f"seed {SEED}\n")
    sales = shops.sold(shop, SEED)
    made = refunded(shop, sales) | batch_of_yesterday(shop, sales[-BATCH:])
    assert len(made) == REFUNDS
    cash = paid_in_cash(shop, sales[0])
    short_of_balance(shop, sales[1])
    shop.settled()
    restored(shop, sales[2], sales[3])
    shop.settled()
    told = {number: shop.till.get(f"/refunds/{number}") for number in made}
    assert {number: (one["state"], one["amount_fen"]) for number, one in told.items()} == {
        number: ("SUCCEEDED", fen) for number, fen in made.items()
    }
    shop.stage.stop_counter()
    with next_morning(shop) as house:
        same_in_both(shop, house)
        closed_without_an_unexplained_fen(shop, house, today, cash)


def refunded(shop: Shop, sales: list[Sale]) -> dict[str, int]:
    """Fifty refunds of today's sales, whole and in part, through three doors; number and amount of each."""
    page, till = Door(shop, at_the_page(shop)), Door(shop, by_the_till(shop))
    command = Door(shop, by_command(shop))
    doors, made = (page, till, page, till, command), {}
    chosen = random.Random(SEED + 1).sample(sales[4:-YESTERDAYS], REFUNDS - BATCH)
    for number, sale in enumerate(chosen):
        door = doors[number % len(doors)]
        fen = sale.fen if number % 4 else sale.fen // 2
        made[door.refund(sale, fen)] = fen
    assert LOST in page.met
    assert set(page.met) == set(FAULTS)
    return made


def paid_in_cash(shop: Shop, sale: Sale) -> dict[str, int]:
    """The wallet closes the refund; the supervisor pays cash at the till; the wallet refunds it no more."""
    arm(shop, sale, "closed")
    number = at_the_page(shop)(sale, sale.fen, "closed")
    shop.settled()
    assert shop.refund_of(sale)["state"] == "CLOSED"
    decided_at_the_page(shop, number, "cash", SUPERVISOR, "the wallet closed it")
    shop.until(lambda: shop.refund_of(sale)["state"] != "PAID_OTHER_WAY")
    by_hand = str(shop.refund_of(sale)["refund_id"])
    assert sale.order_id in shop.command("cash-slip", by_hand)[1]["slip"]
    refused = shop.till.refund(sale, 100, "after-cash")
    assert (refused["state"], refused["reason"]) == (None, "order_already_refunded")
    return {sale.order_id: sale.fen}


def short_of_balance(shop: Shop, sale: Sale) -> None:
    """The merchant's balance is short; it is topped up, and the supervisor lets all go on that waits."""
    arm(shop, sale, "not_enough")
    at_the_page(shop)(sale, sale.fen, "not_enough")
    assert shop.refund_of(sale)["state"] == "HELD"
    by = ("--by", SUPERVISOR, "--why", "the balance was topped up", "--pin-stdin")
    assert [one["order_id"] for one in shop.command("release-short", *by, stdin=f"{PIN}\n")[1]] == [
        sale.order_id
    ]
    shop.settled()
    assert shop.refund_of(sale)["state"] == "SUCCEEDED"


def restored(shop: Shop, whole: Sale, part: Sale) -> None:
    """A copy is put back after two refunds it does not know: noticed, nothing paid twice, found, counted."""
    copy = shop.stage.program.home / "copy.sqlite3"
    assert shop.command("backup", str(copy))[0] == 0
    at_the_page(shop)(whole, whole.fen, "")
    shop.till.refund(part, part.fen // 2, "after-copy")
    shop.settled()
    put_back = ("restore", str(copy), "--yes", "--by", OWNER, "--pin-stdin")
    assert shop.command(*put_back, stdin=f"{PIN}\n")[1]["error"]["code"] == "ledger_has_a_writer"
    shop.stage.stop_counter()
    code, told = shop.command(*put_back, stdin=f"{PIN}\n")
    assert (code, told["books_behind"]) == (5, True)
    shop.stage.start_counter()
    shop.clerk.sign_in_again()
    refused_behind(shop, whole)
    code, told = shop.command("recover")
    lost = sorted((one["order_id"], one["amount_fen"], one["state"]) for one in told["found"])
    assert (code, lost) == (
        0,
        sorted([(whole[1], whole.fen, "EXTERNAL"), (part[1], part.fen // 2, "EXTERNAL")]),
    )
    shop.clerk.ends_as_refunded(whole.order_id)


def refused_behind(shop: Shop, sale: Sale) -> None:
    """The old books say that all of it is left: page and till let nothing go before they have caught up."""
    before = shop.stage.paid(sale.order_id)
    shop.clerk.scan(sale.order_id)
    shop.clerk.at("refund:amount")
    shop.clerk.reads("main", "账本比实际发生的旧")
    refused = shop.till.refund(sale, sale.fen, "while-behind")
    assert (refused["state"], refused["reason"]) == (None, "books_behind")
    assert shop.stage.paid(sale.order_id) == before
