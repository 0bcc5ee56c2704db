"""Each kind of difference planted and found, and the sums that prove that nothing was passed over."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from scanrefund.aftercare.matching_rules import Matched, OurRefund, OurSale, counted_fen
from scanrefund.aftercare.reconcile import Reconciler, Reconciliation
from scanrefund.aftercare.signing import Signing
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.errors import UsageFault
from scanrefund.ledger.bookings import BOOKED, Bookings
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.found import Found
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.sign_offs import SignOffs
from scanrefund.model.bill import BillAnswer, BillKind, BillLook
from scanrefund.model.bill_line import BillLine, LineKind, LineState
from scanrefund.model.difference import Difference, DifferenceKind, Side, side_of
from scanrefund.model.money import Money
from scanrefund.model.order import OrderState
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import OPEN, RefundState
from scanrefund.model.wallet import Wallet
from scanrefund.say.catalogue import LANGUAGES, Catalogue
from scanrefund.wallets.bill_files import BillAccounts
from tests.unit.aftercare import bills
from tests.unit.aftercare.bills import DAY, Row
from tests.unit.builders import NOW, FakeClock, FakeWallet, an_order, answering, keep, open_ledger, reserve

K = DifferenceKind
ACCOUNTS = BillAccounts(bills.MCHID, bills.SELLER)
AFTER = NOW + timedelta(days=1, hours=4)


class BillWallet(FakeWallet):
    """A wallet that answers with bills by day; a day without one was empty."""

    def __init__(self, wallet: Wallet) -> None:
        super().__init__(wallet)
        self.bills: dict[date, BillAnswer] = {}

    def bill(self, day: date, kind: BillKind) -> BillAnswer:
        assert kind is BillKind.TRADES
        return self.bills.get(day, BillAnswer(BillLook.EMPTY, code="NO_STATEMENT_EXIST"))


@dataclass
class Shop:
    """Books, both wallets, and the morning after."""

    ledger: Ledger
    time: FakeClock
    gateways: dict[Wallet, BillWallet]
    reconciler: Reconciler

    def sell(self, order_id: str, fen: int = 1_000, wallet: Wallet = Wallet.WECHAT, **changes: Any) -> None:
        told = {"paid_at": NOW, "state": OrderState.PAID, **changes}
        keep(self.ledger, an_order(order_id=order_id, amount=Money(fen), wallet=wallet, **told))

    def refund(
        self, order_id: str, fen: int = 300, outcome: Outcome = Outcome.SUCCEEDED, at: Any = NOW
    ) -> str:
        """A refund that the wallet answered so; its number."""
        refund = reserve(self.ledger, order_id, fen, at, request_id=f"{order_id} {fen} {outcome} {at}")
        self.gateways[refund.wallet].sends.append(answering(outcome))
        self.time.at = at
        Dispatcher(self.ledger, self.gateways, self.time.clock, 30).dispatch(refund)
        self.time.at = AFTER
        return refund.refund_id

    def bill_of(self, wallet: Wallet, *rows: Row, day: date = DAY) -> None:
        text = bills.wechat(rows, day=day) if wallet is Wallet.WECHAT else bills.alipay(rows, day=day)
        self.gateways[wallet].bills[day] = BillAnswer(BillLook.FETCHED, (text,))

    def reconciled(self, **asked: Any) -> tuple[Reconciliation, list[Difference]]:
        with self.reconciler.reconcile(DAY, **asked) as done:
            assert [scope.unexplained_fen for scope in done.scopes] == [0] * len(done.scopes)
            return done, list(done.differences())

    def found(self, **asked: Any) -> list[tuple[str, int]]:
        return [(one.kind.value, one.amount_fen) for one in self.reconciled(**asked)[1]]


@pytest.fixture(scope="module")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: making the tables takes longer than any test here."""
    path = tmp_path_factory.mktemp("empty") / "ledger.sqlite3"
    open_ledger(path).close()
    return path


@pytest.fixture
def shop(tmp_path: Path, empty_ledger: Path) -> Iterator[Shop]:
    ledger = open_ledger(Path(shutil.copy(empty_ledger, tmp_path)))
    gateways = {wallet: BillWallet(wallet) for wallet in Wallet}
    time = FakeClock(AFTER)
    yield Shop(ledger, time, gateways, Reconciler(Bookings(ledger), gateways, ACCOUNTS, time.clock))  # type: ignore[arg-type]
    ledger.close()


def test_a_day_that_agrees_has_no_difference(shop: Shop) -> None:
    shop.sell("A1")
    shop.sell("B1", wallet=Wallet.ALIPAY)
    rows = {}
    for order_id, wallet in (("A1", Wallet.WECHAT), ("B1", Wallet.ALIPAY)):
        rows[wallet] = (Row(order_id, 1_000), Row(order_id, 300, shop.refund(order_id)))
        shop.bill_of(wallet, *rows[wallet])
    done, found = shop.reconciled()
    assert found == []
    for scope in done.scopes:
        assert (scope.look, scope.lines) == (BillLook.FETCHED, 2)
        assert (scope.sums[Side.REFUNDS].theirs_fen, scope.sums[Side.REFUNDS].ours_fen) == (300, 300)
        assert scope.sums[Side.SALES].ours_fen == 1_000


def test_an_empty_day_is_compared_and_a_bill_that_is_not_there_is_not(shop: Shop) -> None:
    shop.sell("A1")
    refund_id = shop.refund("A1")
    shop.gateways[Wallet.ALIPAY].bills[DAY] = BillAnswer(BillLook.NOT_READY, code="BILL_NOT_EXIST")
    done, found = shop.reconciled()
    assert [(scope.look, scope.was_compared) for scope in done.scopes] == [
        (BillLook.EMPTY, True),
        (BillLook.NOT_READY, False),
    ]
    assert [(one.kind, one.refund_id) for one in found] == [
        (K.REFUND_MISSING, refund_id),
        (K.SALE_MISSING, ""),
    ]


SOLD = Row("A1", 1_000)
NEXT_DAY = NOW + timedelta(hours=7)


def refunded(shop: Shop, fen: int = 300, state: str = "SUCCESS", **how: Any) -> list[Row]:
    """The sale, and a refund of 3.00 in our books as the bill tells it."""
    return [SOLD, Row("A1", fen, shop.refund("A1", **how), state=state)]


def booked_alone(shop: Shop) -> list[Row]:
    shop.refund("A1")
    return [SOLD]


def told_twice(shop: Shop) -> list[Row]:
    sold, back = refunded(shop)
    return [sold, back, back]


def another_sale(shop: Shop, **how: Any) -> list[Row]:
    shop.sell("A2", **how)
    return [SOLD, Row("A2", 1_000)]


# What the bill tells then, and the sum that must be found.
PLANTED: dict[DifferenceKind, tuple[Callable[[Shop], list[Row]], int]] = {
    K.REFUND_NOT_OURS: (lambda _: [SOLD, Row("A1", 200, "OTHER_1")], 200),
    K.REFUND_OF_UNKNOWN_ORDER: (lambda _: [SOLD, Row("Z9", 200, "OTHER_1")], 200),
    K.REFUND_MISSING: (booked_alone, -300),
    K.AMOUNT_DIFFERS: (lambda shop: refunded(shop, 250), -50),
    K.OURS_OPEN: (lambda shop: refunded(shop, outcome=Outcome.UNKNOWN), 300),
    K.OURS_CLOSED: (lambda shop: refunded(shop, outcome=Outcome.CLOSED), 300),
    K.THEIRS_FAILED: (lambda shop: refunded(shop, state="FAIL"), -300),
    K.DAY_DIFFERS: (lambda shop: refunded(shop, at=NEXT_DAY), 300),
    K.COUNTED_TWICE: (told_twice, 300),
    K.SALE_UNKNOWN: (lambda _: [SOLD, Row("Z9", 700)], 700),
    K.SALE_MISSING: (lambda _: [], -1_000),
    K.SALE_AMOUNT_DIFFERS: (lambda _: [Row("A1", 1_100)], 100),
    K.SALE_OURS_UNPAID: (lambda shop: another_sale(shop, state=OrderState.UNPAID, paid_at=None), 1_000),
    K.SALE_DAY_DIFFERS: (lambda shop: another_sale(shop, paid_at=NEXT_DAY), 1_000),
    K.SALE_COUNTED_TWICE: (lambda _: [SOLD, SOLD], 1_000),
    K.FEE: (lambda _: [Row("A1", 1_000, fee="0.06400")], 6),
}


def test_every_kind_is_planted_here_or_in_the_till() -> None:
    assert {kind for kind in K if not kind.startswith("till_")} == set(PLANTED)


@pytest.mark.parametrize("kind", PLANTED, ids=str)
def test_each_kind_is_found_alone_and_nothing_is_changed(shop: Shop, kind: DifferenceKind) -> None:
    shop.sell("A1")
    plant, fen = PLANTED[kind]
    shop.bill_of(Wallet.WECHAT, *plant(shop))
    before = shop.ledger.refunds()
    assert shop.found(wallet=Wallet.WECHAT) == [(kind.value, fen)]
    assert shop.ledger.refunds() == before


def test_the_states_that_a_bill_never_tells_anew_are_no_difference(shop: Shop) -> None:
    """A bill shows how a refund stood when it was made: ours has gone on since."""
    shop.sell("A1")
    refund_id = shop.refund("A1")
    for state in ("PROCESSING", "CHANGE", "SUCCESS"):
        shop.bill_of(Wallet.WECHAT, Row("A1", 1_000), Row("A1", 300, refund_id, state=state))
        assert shop.found(wallet=Wallet.WECHAT) == []


def test_a_refund_on_its_way_here_that_the_bill_calls_done_is_to_be_asked_for(shop: Shop) -> None:
    shop.sell("A1")
    refund_id = shop.refund("A1", outcome=Outcome.PROCESSING)
    shop.bill_of(Wallet.WECHAT, Row("A1", 1_000), Row("A1", 300, refund_id))
    assert shop.found(wallet=Wallet.WECHAT) == [("ours_open", 0)]


def test_what_failed_there_and_closed_here_is_the_same(shop: Shop) -> None:
    shop.sell("A1")
    refund_id = shop.refund("A1", outcome=Outcome.CLOSED)
    shop.bill_of(Wallet.WECHAT, Row("A1", 1_000), Row("A1", 300, refund_id, state="FAIL"))
    assert shop.found(wallet=Wallet.WECHAT) == []


def test_a_refund_that_was_found_at_the_wallet_is_of_the_day_the_bill_says(shop: Shop) -> None:
    shop.sell("A1")
    Found(shop.ledger).record_external("A1", "OTHER_1", Money(200), NOW + timedelta(days=3))
    shop.bill_of(Wallet.WECHAT, Row("A1", 1_000), Row("A1", 200, "OTHER_1"))
    done, found = shop.reconciled(wallet=Wallet.WECHAT)
    assert found == []
    assert done.scopes[0].sums[Side.REFUNDS].ours_fen == 200


def test_our_number_for_another_order_is_not_our_refund(shop: Shop) -> None:
    shop.sell("A1")
    shop.sell("A2", paid_at=NOW - timedelta(days=9))
    refund_id = shop.refund("A1")
    shop.bill_of(Wallet.WECHAT, Row("A1", 1_000), Row("A2", 300, refund_id))
    assert shop.found(wallet=Wallet.WECHAT) == [("refund_not_ours", 300), ("refund_missing", -300)]


def test_a_number_with_the_form_of_a_payment_code_is_masked(shop: Shop) -> None:
    digits = "134500000000000042"
    shop.bill_of(Wallet.WECHAT, Row(digits, 1_000), Row(digits, 100, digits))
    found = shop.reconciled(wallet=Wallet.WECHAT)[1]
    assert len(found) == 2
    assert digits not in repr(found)


def test_what_another_days_bill_tells_is_not_missing(shop: Shop) -> None:
    shop.sell("A2")
    shop.bill_of(Wallet.WECHAT)
    late = shop.refund("A2", at=NOW)
    shop.bill_of(Wallet.WECHAT, Row("A2", 1_000), Row("A2", 300, late), day=DAY - timedelta(days=1))
    found = shop.reconciled(wallet=Wallet.WECHAT)[1]
    assert [(one.kind, one.amount_fen, one.day) for one in found] == [
        (K.DAY_DIFFERS, -300, DAY - timedelta(days=1)),
        (K.SALE_DAY_DIFFERS, -1_000, DAY - timedelta(days=1)),
    ]


def test_a_bill_of_refunds_alone_says_nothing_of_sales(shop: Shop, tmp_path: Path) -> None:
    shop.sell("A1")
    shop.sell("A2")
    path = tmp_path / "refunds.csv"
    path.write_text(bills.wechat([Row("A1", 300, shop.refund("A1"))], bills.REFUND_ONLY), "utf-8")
    done, found = shop.reconciled(bills=[path])
    assert found == []
    assert Side.SALES not in done.scopes[0].sums


def test_files_are_compared_without_asking_any_wallet(shop: Shop, tmp_path: Path) -> None:
    shop.sell("A1")
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    paths[0].write_text(bills.wechat([], day=DAY), "utf-8")
    paths[1].write_text(bills.alipay([], day=DAY), "gbk")
    for gateway in shop.gateways.values():
        gateway.bill = None  # type: ignore[assignment,method-assign]
    done, found = shop.reconciled(bills=paths)
    assert [scope.wallet for scope in done.scopes] == [Wallet.WECHAT, Wallet.ALIPAY]
    assert [one.kind for one in found] == [K.SALE_MISSING]
    with pytest.raises(UsageFault) as caught:
        shop.reconciled(bills=[paths[0], paths[0]])
    assert caught.value.code == "bill_twice"


def test_a_bill_that_cannot_be_read_was_not_had(shop: Shop) -> None:
    text = bills.wechat([Row("A1", 1_000)]).rsplit("总交易单数", 1)[0]
    shop.gateways[Wallet.WECHAT].bills[DAY] = BillAnswer(BillLook.FETCHED, (text,))
    done, found = shop.reconciled(wallet=Wallet.WECHAT)
    assert [(one.look, one.code) for one in done.scopes] == [(BillLook.NOT_FETCHED, "bill_cut")]
    assert found == []


def test_a_day_that_is_not_over_in_beijing_is_refused(shop: Shop) -> None:
    shop.time.at = NOW + timedelta(hours=5)
    with pytest.raises(UsageFault) as caught:
        shop.reconciled()
    assert caught.value.code == "day_not_over"
    shop.time.at = NOW + timedelta(hours=6)
    assert shop.found() == []


TILL = "order_id,kind,amount_fen,clerk\n"


def test_the_till_is_compared_by_order(shop: Shop, tmp_path: Path) -> None:
    for order_id in ("A1", "A2", "A3", "A4", "A5"):
        shop.sell(order_id, wallet=Wallet.ALIPAY if order_id == "A2" else Wallet.WECHAT)
    for order_id in ("A1", "A2", "A3"):
        shop.refund(order_id)
    closed = shop.refund("A5", outcome=Outcome.CLOSED)
    ByHand(shop.ledger).pay_other_way(closed, Hand("Chen", "cash"), NOW)
    lines = ["A1,sale,1000,", "A2,sale,900,", "A3,sale,1000,", "Z9,sale,50,", "A5,sale,1000,"]
    lines += ["A1,refund,100,", "A1,refund,200,", "A2,refund,250,", "A4,refund,70,", "A5,refund,300,=x"]
    path = tmp_path / "till.csv"
    path.write_text(TILL + "\n".join(lines) + "\n", encoding="utf-8")
    done, found = shop.reconciled(wallet=Wallet.ALIPAY, till=path)
    assert sorted((one.kind.value, one.order_id, one.amount_fen) for one in found if not one.wallet) == [
        ("till_refund_differs", "A2", -50),
        ("till_refund_missing", "A3", -300),
        ("till_refund_unknown", "A4", 70),
        ("till_sale_differs", "A2", -100),
        ("till_sale_missing", "A4", -1_000),
        ("till_sale_unknown", "Z9", 50),
    ]
    assert (done.scopes[-1].name, done.scopes[-1].lines) == ("till", 10)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (TILL + "A1,sale,1.5,\n", "bill_broken", 2),
        (TILL + "A1,sale,10,\nA1,gift,10,\n", "bill_broken", 3),
        (TILL + "A 1,sale,10,\n", "bill_broken", 2),
        ("order_id,amount_fen\n", "till_lacks_columns", None),
        (TILL + 'A1,"sale,10,\n', "till_not_csv", None),
    ],
)
def test_a_broken_export_of_the_till_is_refused(
    shop: Shop, tmp_path: Path, text: str, code: str, line: int | None
) -> None:
    path = tmp_path / "till.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageFault) as caught:
        shop.reconciled(till=path)
    assert (caught.value.code, caught.value.details.get("line")) == (code, line)


def signing(shop: Shop) -> Signing:
    return Signing(SignOffs(shop.ledger), shop.time.clock)


def sign(shop: Shop, by: str) -> list[str]:
    with shop.reconciler.reconcile(DAY) as done:
        return [one.scope for one in signing(shop).sign(done, by)]


def test_a_day_is_signed_once_and_other_content_is_said(shop: Shop) -> None:
    shop.sell("A1")
    shop.bill_of(Wallet.WECHAT, Row("A1", 1_000))
    assert sign(shop, "s2") == ["wechat", "alipay"]
    assert sign(shop, "s9") == []
    shop.bill_of(Wallet.WECHAT, Row("A1", 1_000), Row("A1", 200, "OTHER_1"))
    with pytest.raises(UsageFault) as caught:
        sign(shop, "s2")
    assert caught.value.code == "day_signed"
    with shop.reconciler.reconcile(DAY) as done:
        signed = signing(shop).signed(done)
    assert {name: (one.is_same, one.sign_off.signed_by) for name, one in signed.items()} == {
        "wechat": (False, "s2"),
        "alipay": (True, "s2"),
    }
    entries = SignOffs(shop.ledger).of_day(DAY)
    assert len(entries["wechat"].bill_sha256) == 64
    assert shop.ledger.first_broken_entry() is None


def test_a_bill_fetched_again_with_its_lines_in_another_order_is_the_same_content(shop: Shop) -> None:
    shop.sell("A1")
    shop.sell("A2")
    shop.bill_of(Wallet.WECHAT, Row("A1", 1_000), Row("A2", 1_000))
    sign(shop, "s2")
    shop.bill_of(Wallet.WECHAT, Row("A2", 1_000), Row("A1", 1_000))
    assert sign(shop, "s2") == []
    shop.sell("A3")
    with pytest.raises(UsageFault):
        sign(shop, "s2")


def test_a_day_whose_bill_is_missing_is_not_signed(shop: Shop) -> None:
    shop.gateways[Wallet.ALIPAY].bills[DAY] = BillAnswer(BillLook.NOT_READY)
    with pytest.raises(UsageFault) as caught:
        sign(shop, "s2")
    assert (caught.value.code, caught.value.details["scopes"]) == ("day_not_signable", "alipay")
    assert SignOffs(shop.ledger).of_day(DAY) == {}


def every_pair() -> Iterator[tuple[BillLine, OurRefund]]:
    for state in LineState:
        for ours in RefundState:
            for day in (DAY, DAY + timedelta(days=1)):
                for fen in (300, 250):
                    line = BillLine(2, LineKind.REFUND, "A1", "42", fen, "R1", "50", state)
                    yield line, OurRefund("R1", "A1", 300, ours, ours in BOOKED, day, DAY)


def test_whatever_stands_beside_what_the_differences_explain_the_sums() -> None:
    rules = Matched(Wallet.WECHAT, DAY)
    for line, ours in every_pair():
        ours_fen = ours.amount_fen if ours.is_booked and ours.day == DAY else 0
        found = list(rules.refund(line, ours, knows_order=True))
        assert sum(one.amount_fen for one in found) == counted_fen(line) - ours_fen
        assert {one.side for one in found} <= {Side.REFUNDS}
        if ours.state in OPEN and not ours.is_booked:
            assert K.OURS_OPEN in {one.kind for one in found}
    for fen in (300, 250):
        for day in (DAY, None, DAY + timedelta(days=1)):
            sale = BillLine(2, LineKind.SALE, "A1", "42", fen)
            ours_fen = 300 if day == DAY else 0
            found = list(rules.sale(sale, OurSale("A1", 300, day)))
            assert sum(one.amount_fen for one in found) == fen - ours_fen


def test_every_kind_has_a_name_and_a_proposal_in_every_language() -> None:
    for language in LANGUAGES:
        texts = Catalogue.load(language).texts
        for kind in K:
            assert texts[f"difference.{kind.value}.name"]
            assert texts[f"difference.{kind.value}.proposal"]
        assert all(f"side.{side.value}.name" in texts for side in Side)
        assert all(f"bill_look.{look.value}.name" in texts for look in BillLook)
    assert {side_of(kind) for kind in K} == set(Side)
