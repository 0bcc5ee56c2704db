"""The self test finds what is broken, names its cure, and survives what it looks at."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import segno

from scanrefund import readiness
from scanrefund.aftercare.printer import PrinterSettings
from scanrefund.errors import KeyFault
from scanrefund.http import Http
from scanrefund.keys import Keys
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.complaints import Complaints
from scanrefund.ledger.engine import LedgerSettings, open_engine, reading
from scanrefund.ledger.ledger import Ledger, Shop
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.outcome import Answer, OrderAnswer, OrderLook, PayerAnswer, PayerLook
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import Refund
from scanrefund.model.wallet import Wallet
from scanrefund.readiness import CHECKS, Check, Finding, Surroundings, examine, is_ready
from scanrefund.say.catalogue import LANGUAGES, Catalogue
from scanrefund.wallets.gateway import RefundGateway
from tests.unit.builders import ORDER, keep, reserve

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows keeps its own access lists")


class Gateway:
    """A wallet that answers every question about an order in one way."""

    account = "1900000001"

    def __init__(self, look: OrderLook, wallet: Wallet = Wallet.WECHAT) -> None:
        self.wallet = wallet
        self._look = look

    def order(self, order: Order) -> OrderAnswer:
        return OrderAnswer(self._look, code="told")

    def compose(self, order: Order, refund_id: str, amount: Money, reason: str) -> bytes:
        raise AssertionError("a self test refunds nothing")

    def payer_of_code(self, code: PaymentCode) -> PayerAnswer:
        return PayerAnswer(PayerLook.NOT_OFFERED)

    def send(self, refund: Refund) -> Answer:
        raise AssertionError("a self test sends nothing")

    def ask(self, refund: Refund) -> Answer:
        raise AssertionError("a self test has no refund to ask for")


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    home = tmp_path / "home"
    segno.make_qr("x").save(str(tmp_path / "frame0.png"), scale=4)
    gateways: dict[Wallet, RefundGateway] = {
        wallet: Gateway(OrderLook.NOT_FOUND, wallet) for wallet in Wallet
    }
    return Surroundings(
        home=home,
        shop=Shop("shop1", rehearsal=True),
        ledger=LedgerSettings(f"sqlite:///{home / 'ledger.sqlite3'}", 5),
        camera=str(tmp_path / "frame%d.png"),
        http=Http(),
        gateways=lambda: gateways,
        addresses={},
        now=lambda: NOW,
    )


def found(around: Surroundings, name: str) -> Finding:
    [check] = [check for check in CHECKS if check.name == name]
    return check.run(around)


def test_a_good_counter_is_ready(around: Surroundings) -> None:
    findings = examine(around)
    assert [finding.name for finding in findings if finding.ok is False] == []
    assert is_ready(findings)
    assert len({finding.name for finding in findings}) == len(CHECKS)


def test_what_is_known_is_not_looked_at_again(around: Surroundings) -> None:
    known = Finding("camera", ok=True, cause="looked_through")
    around = replace(around, camera="nothing there")
    told = {one.name: one for one in examine(around, {"camera": known})}
    assert (told["camera"], len(told)) == (known, len(CHECKS))


@POSIX
def test_a_data_folder_open_to_others_is_bad(around: Surroundings) -> None:
    around.home.mkdir()
    around.home.chmod(0o755)
    finding = found(around, "data_folder")
    assert (finding.ok, finding.cause) == (False, "open_to_others")
    assert finding.told("en")[1] == f"chmod 700 {around.home}"


@POSIX
def test_a_key_others_can_read_is_bad(around: Surroundings) -> None:
    Keys.open(around.home)
    (around.home / "keys" / "book.key").chmod(0o644)
    assert found(around, "keys").ok is False


def test_too_little_room_is_bad(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil._ntuple_diskusage(10**12, 10**12, 199_999_999)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: full)
    finding = found(around, "disk_space")
    assert (finding.ok, finding.cause) == (False, "short")
    assert "199 MB" in finding.told("en")[0]


def test_a_ledger_that_is_no_database_is_bad(around: Surroundings) -> None:
    around.home.mkdir()
    (around.home / "ledger.sqlite3").write_bytes(b"not a database" * 100)
    assert found(around, "ledger").ok is False


def test_the_ledgers_probe_is_taken_back(around: Surroundings) -> None:
    assert found(around, "ledger").ok
    engine = open_engine(around.ledger)
    with reading(engine) as connection:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars().all()
    engine.dispose()
    assert "orders" in names
    assert "readiness_probe" not in names


@pytest.mark.parametrize(
    ("age", "ok", "cause"),
    [
        (timedelta(seconds=90), True, "good"),
        (timedelta(minutes=3), None, "clerk"),
        (timedelta(days=8), None, "wallet_may_close"),
    ],
)
def test_a_refund_open_for_long_is_told_with_what_to_do(
    around: Surroundings, age: timedelta, ok: bool | None, cause: str
) -> None:
    ledger = Ledger.open(around.ledger, Keys.open(around.home), around.shop)
    keep(ledger, ORDER)
    reserve(ledger, now=NOW - age)
    ledger.close()
    finding = found(around, "open_refunds")
    assert (finding.ok, finding.cause, finding.gaps["count"]) == (ok, cause, 1)


def test_a_complaint_nobody_answered_in_time_is_told(around: Surroundings) -> None:
    keys = Keys.open(around.home)
    ledger = Ledger.open(around.ledger, keys, around.shop)
    keep(ledger, ORDER)
    refund_id, box = reserve(ledger).refund_id, Complaints(ledger, keys)
    box.note(refund_id, Hand("Wang", "rude"), NOW + timedelta(hours=1), NOW)
    assert found(around, "complaints").ok is True
    box.note(refund_id, Hand("Wang", "slow"), NOW - timedelta(hours=5), NOW - timedelta(days=1))
    ledger.close()
    finding = found(around, "complaints")
    assert (finding.ok, finding.cause) == (None, "overdue")
    assert finding.gaps == {"count": 1, "age_s": 5 * 3_600}


def test_the_decoders_read_the_built_in_code(around: Surroundings) -> None:
    assert found(around, "decoders").ok is True


def test_no_camera_is_advice(around: Surroundings) -> None:
    finding = found(replace(around, camera="no-such-video.avi"), "camera")
    assert (finding.ok, finding.cause) == (None, "camera_file_missing")
    assert is_ready([finding])


def test_a_camera_tells_the_size_of_its_pictures(around: Surroundings) -> None:
    finding = found(around, "camera")
    assert finding.ok is True
    assert "×" in finding.told("en")[0]


@pytest.mark.parametrize(
    ("look", "ok"),
    [(OrderLook.NOT_FOUND, True), (OrderLook.FOUND, True), (OrderLook.NOT_ASKED, False)],
)
def test_a_wallet_proves_keys_and_wire_by_a_signed_answer(
    around: Surroundings, look: OrderLook, *, ok: bool
) -> None:
    finding = found(replace(around, gateways=lambda: {Wallet.WECHAT: Gateway(look)}), "wallet_wechat")
    assert finding.ok is ok


def test_a_shop_may_do_without_one_wallet_but_not_without_any(around: Surroundings) -> None:
    one = replace(around, gateways=lambda: {Wallet.WECHAT: Gateway(OrderLook.NOT_FOUND)})
    assert found(one, "wallet_alipay").ok is True
    assert found(replace(around, gateways=dict), "wallet_alipay").ok is False


def test_a_key_file_that_is_gone_is_the_wallets_finding(around: Surroundings) -> None:
    def no_keys() -> Mapping[Wallet, RefundGateway]:
        raise KeyFault("key_damaged", path="x.pem")

    finding = found(replace(around, gateways=no_keys), "wallet_wechat")
    assert (finding.ok, finding.cause) == (False, "key_damaged")
    assert finding.told("en")[1]


class Clock(BaseHTTPRequestHandler):
    """A wallet server that only tells the time: NOW."""

    def do_GET(self) -> None:
        self.send_response(404)
        self.end_headers()

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(NOW.timestamp())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Clock)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.mark.parametrize(("off_s", "ok"), [(0, True), (60, True), (-61, False), (61, False)])
def test_a_clock_more_than_a_minute_off_is_bad(
    around: Surroundings, address: str, off_s: int, *, ok: bool
) -> None:
    then = NOW + timedelta(seconds=off_s)
    finding = found(replace(around, addresses={Wallet.WECHAT: address}, now=lambda: then), "clock")
    assert finding.ok is ok
    assert finding.gaps["off_s"] == abs(off_s)


def test_a_clock_that_cannot_be_compared_stops_nobody(around: Surroundings) -> None:
    finding = found(replace(around, addresses={Wallet.WECHAT: "http://127.0.0.1:1"}), "clock")
    assert (finding.ok, finding.cause) == (None, "not_compared")


def test_a_check_that_breaks_off_is_a_finding() -> None:
    def look(_around: Surroundings) -> readiness.Look:
        raise ZeroDivisionError

    finding = Check("decoders", look).run(None)  # type: ignore[arg-type]
    assert (finding.ok, finding.cause) == (False, "check_failed")
    assert "ZeroDivisionError" in finding.told("en")[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_check_and_every_finding_has_its_words(language: str) -> None:
    catalogue = Catalogue.load(language)
    for check in CHECKS:
        keys = [key for key in catalogue.texts if key.startswith(f"readiness.{check.name}.")]
        assert f"readiness.{check.name}.name" in keys
        assert f"readiness.{check.name}.good.detail" in keys
        bad = {key.split(".")[2] for key in keys if key.endswith(".detail")}
        cured = {key.split(".")[2] for key in keys if key.endswith(".cure")}
        assert bad - cured <= {"good", "looked_through", "not_compared", "not_looked", "not_set_up"}


@pytest.mark.parametrize(("days", "ok", "cause"), [(None, None, "none"), (1, True, "good"), (3, None, "old")])
def test_a_backup_that_is_old_or_missing_is_told(
    around: Surroundings, tmp_path: Path, days: int | None, *, ok: bool | None, cause: str
) -> None:
    folder = tmp_path / "backups"
    if days is not None:
        folder.mkdir()
        copy = folder / "daily-2026-11-20.sqlite3"
        copy.touch()
        made = (NOW - timedelta(days=days)).timestamp()
        os.utime(copy, (made, made))
    finding = found(replace(around, backups=folder), "backup")
    assert (finding.ok, finding.cause) == (ok, cause)
    assert ("scanrefund backup" in finding.told("en")[1]) is not ok


def test_a_printer_that_answers_prints_nothing_and_one_that_is_away_is_told(
    around: Surroundings,
) -> None:
    assert found(around, "printer").cause == "not_set_up"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        place = f"127.0.0.1:{listening.getsockname()[1]}"
        finding = found(replace(around, printer=PrinterSettings(place)), "printer")
        line, _ = listening.accept()
        with line:
            assert (finding.ok, finding.cause, line.recv(1)) == (True, "good", b"")
    away = found(replace(around, printer=PrinterSettings(place)), "printer")
    assert (away.ok, away.cause) == (None, "printer_away")
    assert place in away.told("en")[1]


@pytest.mark.parametrize(("hours", "cause"), [(1, "recent"), (25, "good")])
def test_a_fault_of_today_is_told_before_the_first_refund(
    around: Surroundings, hours: int, cause: str
) -> None:
    around.home.mkdir()
    log = around.home / "crash.log"
    log.touch()
    met = (NOW - timedelta(hours=hours)).timestamp()
    os.utime(log, (met, met))
    assert found(around, "faults").cause == cause


def test_the_network_is_told_apart_from_the_wallets_word(around: Surroundings, address: str) -> None:
    assert found(around, "network").cause == "not_set_up"
    there = found(replace(around, addresses={Wallet.WECHAT: address}), "network")
    assert (there.ok, there.cause) == (True, "good")
    away = found(replace(around, addresses={Wallet.ALIPAY: "http://127.0.0.1:1"}), "network")
    assert (away.ok, away.cause) == (None, "away")
    assert "Alipay" in away.told("en")[0]


def test_a_book_that_does_not_hold_is_bad(around: Surroundings) -> None:
    ledger = Ledger.open(around.ledger, Keys.open(around.home), around.shop)
    keep(ledger, ORDER)
    with ledger.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER book_no_update")
        connection.exec_driver_sql("UPDATE book SET facts='{}' WHERE number=1")
    ledger.close()
    finding = found(around, "books")
    assert (finding.ok, finding.cause, finding.gaps["number"]) == (False, "broken", 1)
