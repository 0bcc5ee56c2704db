"""The customer's phone: what it shows, for how long, and that nothing keeps it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import requests
import zxingcpp
from PIL import Image

from scanrefund.sandbox.phone_screen import shown
from scanrefund.sandbox.server import Running
from tests.unit.sandbox.conftest import TIMEOUT_S, Wallets

Get = Callable[[str], requests.Response]


@pytest.fixture
def get(running: Running, http: requests.Session) -> Get:
    return lambda name: http.get(f"{running.base_url}/sandbox/phone/{name}", timeout=TIMEOUT_S)


@pytest.mark.parametrize(("wallet", "prefixes"), [("wechat", "10 11 12 13 14 15"), ("alipay", "28")])
def test_the_code_is_told_with_its_minute(get: Get, wallet: str, prefixes: str) -> None:
    answer = get(f"{wallet}/code.json")
    code = answer.json()
    assert code.keys() == {"digits", "issued_at", "expires_at"}
    assert len(code["digits"]) == 18
    assert code["digits"][:2] in prefixes.split()
    issued, expires = (datetime.fromisoformat(code[name]) for name in ("issued_at", "expires_at"))
    assert expires - issued == timedelta(seconds=60)
    assert answer.headers["cache-control"] == "no-store"


def test_the_code_lives_for_a_minute_of_business_time(wallets: Wallets) -> None:
    first = shown(wallets.store, "wechat")
    wallets.advance(first.expires_at - first.now)
    second = shown(wallets.store, "wechat")
    assert second.issued_at == first.expires_at
    assert second.digits != first.digits


def test_the_page_shows_the_picture_and_no_address_has_the_code(get: Get) -> None:
    digits = get("wechat/code.json").json()["digits"]
    page = get("wechat")
    assert "REHEARSAL" in page.text
    assert "wechat/code.png" in page.text
    assert digits not in page.text


def test_the_picture_carries_the_code_twice(get: Get) -> None:
    before = get("alipay/code.json").json()["digits"]
    picture = Image.open(io.BytesIO(get("alipay/code.png").content))
    after = get("alipay/code.json").json()["digits"]
    found = [one.text for one in zxingcpp.read_barcodes(picture)]
    # The minute may have turned between the two calls.
    assert found in ([before] * 2, [after] * 2)


def test_the_bill_carries_the_wallets_number(get: Get, running: Running, http: requests.Session) -> None:
    said = {"wallet": "wechat", "amount_fen": 1234}
    order = http.post(f"{running.base_url}/sandbox/orders", json=said, timeout=TIMEOUT_S).json()
    picture = Image.open(io.BytesIO(get(f"wechat/bill/{order['order_id']}.png").content))
    assert [one.text for one in zxingcpp.read_barcodes(picture)] == [order["wallet_order_id"]]
    assert get("alipay/bill/NONE.png").status_code == 404


def test_the_pages_parts_are_served_under_a_policy_that_lets_nothing_else_in(get: Get) -> None:
    page = get("alipay")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    for name, kind in (("phone.css", "text/css"), ("phone.js", "text/javascript")):
        assert f"/sandbox/phone/alipay/{name}" in page.text
        assert get(f"alipay/{name}").headers["content-type"].startswith(kind)
    assert get("alipay/phone.html").status_code == 400


@pytest.mark.parametrize("name", ["qr.png", "bars.png"])
def test_each_symbology_is_also_drawn_alone(get: Get, name: str) -> None:
    before = get("wechat/code.json").json()["digits"]
    picture = Image.open(io.BytesIO(get(f"wechat/{name}").content))
    after = get("wechat/code.json").json()["digits"]
    found = [one.text for one in zxingcpp.read_barcodes(picture)]
    assert found in ([before], [after])


def test_a_bill_that_is_not_there_is_404(get: Get) -> None:
    for name in ("bill/NONE.png", "bill/NONE.json", "bill/NONE/bars.png"):
        assert get(f"wechat/{name}").status_code == 404


def test_another_wallet_has_no_phone_here(get: Get) -> None:
    assert get("cash/code.json").status_code == 400


def test_the_code_does_not_print_itself(wallets: Wallets) -> None:
    code = shown(wallets.store, "wechat")
    assert code.digits not in repr(code)
