"""Bills: where they lie, whether they are whole, and that nothing unpacks without an end."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from datetime import date
from typing import Any

import pytest

from scanrefund.errors import NoAnswer
from scanrefund.http import HttpReply
from scanrefund.model.bill import BillAnswer, BillKind, BillLook
from scanrefund.wallets import unpacking
from scanrefund.wallets.alipay import AlipayGateway
from scanrefund.wallets.alipay_bills import BILL_URL
from scanrefund.wallets.reading import Unreadable
from scanrefund.wallets.unpacking import BILL_BYTES_MAX, gunzipped, unzipped
from scanrefund.wallets.wechat import WechatGateway
from tests.unit.wallets.pens import AlipayPen, ScriptedHttp, WechatPen
from tests.unit.wallets.refunds import NOW

DAY = date(2026, 11, 22)
CSV = "交易时间,微信订单号\n`2026-11-22 10:00:00,`42\n"
PLACE = {
    "hash_type": "SHA1",
    "hash_value": hashlib.sha1(CSV.encode()).hexdigest(),
    "download_url": "https://one.example/v3/billdownload/file?token=t%2B1&tartype=gzip",
}


@pytest.fixture(scope="module")
def wechat(tmp_path_factory: pytest.TempPathFactory) -> WechatPen:
    return WechatPen(tmp_path_factory.mktemp("wechat"))


@pytest.fixture(scope="module")
def alipay(tmp_path_factory: pytest.TempPathFactory) -> AlipayPen:
    return AlipayPen(tmp_path_factory.mktemp("alipay"))


def of_wechat(pen: WechatPen, http: ScriptedHttp, kind: BillKind = BillKind.TRADES) -> BillAnswer:
    return WechatGateway(pen.settings(), http, lambda: NOW).bill(DAY, kind)


def of_alipay(pen: AlipayPen, http: ScriptedHttp, kind: BillKind = BillKind.TRADES) -> BillAnswer:
    return AlipayGateway(pen.settings(), http, lambda: NOW).bill(DAY, kind)


def unsigned(body: bytes, status: int = 200) -> HttpReply:
    return HttpReply(status, {}, body, 1)


@pytest.mark.parametrize("packed", [gzip.compress(CSV.encode()), CSV.encode()], ids=["gzip", "plain"])
def test_wechats_bill_is_fetched_unpacked_and_compared_with_its_hash(
    wechat: WechatPen, packed: bytes
) -> None:
    http = ScriptedHttp(wechat.reply(200, PLACE), unsigned(packed))
    assert of_wechat(wechat, http) == BillAnswer(BillLook.FETCHED, (CSV,))
    (_, asked, _, _), (_, fetched, headers, _) = http.calls
    assert asked.endswith("/v3/bill/tradebill?bill_date=2026-11-22&bill_type=ALL&tar_type=GZIP")
    assert fetched == PLACE["download_url"]
    assert headers["Authorization"].startswith("WECHATPAY2-SHA256-RSA2048 ")


def test_the_fund_bill_is_that_of_the_basic_account(wechat: WechatPen) -> None:
    http = ScriptedHttp(wechat.reply(200, PLACE), unsigned(CSV.encode()))
    of_wechat(wechat, http, BillKind.FUNDS)
    assert "/v3/bill/fundflowbill?bill_date=2026-11-22&account_type=BASIC" in http.calls[0][1]


def test_a_bill_is_no_secret_of_the_log(wechat: WechatPen) -> None:
    answer = of_wechat(wechat, ScriptedHttp(wechat.reply(200, PLACE), unsigned(CSV.encode())))
    assert "2026-11-22" not in repr(answer)


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (unsigned(CSV.encode() + b"x"), "mismatch_hash"),
        (unsigned(gzip.compress(CSV.encode())[:-9]), "not_gzip"),
        (unsigned(b"", 404), "http_404"),
        (NoAnswer("truncated"), "truncated"),
    ],
)
def test_a_file_that_is_not_the_signed_one_is_not_taken(
    wechat: WechatPen, file: HttpReply | NoAnswer, code: str
) -> None:
    assert of_wechat(wechat, ScriptedHttp(wechat.reply(200, PLACE), file)) == BillAnswer(
        BillLook.NOT_FETCHED, code=code
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"download_url": "https://else.example/v3/billdownload/file?token=t"}, "foreign_download_url"),
        ({"download_url": "http://one.example/v3/billdownload/file?token=t"}, "foreign_download_url"),
        ({"download_url": "https://one.example/v3/账单"}, "wrong_download_url"),
        ({"download_url": None}, "wrong_download_url"),
        ({"hash_type": "MD5"}, "mismatch_hash_type"),
    ],
)
def test_our_signature_goes_to_wechats_own_addresses_only(
    wechat: WechatPen, change: dict[str, Any], code: str
) -> None:
    http = ScriptedHttp(wechat.reply(200, PLACE | change))
    assert of_wechat(wechat, http) == BillAnswer(BillLook.NOT_FETCHED, code=code)
    assert len(http.calls) == 1


@pytest.mark.parametrize(
    ("code", "look"),
    [
        ("NO_STATEMENT_EXIST", BillLook.EMPTY),
        ("STATEMENT_CREATING", BillLook.NOT_READY),
        ("NO_AUTH", BillLook.NOT_FETCHED),
    ],
)
def test_wechats_refusals_say_empty_or_not_yet_only_when_signed(
    wechat: WechatPen, code: str, look: BillLook
) -> None:
    refused = wechat.reply(400, {"code": code})
    assert of_wechat(wechat, ScriptedHttp(refused)).look is look
    assert of_wechat(wechat, ScriptedHttp(unsigned(refused.body, 400))).look is BillLook.NOT_FETCHED


def test_an_address_without_a_signature_is_not_followed(wechat: WechatPen, alipay: AlipayPen) -> None:
    http = ScriptedHttp(unsigned(json.dumps(PLACE).encode()))
    assert of_wechat(wechat, http) == BillAnswer(BillLook.NOT_FETCHED, code="unsigned")
    node = b'{"%s_response":{"code":"10000","bill_download_url":"https://x.example/"}}'
    http = ScriptedHttp(unsigned(node % BILL_URL.replace(".", "_").encode()))
    assert of_alipay(alipay, http) == BillAnswer(BillLook.NOT_FETCHED, code="unsigned")


def zipped(*texts: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for number, text in enumerate(texts):
            out.writestr(f"{number}.csv", text.encode("gbk"))
    return packed.getvalue()


def placed(pen: AlipayPen, url: str = "https://bills.example/f?token=t") -> HttpReply:
    return pen.reply(BILL_URL, {"code": "10000", "bill_download_url": url})


def test_alipays_bill_is_fetched_unpacked_and_decoded(alipay: AlipayPen) -> None:
    http = ScriptedHttp(placed(alipay), unsigned(zipped("#支付宝业务明细查询\r\n", "#汇总\r\n")))
    assert of_alipay(alipay, http) == BillAnswer(BillLook.FETCHED, ("#支付宝业务明细查询\r\n", "#汇总\r\n"))
    assert http.calls[1] == ("GET", "https://bills.example/f?token=t", {}, b"")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://bills.example/f", "plain_bill_download_url"),
        ("", "plain_bill_download_url"),
        ("https://bills.example/账单", "wrong_bill_download_url"),
    ],
)
def test_an_unprotected_address_is_not_followed(alipay: AlipayPen, url: str, code: str) -> None:
    assert of_alipay(alipay, ScriptedHttp(placed(alipay, url))).code == code


@pytest.mark.parametrize(
    ("code", "look"),
    [
        ("NO_BILL_DATA", BillLook.EMPTY),
        ("BILL_NOT_EXIST", BillLook.NOT_READY),
        ("USER_RATE_LIMIT", BillLook.NOT_FETCHED),
    ],
)
def test_alipays_refusals_say_empty_or_not_yet(alipay: AlipayPen, code: str, look: BillLook) -> None:
    refused = alipay.reply(BILL_URL, {"code": "40004", "sub_code": code})
    assert of_alipay(alipay, ScriptedHttp(refused)).look is look


@pytest.mark.parametrize(
    "body", [b"", b"PK", b"<html>", zipped("x")[:-30]], ids=["empty", "short", "page", "cut"]
)
def test_a_file_that_is_no_zip_is_not_taken(alipay: AlipayPen, body: bytes) -> None:
    assert of_alipay(alipay, ScriptedHttp(placed(alipay), unsigned(body))).code == "not_zip"


def test_a_damaged_member_of_a_zip_is_not_taken() -> None:
    whole = bytearray(zipped("退" * 100))
    whole[45] ^= 0xFF
    with pytest.raises(Unreadable):
        unzipped(bytes(whole))


def test_more_than_the_bound_is_never_unpacked() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("a", b"\0" * (BILL_BYTES_MAX + 1))
    with pytest.raises(Unreadable, match="bill_too_large"):
        unzipped(bomb.getvalue())
    with pytest.raises(Unreadable, match="bill_too_large"):
        gunzipped(gzip.compress(b"\0" * (BILL_BYTES_MAX + 1), 1))
    with pytest.raises(Unreadable, match="bill_too_large"):
        unzipped(zipped(*["x"] * (unpacking.FILES_MAX + 1)))
