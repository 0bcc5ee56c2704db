"""wechatpayv3, another author's client of WeChat Pay, unmodified against the sandbox."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from wechatpayv3 import WeChatPay, WeChatPayType, utils

from scanrefund.sandbox.server import Running, start
from scanrefund.sandbox.signing import new_key, private_pem

TIMEOUT_S = 10


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with start(tmp_path_factory.mktemp("wechat"), pace="real") as served:
        yield served


def client(running: Running, key: str | None = None, cert_dir: Path | None = None) -> Any:
    """The SDK, pointed here; with `cert_dir` in platform-certificate mode, else in public-key mode."""
    files, ids = (
        running.folder / "wechat",
        json.loads((running.folder / "sandbox.json").read_text())["wechat"],
    )
    by_key = {
        "public_key": (files / "wechatpay_public_key.pem").read_text(),
        "public_key_id": ids["wechatpay_public_key_id"],
    }
    made = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=ids["mchid"],
        appid=ids["appid"],
        private_key=key or (files / "merchant_private_key.pem").read_text(),
        cert_serial_no=ids["merchant_serial_no"],
        apiv3_key=ids["apiv3_key"],
        notify_url="http://127.0.0.1:9/notice",
        timeout=(TIMEOUT_S, TIMEOUT_S),
        **({"cert_dir": str(cert_dir)} if cert_dir else by_key),
    )
    made._core._gate_way = running.base_url
    return made


@pytest.fixture
def wxpay(running: Running) -> Any:
    return client(running)


def control(running: Running, name: str, **body: Any) -> Any:
    return requests.post(f"{running.base_url}/sandbox/{name}", json=body, timeout=TIMEOUT_S).json()


@pytest.fixture
def order_id(running: Running) -> str:
    return str(control(running, "orders", wallet="wechat", amount_fen=1000)["order_id"])


def refund(wxpay: Any, order_id: str, fen: int = 300, number: str = "") -> tuple[int, dict[str, Any]]:
    amount = {"refund": fen, "total": 1000, "currency": "CNY"}
    status, text = wxpay.refund(
        out_refund_no=number or f"R-{order_id}", amount=amount, out_trade_no=order_id, reason="尺码不合适"
    )
    return status, json.loads(text)


def test_it_refunds_repeats_and_asks(wxpay: Any, order_id: str, running: Running) -> None:
    status, first = refund(wxpay, order_id)
    assert (status, first["status"]) == (200, "PROCESSING")
    _, again = refund(wxpay, order_id)
    assert again["refund_id"] == first["refund_id"]
    control(running, "clock", advance_s=3)
    status, text = wxpay.query_refund(f"R-{order_id}")
    assert (status, json.loads(text)["status"]) == (200, "SUCCESS")


def test_it_is_refused_another_amount_under_the_same_number(wxpay: Any, order_id: str) -> None:
    refund(wxpay, order_id)
    status, answer = refund(wxpay, order_id, fen=200)
    assert (status, answer["code"]) == (400, "INVALID_REQUEST")


def test_it_is_held_to_the_pause_between_refunds(wxpay: Any, order_id: str, running: Running) -> None:
    refund(wxpay, order_id)
    assert refund(wxpay, order_id, number=f"R2-{order_id}")[0] == 429
    control(running, "clock", advance_s=61)
    assert refund(wxpay, order_id, number=f"R2-{order_id}")[0] == 200


def test_it_finds_the_order_by_both_numbers(wxpay: Any, order_id: str) -> None:
    status, text = wxpay.query(out_trade_no=order_id)
    order = json.loads(text)
    assert (status, order["trade_state"], order["amount"]["total"]) == (200, "SUCCESS", 1000)
    assert json.loads(wxpay.query(transaction_id=order["transaction_id"])[1]) == order


def test_it_learns_that_a_refund_does_not_exist(wxpay: Any) -> None:
    status, text = wxpay.query_refund("NONE")
    assert (status, json.loads(text)["code"]) == (404, "RESOURCE_NOT_EXISTS")


def test_another_merchants_key_is_refused(running: Running, order_id: str) -> None:
    stranger = client(running, key=private_pem(new_key()).decode())
    status, answer = refund(stranger, order_id)
    assert (status, answer["code"], answer["message"]) == (401, "SIGN_ERROR", "签名错误")


def test_a_clock_that_is_six_minutes_off_is_refused(
    wxpay: Any, order_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()

    class SlowClock:
        @staticmethod
        def time() -> float:
            return now - 360

    monkeypatch.setattr(utils, "time", SlowClock)
    status, answer = refund(wxpay, order_id)
    assert (status, answer["code"]) == (401, "SIGN_ERROR")
    assert "5分钟" in answer["message"]


@pytest.mark.parametrize("fault", ["bad_signature", "unsigned"])
def test_it_does_not_believe_an_answer_that_is_not_signed_right(
    running: Running, wxpay: Any, order_id: str, fault: str
) -> None:
    control(running, "faults", wallet="wechat", on="refund", fault=fault)
    with pytest.raises(Exception, match=r"signature|does not support this algorithm"):
        refund(wxpay, order_id)


def test_it_fetches_the_platform_certificate_and_trusts_it(running: Running, tmp_path: Path) -> None:
    known = (running.folder / "wechat/platform_certificate.pem").read_bytes()
    (tmp_path / "known.pem").write_bytes(known)
    wxpay = client(running, cert_dir=tmp_path)
    wxpay._core._update_certificates()
    assert [path.read_bytes() for path in tmp_path.glob("*.pem")] == [known, known]
    assert wxpay.query_refund("NONE")[0] == 404
