"""The self test of what stands around the counter: camera, printer, the wallets, their clock, the network."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from scanrefund.aftercare.printer import PrinterSettings
from scanrefund.errors import KeyFault
from scanrefund.model.outcome import OrderLook
from scanrefund.model.wallet import Wallet
from scanrefund.readiness import Surroundings, is_ready
from scanrefund.wallets.gateway import RefundGateway
from tests.unit.self_tested import NOW, Gateway, a_good_counter, found


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    return a_good_counter(tmp_path)


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


def test_the_network_is_told_apart_from_the_wallets_word(around: Surroundings, address: str) -> None:
    assert found(around, "network").cause == "not_set_up"
    there = found(replace(around, addresses={Wallet.WECHAT: address}), "network")
    assert (there.ok, there.cause) == (True, "good")
    away = found(replace(around, addresses={Wallet.ALIPAY: "http://127.0.0.1:1"}), "network")
    assert (away.ok, away.cause) == (None, "away")
    assert "Alipay" in away.told("en")[0]
