"""The books over the page's door: who may look, what a day comes to, a slow bill, signatures, safe files."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from scanrefund.aftercare.reconcile import Reconciler
from scanrefund.books_desk import BooksDesk, Walked
from scanrefund.ledger.audit import Audit
from scanrefund.ledger.book import Flaw, FlawKind
from scanrefund.ledger.bookings import Bookings
from scanrefund.ledger.witness import FILE_NAME, Head, Witness
from scanrefund.model.bill import BillAnswer, BillKind, BillLook
from scanrefund.model.staff import Role, Secret
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.bill_files import BillAccounts
from tests.people import OWNER_PIN, SUPERVISOR_PIN, WRONG_PIN
from tests.unit.aftercare import bills
from tests.unit.aftercare.bills import DAY, Row
from tests.unit.builders import FakeWallet
from tests.unit.web.counter import Page, Served, heard

CODE = "134712345678901242"
EVIL = (Row("=cmd|x", 100, "@SUM"), Row(CODE, 200, f"R{CODE}"))
GETS = (
    "/desk/books",
    "/desk/books/{run}/differences.csv",
    "/desk/books/{run}/reconciliation.pdf",
    f"/desk/books/report/{DAY}",
)


class SlowBills(FakeWallet):
    """A wallet whose bills are told by the test, and held back until it lets them go."""

    def __init__(self) -> None:
        super().__init__(Wallet.WECHAT)
        self.rows: tuple[Row, ...] = ()
        self.gate = threading.Event()
        self.gate.set()

    def bill(self, day: date, kind: BillKind) -> BillAnswer:
        assert self.gate.wait(60)
        return BillAnswer(BillLook.FETCHED, (bills.wechat(self.rows, day=day),))


@pytest.fixture
def wallet() -> SlowBills:
    return SlowBills()


@pytest.fixture
def shop(busy_shop: Served, wallet: SlowBills) -> Iterator[Served]:
    """The busy shop with a books desk of the test's own."""
    house = busy_shop.site.house
    accounts = BillAccounts(bills.MCHID, bills.SELLER)
    gateways: Any = {Wallet.WECHAT: wallet}
    reconciler = Reconciler(Bookings(house.ledger), gateways, accounts, house.clock)
    witness = Witness(busy_shop.settings.home / FILE_NAME)
    desk = BooksDesk(house.ledger, witness, reconciler, house.signing, house.clock)
    busy_shop.site.house = replace(house, books=desk)
    busy_shop.time.forward(61)
    yield busy_shop
    wallet.gate.set()
    desk.close()
    busy_shop.site.house = house


def reconciled(page: Page, day: date = DAY) -> Any:
    """A day reconciled, waited for."""
    with page.hear() as stream:
        told = page.post("/desk/books/reconcile", {"day": day.isoformat()}).document
        while told["run"]["running"]:
            heard(stream, "books")
            told = page.get("/desk/books").document
    return told


def signer(staff_id: str, secret: str) -> dict[str, Any]:
    return {"approval": {"staff_id": staff_id, "secret": secret}}


def test_a_day_shows_its_sums_its_differences_and_what_to_do(shop: Served, wallet: SlowBills) -> None:
    wallet.rows = (Row("=cmd|x", 100, "OTHER_1"),)
    told = reconciled(shop.page())["reconciled"]
    (found,) = told["differences"]
    assert (found[0], found[3]) == ("WeChat Pay", "1.00")
    assert "=cmd|x" in found[4] or "OTHER_1" in found[4]
    assert told["verdict"]["tone"] == "warn"
    assert (told["unexplained_fen"], told["left_out"]) == (0, 0)
    assert len(told["columns"]) == len(found)
    assert all(len(row) == len(told["sum_columns"]) for row in told["sums"])


def test_a_day_without_trades_agrees(shop: Served) -> None:
    told = reconciled(shop.page(), date(2020, 1, 1))
    assert (told["reconciled"]["verdict"]["tone"], told["reconciled"]["differences"]) == ("good", [])
    assert told["run"]["fault"] is None


def test_only_whoever_may_read_the_books_gets_anything(shop: Served) -> None:
    run = reconciled(shop.page(), date(2020, 1, 1))["run"]["run_id"]
    clerk = shop.page(shop.crew.clerk)
    assert {clerk.get(path.format(run=run)).fault for path in GETS} == {"not_permitted"}
    posts = {"reconcile": {"day": "2020-01-01"}, "sign": {"run_id": run}, "audit": {}}
    assert {clerk.post(f"/desk/books/{path}", body).fault for path, body in posts.items()} == {
        "not_permitted"
    }
    auditor = shop.house.staff.add(shop.crew.owner.staff_id, "He", Role.AUDITOR, Secret("481503"))
    assert {shop.page(auditor).get(path.format(run=run)).status for path in GETS} == {200}
    assert shop.stranger().get("/desk/books").fault == "not_signed_in"


def test_a_slow_bill_holds_nobody_up_and_only_a_bare_word_of_it_is_told(
    shop: Served, wallet: SlowBills
) -> None:
    wallet.gate.clear()
    page, clerk = shop.page(), shop.page(shop.crew.clerk)
    with clerk.hear() as stream:
        begun = page.post("/desk/books/reconcile", {"day": "2020-01-02"}).document["run"]
        assert begun["running"] is True
        joined = page.post("/desk/books/reconcile", {"day": "2020-01-02"}).document["run"]
        assert joined["run_id"] == begun["run_id"]
        other = page.post("/desk/books/reconcile", {"day": "2020-01-03"})
        assert other.fault == "books_busy"
        assert page.get(f"/desk/books/{begun['run_id']}/differences.csv").fault == "reconciliation_gone"
        assert clerk.get("/desk/queue").status == 200
        wallet.gate.set()
        assert heard(stream, "books") == {}
    assert page.get("/desk/books").document["run"]["running"] is False


def test_a_day_that_cannot_be_had_says_why(shop: Served) -> None:
    page = shop.page()
    today = shop.time.now().date().isoformat()
    assert page.post("/desk/books/reconcile", {"day": "2099-01-01"}).fault == "day_not_over"
    assert page.get("/desk/books").document["last_day"] <= today
    for text in ("yesterday", "20261128", "2026-11-31", "2026-W48-6"):
        assert page.post("/desk/books/reconcile", {"day": text}).fault == "bill_day_wrong"
        assert page.get(f"/desk/books/report/{text}").fault == "bill_day_wrong"


def test_the_day_is_signed_by_who_may_with_his_secret_and_for_what_was_shown(shop: Served) -> None:
    page = shop.page()
    first = reconciled(page, date(2020, 1, 4))
    assert (first["may_sign"], first["reconciled"]["signable"]) == (False, True)
    body = {"run_id": first["run"]["run_id"]}
    owner, supervisor = shop.crew.owner.staff_id, shop.crew.supervisor.staff_id
    for second, fault in (
        ({}, "approval_needed"),
        (signer(supervisor, SUPERVISOR_PIN), "not_permitted"),
        (signer(owner, WRONG_PIN), "sign_in_wrong"),
    ):
        assert page.post("/desk/books/sign", body | second).fault == fault
    gone = reconciled(page, date(2020, 1, 4))["run"]["run_id"]
    assert page.post("/desk/books/sign", body | signer(owner, OWNER_PIN)).fault == "reconciliation_gone"
    signed = page.post("/desk/books/sign", {"run_id": gone} | signer(owner, OWNER_PIN)).document["reconciled"]
    assert [one["same"] for one in signed["signatures"]] == [True]
    assert owner in signed["signatures"][0]["say"]
    assert signed["signable"] is False


def test_the_files_run_no_formula_and_hold_no_payment_code(shop: Served, wallet: SlowBills) -> None:
    wallet.rows = EVIL
    page = shop.page()
    told = reconciled(page)
    path = f"/desk/books/{told['run']['run_id']}"
    table, paper = page.get(f"{path}/differences.csv"), page.get(f"{path}/reconciliation.pdf")
    assert table.headers["content-disposition"] == f'attachment; filename="reconciliation-{DAY}.csv"'
    rows = list(csv.DictReader(io.StringIO(table.body.decode("utf-8-sig"))))
    assert {row["refund_id"] for row in rows} == {"'@SUM", "R13••••••••••••••42"}
    assert paper.body.startswith(b"%PDF-")
    assert paper.headers["content-disposition"].endswith('.pdf"')
    assert CODE.encode() not in b"".join(page.got)
    assert CODE not in str(told)


def test_a_bill_that_cannot_be_read_tells_where_and_no_payment_code(shop: Served, wallet: SlowBills) -> None:
    wallet.rows = (Row("ODD1", 100, fee=f"odd {CODE}"),)
    told = reconciled(shop.page())["reconciled"]
    (scope,) = told["scopes"]
    assert (scope["ok"], told["verdict"]["tone"], told["signable"]) == (False, "warn", False)
    assert CODE not in scope["say"]
    assert "13••" in scope["say"]


def test_the_report_is_a_page_of_its_own_in_which_nothing_runs(shop: Served) -> None:
    answered = shop.page().get(f"/desk/books/report/{DAY}")
    assert answered.headers["content-type"] == "text/html; charset=utf-8"
    policy = answered.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert DAY.isoformat().encode() in answered.body


def test_looking_changes_nothing(shop: Served) -> None:
    page = shop.page()
    run = reconciled(page, date(2020, 1, 1))["run"]["run_id"]
    before = shop.house.ledger.audit([]).head
    for path in GETS:
        assert page.get(path.format(run=run)).status == 200
    assert shop.house.ledger.audit([]).head == before


def test_the_book_is_walked_and_what_is_wrong_with_it_is_told(shop: Served) -> None:
    page = shop.page()
    told = page.post("/desk/books/audit").document
    assert (told["walking"], told["audit"]["whole"]) == (False, True)
    assert str(shop.house.ledger.audit([]).entries) in told["audit"]["say"][0]
    cut = Audit(4, Head(4, "a" * 64), Flaw(5, FlawKind.CUT))
    shop.site.house.books.walked = Walked(shop.time.now(), cut)
    told = page.get("/desk/books").document
    assert told["audit"]["whole"] is False
    assert "NOT whole" in told["audit"]["say"][0]


def test_a_cut_book_is_found_by_the_witness(shop: Served) -> None:
    house, seen = shop.site.house, Head(10_000, "f" * 64)

    class Sees(Witness):
        def read(self) -> Head:
            return seen

    witness = Sees(shop.settings.home / FILE_NAME)
    desk = BooksDesk(house.ledger, witness, house.reconciler, house.signing, house.clock)
    assert desk.walk().audit.flaw == Flaw(10_000, FlawKind.CUT)
    desk.close()


def test_a_desk_that_closes_reads_no_more_lines_and_lets_go(shop: Served, wallet: SlowBills) -> None:
    wallet.gate.clear()
    desk = shop.site.house.books
    run = desk.begin(date(2020, 1, 5), lambda: None)
    threading.Timer(0.05, wallet.gate.set).start()
    desk.close()
    assert run.ended.done()
    assert desk.run is None
