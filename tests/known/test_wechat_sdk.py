"""wechatpayv3, another author's client of WeChat Pay, unmodified against the sandbox."""

from __future__ import annotations

import gzip
import hashlib
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from wechatpayv3 import WeChatPay, WeChatPayType, core, utils

from scanrefund.sandbox.server import Running, start
from scanrefund.sandbox.signing import new_key, private_pem
from tests.unit.sandbox.shop import listening_shop

TIMEOUT_S = 60


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


def test_it_closes_an_order_nobody_paid(wxpay: Any, order_id: str, running: Running) -> None:
    unpaid = control(running, "orders", wallet="wechat", amount_fen=1, state="unpaid")["order_id"]
    assert wxpay.close(unpaid) == (204, "")
    assert json.loads(wxpay.query(out_trade_no=unpaid)[1])["trade_state"] == "CLOSED"
    status, text = wxpay.close(order_id)
    assert (status, json.loads(text)["code"]) == (400, "ORDER_PAID")


def test_it_applies_again_for_an_abnormal_refund(wxpay: Any, order_id: str, running: Running) -> None:
    control(running, "faults", wallet="wechat", on="refund", fault="abnormal", order_id=order_id)
    _, first = refund(wxpay, order_id)
    control(running, "settle")
    card = {"bank_type": "ICBC_DEBIT", "bank_account": "6222020000005167", "real_name": "张三"}
    number = f"R-{order_id}"
    status, text = wxpay.abnormal_refund(first["refund_id"], number, "USER_BANK_CARD", **card)
    assert (status, json.loads(text)["status"]) == (200, "PROCESSING")
    control(running, "settle")
    assert json.loads(wxpay.query_refund(number)[1])["user_received_account"] == "工商银行借记卡5167"


@pytest.mark.parametrize("name", ["trade_bill", "fundflow_bill"])
def test_it_downloads_a_bill(wxpay: Any, running: Running, name: str) -> None:
    paid_at = datetime.now(UTC) - timedelta(days=3)
    told = control(running, "orders", wallet="wechat", amount_fen=1000, paid_at=paid_at.isoformat())
    day = datetime.fromisoformat(told["paid_at"]).date().isoformat()
    status, text = getattr(wxpay, name)(day)
    bill = json.loads(text)
    assert status == 200
    status, packed = wxpay.download_bill(bill["download_url"])
    content = gzip.decompress(packed)
    assert (status, hashlib.sha1(content).hexdigest()) == (200, bill["hash_value"])
    assert f"`{told['wallet_order_id']}," in content.decode()


def test_it_learns_that_a_day_has_no_bill(wxpay: Any) -> None:
    day = (datetime.now(UTC) - timedelta(days=40)).date().isoformat()
    status, text = wxpay.trade_bill(day)
    assert (status, json.loads(text)["code"]) == (400, "NO_STATEMENT_EXIST")


@pytest.mark.parametrize("mode", ["public_key", "certificate"])
def test_it_opens_the_notice_of_a_refund(running: Running, order_id: str, mode: str, tmp_path: Path) -> None:
    with listening_shop() as shop:
        if mode == "certificate":
            (tmp_path / "known.pem").write_bytes(
                (running.folder / "wechat/platform_certificate.pem").read_bytes()
            )
        wxpay = client(running, cert_dir=tmp_path if mode == "certificate" else None)
        wxpay._notify_url = shop.url
        refund(wxpay, order_id)
        control(running, "settle")
        assert shop.arrived.acquire(timeout=TIMEOUT_S)
        heard = shop.heard[0]
        notice = wxpay.callback(heard.headers, heard.body)
    assert (notice["event_type"], notice["resource"]["refund_status"]) == ("REFUND.SUCCESS", "SUCCESS")
    assert notice["resource"]["out_refund_no"] == f"R-{order_id}"


def test_it_does_not_believe_a_forged_notice(wxpay: Any, running: Running, order_id: str) -> None:
    with listening_shop() as shop:
        wxpay._notify_url = shop.url
        refund(wxpay, order_id)
        said = {"wallet": "wechat", "order_id": order_id, "refund_id": f"R-{order_id}", "do": "forge"}
        control(running, "notices", **said)
        assert shop.arrived.acquire(timeout=TIMEOUT_S)
        heard = shop.heard[0]
    assert wxpay.callback(heard.headers, heard.body) is None


def test_a_body_that_is_not_the_one_it_signed_is_refused(
    wxpay: Any, order_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = requests.post

    def change_on_the_way(url: str, **said: Any) -> requests.Response:
        said["json"]["amount"]["refund"] = 900
        return post(url, **said)

    monkeypatch.setattr(core.requests, "post", change_on_the_way)
    status, answer = refund(wxpay, order_id)
    assert (status, answer["code"], answer["detail"]["field"]) == (401, "SIGN_ERROR", "signature")


def test_it_follows_a_change_of_the_platform_certificate(tmp_path: Path) -> None:
    with start(tmp_path / "sandbox") as running:
        (tmp_path / "certs").mkdir()
        known = (running.folder / "wechat/platform_certificate.pem").read_bytes()
        (tmp_path / "certs" / "known.pem").write_bytes(known)
        wxpay = client(running, cert_dir=tmp_path / "certs")
        order_id = control(running, "orders", wallet="wechat", amount_fen=1000)["order_id"]
        control(running, "keys", wallet="wechat", certificates="both")
        assert refund(wxpay, order_id)[0] == 200
        assert len(wxpay._core._certificates) == 2


def test_it_fetches_the_platform_certificate_and_trusts_it(running: Running, tmp_path: Path) -> None:
    known = (running.folder / "wechat/platform_certificate.pem").read_bytes()
    (tmp_path / "known.pem").write_bytes(known)
    wxpay = client(running, cert_dir=tmp_path)
    wxpay._core._update_certificates()
    assert [path.read_bytes() for path in tmp_path.glob("*.pem")] == [known, known]
    assert wxpay.query_refund("NONE")[0] == 404
