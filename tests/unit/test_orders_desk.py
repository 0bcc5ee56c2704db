from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanrefund.errors import UsageFault
from scanrefund.ledger.engine import reading
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.money import Money
from scanrefund.model.order import OrderState
from scanrefund.model.wallet import Wallet
from scanrefund.orders_desk import HEADER, ImportReport, OrdersDesk
from tests.unit.builders import KEYS, NOW, WECHAT_DIGITS, FakeClock

GOOD = "B2,wechat,4200001234202611220000000002,2599,2026-11-22T10:00:00+08:00,PAID,openid-1"
OTHER = "B3,alipay,2026112222001400000000000003,100,2026-11-22T10:00:00Z,PAID,"

Import = Callable[..., ImportReport]


@pytest.fixture
def desk(ledger: Ledger) -> OrdersDesk:
    return OrdersDesk(ledger, KEYS, FakeClock().clock)


@pytest.fixture
def imported(desk: OrdersDesk, tmp_path: Path) -> Import:
    def run(
        *rows: str, header: str = ",".join(HEADER), strict: bool = False, coding: str = "utf-8"
    ) -> ImportReport:
        path = tmp_path / "orders.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding=coding, newline="")
        return desk.import_csv(path, strict=strict)

    return run


def problems(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(problem.line, problem.order_id, problem.cause.code) for problem in report.problems]


def test_good_rows_are_kept_with_all_they_say(imported: Import, desk: OrdersDesk) -> None:
    report = imported(GOOD, OTHER)
    assert (report.read, report.kept, report.unchanged, report.problems) == (2, 2, 0, [])
    order = desk.show("B2")
    assert (order.wallet, order.amount, order.state) == (Wallet.WECHAT, Money(2_599), OrderState.PAID)
    assert order.paid_at == datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    assert order.payer_fingerprint == KEYS.payer("openid-1")
    assert desk.show("B3").payer_fingerprint == ""


def test_the_payers_id_itself_is_not_kept(imported: Import, ledger: Ledger, ledger_path: Path) -> None:
    imported(GOOD)
    ledger.close()
    assert b"openid-1" not in ledger_path.read_bytes()


def test_the_same_file_again_changes_nothing(imported: Import) -> None:
    imported(GOOD, OTHER)
    report = imported(GOOD, OTHER)
    assert (report.read, report.kept, report.unchanged) == (2, 0, 2)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (GOOD.replace("B2", "B 2"), "row_order_id_wrong"),
        (GOOD.replace("B2", "B" * 65), "row_order_id_wrong"),
        (GOOD.replace("B2", "B\x002"), "row_order_id_wrong"),
        (GOOD.replace("B2", "订单"), "row_order_id_wrong"),
        (GOOD.replace("wechat", "paypal"), "row_wallet_unknown"),
        (GOOD.replace("4200001234202611220000000002", "42 00"), "row_wallet_order_id_wrong"),
        (GOOD.replace("2599", "25.99"), "row_amount_wrong"),
        (GOOD.replace("2599", "0"), "row_amount_wrong"),
        (GOOD.replace("2599", "-1"), "row_amount_wrong"),
        (GOOD.replace("2599", "２５９９"), "row_amount_wrong"),
        (GOOD.replace("2599", "1e3"), "row_amount_wrong"),
        (GOOD.replace("2599", "100000001"), "row_amount_wrong"),
        (GOOD.replace("2026-11-22T10:00:00+08:00", "22.11.2026"), "row_time_wrong"),
        (GOOD.replace("2026-11-22T10:00:00+08:00", "2026-11-22T10:00:00"), "row_time_without_zone"),
        (GOOD.replace("2026-11-22T10:00:00+08:00", "0001-01-01T00:00:00+14:00"), "row_time_impossible"),
        (GOOD.replace("2026-11-22T10:00:00+08:00", ""), "row_paid_at_missing"),
        (GOOD.replace("PAID", "PARTLY_REFUNDED"), "row_state_unknown"),
        (GOOD.replace("PAID", ""), "row_state_unknown"),
        (GOOD.replace("2026-11-22", "1999-11-22"), "row_time_impossible"),
        (GOOD.replace("2026-11-22", "2026-11-25"), "row_time_impossible"),
        (GOOD.replace("openid-1", "o" * 129), "row_payer_id_too_long"),
        (GOOD.replace("openid-1", "o\x001"), "row_zero_byte"),
        (GOOD.replace("B2", WECHAT_DIGITS), "row_order_id_is_code"),
        (GOOD.replace("B2", "B4") + "\n" + GOOD, "row_wallet_order_id_taken"),
        (GOOD + ",one,too many", "row_cells_too_many"),
        ("B2", "row_state_unknown"),
    ],
)
def test_a_bad_row_is_named_with_line_and_cause_and_the_good_ones_stay(
    imported: Import, desk: OrdersDesk, row: str, code: str
) -> None:
    report = imported(OTHER, row)
    last_line = 3 + row.count("\n")
    assert [(line, cause) for line, _order, cause in problems(report)] == [(last_line, code)]
    assert (report.read - report.kept, WECHAT_DIGITS in repr(report)) == (1, False)
    assert desk.show("B3").amount == Money(100)


def test_strict_keeps_nothing_when_one_row_is_bad(imported: Import, ledger: Ledger) -> None:
    report = imported(OTHER, GOOD.replace("2599", "x"), strict=True)
    assert (report.read, report.kept, report.unchanged) == (2, 0, 0)
    assert problems(report) == [(3, "B2", "row_amount_wrong")]
    assert ledger.order("B3") is None
    with reading(ledger._engine) as connection:
        kept = connection.exec_driver_sql("SELECT count(*) FROM book WHERE kind='orders_kept'").scalar_one()
    assert kept == 1, "only the sample order's own entry"


def test_strict_keeps_everything_when_every_row_is_good(imported: Import, desk: OrdersDesk) -> None:
    assert imported(OTHER, GOOD, strict=True).kept == 2
    assert desk.show("B2").order_id == "B2"


def test_a_row_that_contradicts_the_books_is_a_conflict(imported: Import, desk: OrdersDesk) -> None:
    imported(GOOD)
    report = imported(GOOD.replace("2599", "2600"))
    assert problems(report) == [(2, "B2", "row_conflict")]
    assert desk.show("B2").amount == Money(2_599)


def test_an_order_twice_in_one_file_is_the_same_or_a_conflict(imported: Import) -> None:
    report = imported(GOOD, GOOD, GOOD.replace("2599", "2600"))
    assert (report.kept, report.unchanged) == (1, 1)
    assert problems(report) == [(4, "B2", "row_conflict")]


@pytest.mark.parametrize("told", ["CANCELLED", "CLOSED", "cancelled"])
@pytest.mark.parametrize("paid_at", ["2026-11-22T10:00:00+08:00", ""])
def test_a_cancelled_sale_is_kept_as_cancelled_paid_or_not(
    imported: Import, desk: OrdersDesk, told: str, paid_at: str
) -> None:
    row = GOOD.replace("PAID", told).replace("2026-11-22T10:00:00+08:00", paid_at)
    assert imported(row).problems == []
    order = desk.show("B2")
    assert (order.state, order.cancelled_at, order.cancelled_why) == (OrderState.CANCELLED, NOW, told.upper())


def test_a_sale_that_was_not_paid_needs_no_time(imported: Import, desk: OrdersDesk) -> None:
    row = GOOD.replace("PAID", "UNPAID").replace("2026-11-22T10:00:00+08:00", "")
    assert imported(row).problems == []
    assert (desk.show("B2").state, desk.show("B2").paid_at) == (OrderState.UNPAID, None)


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_does_not_disturb(imported: Import, coding: str) -> None:
    assert imported(GOOD, coding=coding).kept == 1


def test_columns_may_come_in_any_order_and_further_ones_are_kept(imported: Import, desk: OrdersDesk) -> None:
    header = "till,备注," + ",".join(HEADER)
    imported("3,红色," + GOOD, header=header)
    assert desk.show("B2").extra == {"till": "3", "备注": "红色"}


def test_cells_may_hold_commas_and_line_breaks_in_quotation_marks(imported: Import, desk: OrdersDesk) -> None:
    report = imported(
        '"red,\nlarge",' + GOOD, "x," + OTHER.replace("100", "0"), header="note," + ",".join(HEADER)
    )
    assert desk.show("B2").extra == {"note": "red,\nlarge"}
    assert problems(report) == [(4, "B3", "row_amount_wrong")]


def fault_of(desk: OrdersDesk, path: Path) -> UsageFault:
    with pytest.raises(UsageFault) as caught:
        desk.import_csv(path, strict=False)
    return caught.value


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "orders_file_lacks_columns"),
        (b"order_id,wallet\nB2,wechat\n", "orders_file_lacks_columns"),
        (f"{','.join(HEADER)},amount_fen\n".encode(), "orders_file_columns_twice"),
        (f"备注,{','.join(HEADER)}\n红色,{GOOD}\n".encode("gbk"), "orders_file_not_utf8"),
        (f"{','.join(HEADER)}\n{GOOD}\n".encode("utf-16"), "orders_file_not_utf8"),
        (f'{",".join(HEADER)}\n{GOOD}\n"never closed'.encode(), "orders_file_not_csv"),
        (f"{','.join(HEADER)}\n{GOOD}\n{'x' * 200_000},".encode(), "orders_file_not_csv"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_keeps_nothing(
    desk: OrdersDesk, ledger: Ledger, tmp_path: Path, content: bytes, code: str
) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    assert fault_of(desk, path).code == code
    assert ledger.order("B2") is None


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (f'{",".join(HEADER)}\n{GOOD}\n"never closed\n{OTHER}\n{OTHER}\n'.encode(), 3),
        (f'"never closed,{",".join(HEADER)}\n{GOOD}\n'.encode(), 1),
        (f"{','.join(HEADER)}\n{GOOD}\n{OTHER}".encode() + b"\xff\n", 3),
    ],
)
def test_the_line_that_spoils_a_file_is_named(
    desk: OrdersDesk, tmp_path: Path, content: bytes, line: int
) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    assert fault_of(desk, path).details["line"] == line


def test_a_taken_number_names_the_order_that_holds_it(imported: Import) -> None:
    [problem] = imported(GOOD, GOOD.replace("B2", "B4")).problems
    assert problem.cause.details["holder"] == "B2"


def test_the_progress_of_an_import_is_told(desk: OrdersDesk, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([",".join(HEADER), GOOD, OTHER, ""]))
    told: list[int] = []
    desk.import_csv(path, strict=False, on_rows=told.append)
    assert told == [2]


def test_the_missing_columns_are_named(desk: OrdersDesk, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(",".join(name for name in HEADER if name not in ("state", "paid_at")))
    assert fault_of(desk, path).details["missing"] == "paid_at, state"


def test_a_missing_file_and_a_folder_are_told(desk: OrdersDesk, tmp_path: Path) -> None:
    assert fault_of(desk, tmp_path / "none.csv").code == "orders_file_missing"
    assert fault_of(desk, tmp_path).code == "orders_file_not_a_file"


def test_a_file_larger_than_a_shops_year_is_some_other_file(desk: OrdersDesk, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    with path.open("wb") as file:
        file.truncate(256 * 1024 * 1024 + 1)
    assert fault_of(desk, path).code == "orders_file_too_large"


def test_an_unknown_order_is_a_fault_that_never_repeats_a_payment_code(desk: OrdersDesk) -> None:
    for number in ("B9", WECHAT_DIGITS):
        with pytest.raises(UsageFault) as caught:
            desk.show(number)
        assert caught.value.code == "order_unknown"
        assert WECHAT_DIGITS not in str(caught.value)
