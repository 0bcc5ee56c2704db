"""How a reply travels, seen from the client's socket."""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from scanrefund.sandbox.delivery import BODY_BYTES_MAX
from scanrefund.sandbox.server import Running
from scanrefund.sandbox.spoken import Call
from tests.unit.sandbox.conftest import TIMEOUT_S, Send
from tests.unit.sandbox.merchants import WechatMerchant


class Raw:
    """A bare socket with one call on it."""

    def __init__(self, base_url: str, call: Call) -> None:
        where = urlsplit(base_url)
        assert where.hostname
        assert where.port
        self.socket = socket.create_connection((where.hostname, where.port), TIMEOUT_S)
        headers = {**call.headers, "host": "127.0.0.1", "content-length": str(len(call.body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.socket.sendall(f"{call.method} {call.target} HTTP/1.1\r\n{head}\r\n".encode() + call.body)

    def read_all(self) -> bytes:
        """Everything until the other end closes; a reset counts as the end."""
        got = bytearray()
        with self.socket:
            try:
                while chunk := self.socket.recv(65_536):
                    got += chunk
            except ConnectionResetError:
                pass
        return bytes(got)


@pytest.fixture
def shop(running: Running, http: requests.Session) -> Shop:
    return Shop(running, http)


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the server would have written on standard error."""
    return [record.getMessage() for record in caplog.records if record.levelname in {"WARNING", "ERROR"}]


class Shop:
    """A WeChat merchant with one order."""

    def __init__(self, running: Running, http: requests.Session) -> None:
        self.base_url, self.http = running.base_url, http
        self.merchant = WechatMerchant(running.folder)
        self.order = self.control("POST", "orders", wallet="wechat", amount_fen=1000)

    def control(self, method: str, name: str, **body: Any) -> Any:
        url = f"{self.base_url}/sandbox/{name}"
        return self.http.request(method, url, json=body or None, timeout=TIMEOUT_S).json()

    def refund_with(self, fault: str, **extra: Any) -> Call:
        self.control("POST", "faults", wallet="wechat", on="refund", fault=fault, **extra)
        return self.merchant.refund(self.order, "R1", 300)

    def made(self) -> int:
        return len(self.control("GET", "refunds"))


@pytest.mark.parametrize(("fault", "made"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_call_gets_not_a_single_byte(
    shop: Shop, fault: str, made: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert Raw(shop.base_url, shop.refund_with(fault)).read_all() == b""
    assert shop.made() == made
    assert complaints(caplog) == []


def test_a_truncated_answer_promises_more_than_it_brings(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    head, _, body = Raw(shop.base_url, shop.refund_with("truncated")).read_all().partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    assert len(body) == length // 2
    assert complaints(caplog) == []


def test_a_delayed_answer_is_late_but_right(shop: Shop, send: Send) -> None:
    reply = send(shop.refund_with("delay", delay_s=0.2))
    assert shop.merchant.open(reply)["status"] == "PROCESSING"


def test_a_delayed_answer_leaves_others_unharmed_and_nobody_waits_for_it(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    Raw(shop.base_url, shop.refund_with("delay", delay_s=120)).socket.close()
    assert shop.control("GET", "orders")
    assert complaints(caplog) == []


def test_a_dripping_answer_arrives_byte_by_byte(shop: Shop, send: Send) -> None:
    reply = send(shop.refund_with("slow_drip", delay_s=0.0005))
    assert shop.merchant.open(reply)["status"] == "PROCESSING"


def test_a_dripping_answer_nobody_waits_for_does_not_hold_up_the_end(
    shop: Shop, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with Raw(shop.base_url, shop.refund_with("slow_drip", delay_s=120)).socket as wire:
        assert wire.recv(12) == b"HTTP/1.1 200"
        running.stop()
        assert not running.is_serving
    assert complaints(caplog) == []


def test_an_ordinary_answer_looks_like_wechats(shop: Shop, send: Send) -> None:
    reply = send(shop.merchant.refund(shop.order, "R1", 300))
    headers = dict(reply.headers)
    assert (headers["server"], headers["content-type"]) == ("nginx", "application/json; charset=utf-8")
    assert headers["request-id"].endswith("-0")
    assert headers["content-length"] == str(len(reply.body))


def test_a_body_beyond_any_call_is_refused_unread(shop: Shop, send: Send) -> None:
    huge = Call("POST", "/v3/refund/domestic/refunds", {}, b" " * (BODY_BYTES_MAX + 1))
    assert send(huge).status == 413


@pytest.mark.parametrize("path", ["/", "/v3/bill", "/v3/pay", "/v3/nothing", "/sandbox/nothing", "/docs"])
def test_an_unknown_path_is_404_and_empty(send: Send, path: str) -> None:
    for method in ("GET", "POST"):
        reply = send(Call(method, path, {}, b""))
        assert (reply.status, reply.body) == (404, b"")


def test_an_answer_on_a_kept_connection_is_followed_by_the_next(shop: Shop, send: Send) -> None:
    for number in ("R1", "R2", "R3"):
        reply = send(shop.merchant.refund(shop.order, number, 1))
        assert json.loads(reply.body)["out_refund_no"] == number


def test_the_second_half_of_an_answer_does_not_wait_for_an_acknowledgement(
    running: Running, http: requests.Session
) -> None:
    http.get(f"{running.base_url}/sandbox/orders", timeout=TIMEOUT_S)
    (connection,) = running._house.server_state.connections
    wire = connection.transport.get_extra_info("socket")
    assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize(
    ("path", "status"), [("/sandbox/refunds", b"200"), ("/nothing", b"404"), ("", b"404")]
)
def test_a_whole_address_as_target_is_taken_by_its_path(running: Running, path: str, status: bytes) -> None:
    place = urlsplit(running.base_url)
    with socket.create_connection((place.hostname, place.port or 0), TIMEOUT_S) as wire:
        head = f"GET {running.base_url}{path} HTTP/1.1\r\nHost: {place.netloc}\r\nConnection: close\r\n\r\n"
        wire.sendall(head.encode())
        assert wire.recv(64).split()[1] == status
