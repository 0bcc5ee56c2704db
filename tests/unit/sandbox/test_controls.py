"""The rehearsal controls over HTTP: exactly the contract's fields, and clear refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from scanrefund.sandbox.server import Running
from tests.unit.sandbox.conftest import TIMEOUT_S, Send
from tests.unit.sandbox.merchants import AlipayMerchant, WechatMerchant

ORDER_FIELDS = {"wallet", "order_id", "wallet_order_id", "payer_id", "amount_fen", "paid_at", "state"}
REFUND_FIELDS = {"wallet", "order_id", "refund_id", "wallet_refund_id", "amount_fen", "status"} | {
    "times_sent",
    "times_asked",
}
Control = Callable[..., requests.Response]


@pytest.fixture
def control(running: Running, http: requests.Session) -> Control:
    def carry(method: str, name: str, **body: Any) -> requests.Response:
        url = f"{running.base_url}/sandbox/{name}"
        return http.request(method, url, json=body if method == "POST" else None, timeout=TIMEOUT_S)

    return carry


def test_an_order_is_made_with_defaults_and_listed(control: Control) -> None:
    order = control("POST", "orders", wallet="wechat", amount_fen=1000).json()
    assert order.keys() == ORDER_FIELDS
    assert order["state"] == "paid"
    assert order["paid_at"].endswith("+08:00")
    assert control("GET", "orders").json() == [order]


def test_an_order_keeps_what_was_said_of_it(control: Control) -> None:
    said = {"order_id": "T-1", "paid_at": "2026-01-02T03:04:05+08:00", "payer": "Li", "amount_fen": 7}
    order = control("POST", "orders", wallet="alipay", **said).json()
    assert (order["order_id"], order["paid_at"], order["amount_fen"]) == ("T-1", said["paid_at"], 7)
    assert order["wallet_order_id"].startswith("2026010222001")
    again = control("POST", "orders", wallet="alipay", payer="Li", amount_fen=1).json()
    assert again["payer_id"] == order["payer_id"]


def test_an_order_number_is_used_once_per_wallet(control: Control) -> None:
    assert control("POST", "orders", wallet="wechat", amount_fen=1, order_id="T-1").status_code == 200
    assert control("POST", "orders", wallet="alipay", amount_fen=1, order_id="T-1").status_code == 200
    assert control("POST", "orders", wallet="wechat", amount_fen=1, order_id="T-1").status_code == 409


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"amount_fen": 0}, "amount_fen"),
        ({"amount_fen": 1.5}, "amount_fen"),
        ({"amount_fen": "1"}, "amount_fen"),
        ({"amount_fen": 100_000_001}, "amount_fen"),
        ({"wallet": "cash"}, "wallet"),
        ({"state": "cancelled"}, "state"),
        ({"order_id": "a b"}, "order_id"),
        ({"order_id": "x" * 33}, "order_id"),
        ({"paid_at": "2026-01-02T03:04:05"}, "paid_at"),
        ({"paid_at": "1970-01-01T00:00:00Z"}, "paid_at"),
        ({"state": "unpaid", "paid_at": "2026-01-02T03:04:05Z"}, "paid_at"),
        ({"fault": "nonsense"}, "fault"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_wrong_order_is_refused_by_field(control: Control, body: dict[str, Any], word: str) -> None:
    answer = control("POST", "orders", **{"wallet": "wechat", "amount_fen": 1, **body})
    assert answer.status_code == 400
    assert word in answer.json()["error"]
    assert control("GET", "orders").json() == []


def test_the_export_has_the_desks_columns_and_states(control: Control) -> None:
    for state in ("paid", "unpaid", "closed"):
        control("POST", "orders", wallet="wechat", amount_fen=5, order_id=state, state=state)
    lines = control("GET", "orders.csv").text.splitlines()
    assert lines[0] == "order_id,wallet,wallet_order_id,amount_fen,paid_at,state,payer_id"
    rows = [line.split(",") for line in lines[1:]]
    assert [(row[0], row[5], bool(row[4])) for row in rows] == [
        ("paid", "PAID", True),
        ("unpaid", "UNPAID", False),
        ("closed", "CANCELLED", False),
    ]


def test_the_refunds_are_the_wallets_truth(control: Control, running: Running, send: Send) -> None:
    control("POST", "faults", wallet="wechat", on="refund", fault="processing")
    for wallet, shop in (
        ("wechat", WechatMerchant(running.folder)),
        ("alipay", AlipayMerchant(running.folder)),
    ):
        order = control("POST", "orders", wallet=wallet, amount_fen=1000).json()
        send(shop.refund(order, f"R-{wallet}", 300))
        send(shop.refund(order, f"R-{wallet}", 300))
        send(shop.ask(order, f"R-{wallet}"))
    refunds = control("GET", "refunds").json()
    assert [refund.keys() for refund in refunds] == [REFUND_FIELDS, REFUND_FIELDS]
    assert [(one["refund_id"], one["amount_fen"], one["status"]) for one in refunds] == [
        ("R-wechat", 300, "PROCESSING"),
        ("R-alipay", 300, "SUCCESS"),
    ]
    assert [(one["times_sent"], one["times_asked"]) for one in refunds] == [(2, 1), (2, 1)]


def test_the_clock_and_the_settling_bring_refunds_to_their_end(
    control: Control, running: Running, send: Send
) -> None:
    shop = WechatMerchant(running.folder)
    order = control("POST", "orders", wallet="wechat", amount_fen=1000).json()
    send(shop.refund(order, "R1", 1))
    assert control("POST", "clock", advance_s=2).status_code == 200
    control("POST", "faults", wallet="wechat", on="refund", fault="processing")
    send(shop.refund(order, "R2", 1))
    assert [one["status"] for one in control("GET", "refunds").json()] == ["SUCCESS", "PROCESSING"]
    assert control("POST", "settle").json() == {"settled": 1}
    assert [one["status"] for one in control("GET", "refunds").json()] == ["SUCCESS", "SUCCESS"]


@pytest.mark.parametrize("advance_s", [-1, "soon", 1e12])
def test_business_time_only_moves_on(control: Control, advance_s: object) -> None:
    assert control("POST", "clock", advance_s=advance_s).status_code == 400


def test_an_order_may_bring_its_fault(control: Control, running: Running, send: Send) -> None:
    shop = WechatMerchant(running.folder)
    order = control("POST", "orders", wallet="wechat", amount_fen=1000, fault="not_enough").json()
    other = control("POST", "orders", wallet="wechat", amount_fen=1000).json()
    assert send(shop.refund(other, "R1", 1)).status == 200
    assert [send(shop.refund(order, "R2", 1)).status for _ in range(2)] == [403, 200]


def test_a_fault_is_armed_and_disarmed(control: Control, running: Running, send: Send) -> None:
    shop = WechatMerchant(running.folder)
    order = control("POST", "orders", wallet="wechat", amount_fen=1000).json()
    armed = control("POST", "faults", wallet="wechat", on="any", fault="http_502").json()
    assert (armed["fault"], armed["times"]) == ("http_502", 1)
    assert control("DELETE", "faults").json() == {"disarmed": 1}
    assert send(shop.refund(order, "R1", 1)).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {"fault": "nonsense"},
        {"on": "certificates"},
        {"on": "bill", "fault": "abnormal"},
        {"on": "notice", "fault": "http_502"},
        {"on": "ask", "fault": "not_enough"},
        {"wallet": "alipay", "fault": "returned_to_merchant"},
        {"times": 0},
        {"delay_s": 0},
        {"delay_s": 1000},
    ],
)
def test_a_fault_that_could_never_fire_is_refused(control: Control, body: dict[str, Any]) -> None:
    answer = control("POST", "faults", **{"wallet": "wechat", "on": "refund", "fault": "delay", **body})
    assert answer.status_code == 400
    assert answer.json()["error"]
