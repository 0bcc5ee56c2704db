"""The doors of a shop's day, page, till's API and command line: how a refund is made at each."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count, cycle

from playwright.sync_api import expect

from tests.acceptance.shop import CLERK, FINANCE, SUPERVISOR, Sale, Shop
from tests.acceptance.stage import PIN

DO_NOT = "请勿重复退款，也不要付现金"
# The reply is lost first: at each door it is met for certain.
FAULTS = (
    "drop_after",
    "drop_before",
    "http_500_before",
    "http_500_after",
    "http_429",
    "processing",
    "unsigned",
)
PROCESSING_S = 4
LOST = "drop_after"
# Which of the commands are decisions about a whole order.
ADJUSTED, CANCELLED = 4, 5


class Door:
    """One way into the desk. Every third refund through it meets a fault, each kind in its turn."""

    def __init__(self, shop: Shop, refund: Callable[[Sale, int, str], str]) -> None:
        self._shop, self._refund = shop, refund
        self._made, self._faults = count(), cycle(FAULTS)
        self.met: list[str] = []

    def refund(self, sale: Sale, fen: int) -> str:
        """Make one; its number."""
        fault = "" if next(self._made) % 3 else next(self._faults)
        if fault:
            self.met.append(fault)
            arm(self._shop, sale, fault)
        return self._refund(sale, fen, fault)


def arm(shop: Shop, sale: Sale, fault: str) -> None:
    """Let the next refund of this order meet it."""
    more = {"delay_s": PROCESSING_S} if fault == "processing" else {}
    shop.stage.fault(sale.wallet, "refund", fault, order_id=sale.order_id, **more)


def at_the_page(shop: Shop) -> Callable[[Sale, int, str], str]:
    """The clerk: scan, Enter, digit, scan, Enter. After a fault the page says what not to do."""

    def refund(sale: Sale, fen: int, fault: str) -> str:
        to_confirm(shop, sale, fen)
        shop.clerk.may_confirm()
        shop.clerk.press("Enter")
        shop.clerk.at("refund:result")
        if fault == LOST:
            shop.clerk.reads(".norepeat", DO_NOT)
            expect(shop.clerk.page.locator(".result")).to_have_class(re.compile("tone-unknown"))
            shop.clerk.is_paid()
        return str(shop.refund_of(sale)["refund_id"])

    return refund


def to_confirm(shop: Shop, sale: Sale, fen: int) -> None:
    """Order, amount, reason and a fresh code are on the page."""
    clerk = shop.clerk
    code = shop.stage.sandbox.code(sale.wallet)
    clerk.scan(sale.order_id)
    clerk.at("refund:amount")
    clerk.reads(".order h2", sale.order_id)
    clerk.settle()
    if fen == sale.fen:
        clerk.press("Enter")
    else:
        clerk.page.locator(f"[data-act=quickAmount][data-arg='{fen}']").press("Enter")
        expect(clerk.page.locator("[data-field=amount]")).to_have_value(yuan(fen))
    clerk.settle()
    clerk.press("3")
    clerk.at("refund:code")
    clerk.settle()
    clerk.scan(code)
    clerk.at("refund:confirm")


def by_the_till(shop: Shop) -> Callable[[Sale, int, str], str]:
    numbers = count()

    def refund(sale: Sale, fen: int, _fault: str) -> str:
        return str(shop.till.refund(sale, fen, f"till-{next(numbers)}")["refund_id"])

    return refund


def by_command(shop: Shop) -> Callable[[Sale, int, str], str]:
    """The clerk refunds; a supervisor lowers what one order should have cost, and cancels another."""
    numbers = count()

    def refund(sale: Sale, fen: int, _fault: str) -> str:
        proof = f"{PIN}\n{shop.stage.sandbox.code(sale.wallet)}\n"
        told = shop.command(*_words(next(numbers), sale, fen), "--pin-stdin", stdin=proof)[1]
        assert told.get("refund_id"), told
        return str(told["refund_id"])

    return refund


def _words(number: int, sale: Sale, fen: int) -> tuple[str, ...]:
    decided = ("--by", SUPERVISOR, "--why", "the customer asked")
    if number == ADJUSTED:
        costs = ("--old", yuan(sale.fen), "--new", yuan(sale.fen - fen))
        return ("orders", "adjust", sale.order_id, *costs, *decided)
    if number == CANCELLED and fen == sale.fen:
        return ("orders", "cancel", sale.order_id, *decided)
    wish = ("--order", sale.order_id, "--amount", yuan(fen), "--reason", "broken", "--clerk", CLERK)
    return ("refund", *wish, "--yes", "--wait", "0")


def batch_of_yesterday(shop: Shop, sales: list[Sale]) -> dict[str, int]:
    """The till sends yesterday's returns together; none moves before the accountant has agreed.

    The first is approved on the clerk's page, the others by command.
    """
    made = {}
    for sale in sales:
        told = shop.till.refund(sale, sale.fen, f"batch-{sale.order_id}", queue=True)
        assert (told["state"], shop.stage.paid(sale.order_id)) == ("WAIT_APPROVAL", [])
        made[str(told["refund_id"])] = sale.fen
    first, *others = made
    approved_at_the_page(shop, first)
    for refund_id in others:
        told = shop.command("approve", refund_id, "--by", FINANCE, "--pin-stdin", stdin=f"{PIN}\n")[1]
        assert told["state"] != "WAIT_APPROVAL", told
    return made


def approved_at_the_page(shop: Shop, refund_id: str) -> None:
    decided_at_the_page(shop, refund_id, "approve", FINANCE)
    expect(shop.clerk.page.locator("[data-arg=approve]")).to_have_count(0)


def decided_at_the_page(shop: Shop, refund_id: str, what: str, by: str, why: str = "") -> None:
    """The refund is looked up among all; a second person comes to the till and proves himself."""
    clerk, page = shop.clerk, shop.clerk.page
    clerk.press("F3")
    clerk.at("refunds")
    page.locator(f"[data-arg='{refund_id}']").press("Enter")
    clerk.at("detail")
    page.locator(f"[data-arg={what}]").press("Enter")
    clerk.at("dialog:decide")
    if why:
        page.locator("[data-own=why]").fill(why)
    page.locator(f"[data-act=decider][data-arg={by}]").press("Enter")
    page.locator("[data-secret=approval]").press_sequentially(PIN, delay=60)
    clerk.settle()
    clerk.press("Enter")
    if what == "cash":
        clerk.at("dialog:cashslip")
        clerk.press("Escape")
    clerk.at("detail")


def yuan(fen: int) -> str:
    return f"{fen / 100:.2f}"
