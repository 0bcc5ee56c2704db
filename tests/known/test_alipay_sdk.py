"""python-alipay-sdk, another author's client of Alipay, unmodified against the sandbox.

Every story twice: with plain keys and with certificates.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import alipay
import pytest
import requests
from alipay.exceptions import AliPayException, AliPayValidationError
from alipay.utils import AliPayConfig

from scanrefund.sandbox.server import Running, start
from scanrefund.sandbox.signing import new_key, private_pem
from tests.unit.sandbox.shop import listening_shop

TIMEOUT_S = 60


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with start(tmp_path_factory.mktemp("alipay"), pace="real") as served:
        yield served


def read(running: Running, name: str) -> str:
    return (running.folder / "alipay" / name).read_text()


def app_id(running: Running) -> str:
    return str(json.loads((running.folder / "sandbox.json").read_text())["alipay"]["app_id"])


def with_keys(running: Running, key: str | None = None) -> Any:
    made = alipay.AliPay(
        appid=app_id(running),
        app_private_key_string=key or read(running, "app_private_key.pem"),
        alipay_public_key_string=read(running, "alipay_public_key.pem"),
        config=AliPayConfig(timeout=TIMEOUT_S),
    )
    made._gateway = f"{running.base_url}/gateway.do"
    return made


def with_certificates(running: Running) -> Any:
    made = alipay.DCAliPay(
        appid=app_id(running),
        app_private_key_string=read(running, "app_private_key.pem"),
        app_public_key_cert_string=read(running, "app_cert.crt"),
        alipay_public_key_cert_string=read(running, "alipay_cert.crt"),
        alipay_root_cert_string=read(running, "alipay_root_cert.crt"),
    )
    made._gateway = f"{running.base_url}/gateway.do"
    return made


@pytest.fixture(params=[with_keys, with_certificates])
def client(running: Running, request: pytest.FixtureRequest) -> Any:
    return request.param(running)


def control(running: Running, name: str, **body: Any) -> Any:
    return requests.post(f"{running.base_url}/sandbox/{name}", json=body, timeout=TIMEOUT_S).json()


@pytest.fixture
def order_id(running: Running) -> str:
    return str(control(running, "orders", wallet="alipay", amount_fen=1000)["order_id"])


def refund(client: Any, order_id: str, yuan: str = "3.00", number: str = "Q1") -> dict[str, Any]:
    answer: dict[str, Any] = client.api_alipay_trade_refund(
        yuan, out_trade_no=order_id, out_request_no=number, refund_reason="尺码不合适"
    )
    return answer


def test_it_refunds_repeats_and_asks(client: Any, order_id: str) -> None:
    first = refund(client, order_id)
    assert (first["code"], first["fund_change"]) == ("10000", "Y")
    assert refund(client, order_id)["fund_change"] == "N"
    found = client.api_alipay_trade_fastpay_refund_query("Q1", out_trade_no=order_id)
    assert (found["refund_status"], found["refund_amount"]) == ("REFUND_SUCCESS", "3.00")


def test_it_is_refused_another_amount_under_the_same_number(client: Any, order_id: str) -> None:
    refund(client, order_id)
    assert refund(client, order_id, yuan="2.00")["sub_code"] == "ACQ.DISCORDANT_REPEAT_REQUEST"


def test_it_is_held_to_the_pause_between_refunds(client: Any, order_id: str, running: Running) -> None:
    refund(client, order_id)
    assert refund(client, order_id, number="Q2")["code"] == "40005"
    control(running, "clock", advance_s=4)
    assert refund(client, order_id, number="Q2")["fund_change"] == "Y"


def test_it_finds_the_order_by_both_numbers(client: Any, order_id: str) -> None:
    order = client.api_alipay_trade_query(out_trade_no=order_id)
    assert (order["trade_status"], order["total_amount"]) == ("TRADE_SUCCESS", "10.00")
    assert client.api_alipay_trade_query(trade_no=order["trade_no"]) == order


def test_it_learns_that_a_refund_does_not_exist(client: Any, order_id: str) -> None:
    nothing = client.api_alipay_trade_fastpay_refund_query("NONE", out_trade_no=order_id)
    assert nothing == {"code": "10000", "msg": "Success"}


def test_it_closes_what_nobody_paid(client: Any, running: Running) -> None:
    order = control(running, "orders", wallet="alipay", amount_fen=1000, state="unpaid")
    closed = client.api_alipay_trade_close(out_trade_no=order["order_id"])
    assert (closed["code"], closed["trade_no"]) == ("10000", order["wallet_order_id"])
    assert client.api_alipay_trade_query(out_trade_no=order["order_id"])["trade_status"] == "TRADE_CLOSED"


def test_it_may_not_close_what_was_paid(client: Any, order_id: str) -> None:
    assert client.api_alipay_trade_close(out_trade_no=order_id)["sub_code"] == "ACQ.TRADE_STATUS_ERROR"


def test_it_cancels(client: Any, order_id: str) -> None:
    cancelled = client.api_alipay_trade_cancel(out_trade_no=order_id)
    assert (cancelled["action"], cancelled["retry_flag"]) == ("refund", "N")
    unknown = client.api_alipay_trade_cancel(out_trade_no="NONE")
    assert unknown == {"code": "10000", "msg": "Success", "out_trade_no": "NONE", "retry_flag": "N"}


def test_it_gets_a_bill_whose_rows_are_its_refunds(client: Any, order_id: str, running: Running) -> None:
    refund(client, order_id)
    day = datetime.fromisoformat(control(running, "clock", advance_s=0)["now"])
    control(running, "clock", advance_s=2 * 86_400)
    said = {"bill_type": "trade", "bill_date": day.strftime("%Y-%m-%d")}
    found = client.server_api("alipay.data.dataservice.bill.downloadurl.query", said)
    with zipfile.ZipFile(
        io.BytesIO(requests.get(found["bill_download_url"], timeout=TIMEOUT_S).content)
    ) as bill:
        names = {entry.orig_filename.encode("cp437").decode("gbk"): entry for entry in bill.infolist()}
        detail = next(entry for name, entry in names.items() if name.endswith("_业务明细.csv"))
        rows = bill.read(detail).decode("gb18030").splitlines()
    mine = [row.split(",") for row in rows if f"{order_id}\t" in row]
    assert [(row[2].strip(), row[12]) for row in mine] == [("交易", "10.00"), ("退款", "-3.00")]


def test_it_verifies_the_notice_of_a_refund(client: Any, running: Running) -> None:
    with listening_shop() as shop:
        shop.answers = [(200, b"success")]
        order = control(running, "orders", wallet="alipay", amount_fen=1000, notify_url=shop.url)
        refund(client, order["order_id"])
        assert shop.arrived.acquire(timeout=TIMEOUT_S)
        told = dict(parse_qsl(shop.heard[0].body.decode()))
    signature = told.pop("sign")
    assert (told["trade_status"], told["refund_fee"], told["out_biz_no"]) == ("TRADE_SUCCESS", "3.00", "Q1")
    assert client.verify(dict(told), signature)
    assert not client.verify({**told, "refund_fee": "9.00"}, signature)


def test_another_apps_key_is_refused(running: Running, order_id: str) -> None:
    stranger = with_keys(running, key=private_pem(new_key()).decode())
    answer = refund(stranger, order_id)
    assert (answer["code"], answer["sub_code"]) == ("40002", "isv.invalid-signature")


def test_a_body_that_was_changed_after_signing_is_refused(
    client: Any, order_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign = client.sign_data
    monkeypatch.setattr(client, "sign_data", lambda data: sign(data).replace("3.00", "9.00"))
    assert refund(client, order_id)["sub_code"] == "isv.invalid-signature"
    monkeypatch.undo()
    unknown = client.api_alipay_trade_fastpay_refund_query("Q1", out_trade_no=order_id)
    assert unknown == {"code": "10000", "msg": "Success"}


def test_an_unknown_app_is_answered_without_a_signature(running: Running, order_id: str) -> None:
    stranger = with_keys(running)
    stranger._appid = "9021000000000000"
    with pytest.raises(AliPayException, match=r"isv\.invalid-app-id"):
        refund(stranger, order_id)


def test_a_clock_that_is_six_minutes_off_is_refused(
    client: Any, order_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now().astimezone()

    class SlowClock:
        @staticmethod
        def now() -> datetime:
            return now - timedelta(minutes=6)

    monkeypatch.setattr(alipay, "datetime", SlowClock)
    assert refund(client, order_id)["sub_code"] == "isv.invalid-timestamp"


def test_it_does_not_believe_an_answer_that_is_not_signed_right(
    running: Running, client: Any, order_id: str
) -> None:
    control(running, "faults", wallet="alipay", on="refund", fault="bad_signature")
    with pytest.raises(AliPayValidationError):
        refund(client, order_id)
    control(running, "faults", wallet="alipay", on="refund", fault="unsigned")
    with pytest.raises(AliPayException):
        refund(client, order_id)
