"""WeChat Pay's bills: who gets which, when, and what stands in them."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from scanrefund.sandbox.business import BEIJING, Order, Refund
from scanrefund.sandbox.spoken import Reply, Travel
from scanrefund.sandbox.wechat_bill_files import Day, fund_flow, trade_bill
from tests.unit.sandbox.conftest import Wallets
from tests.unit.sandbox.merchants import with_header

HEAD = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,"
    "交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额"
)
# After the head, as the documents list them.
AFTER_HEAD = {
    "ALL": (
        "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,"
        "商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
    ),
    "REFUND": (
        "退款申请时间,退款成功时间,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,"
        "商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
    ),
    "SUCCESS": "商品名称,商户数据包,手续费,费率,订单金额,费率备注",
}
AT = datetime(2026, 3, 21, 13, 51, 31, tzinfo=BEIJING).timestamp()
MADE_AT = datetime(2026, 3, 22, 9, tzinfo=BEIJING).timestamp()
ORDER = Order("wechat", "O1", "4200", "openid", 1000, "paid", AT, AT)


def refund(status: str = "SUCCESS", settles_at: float = AT + 62, **changes: Any) -> Refund:
    settled_at = settles_at if status == "SUCCESS" else None
    said = {"settles_at": settles_at, "settled_at": settled_at, **changes}
    return Refund("wechat", "O1", "R1", "5030", 300, "{}", status, status, "customer", AT + 60, **said)


def rows(content: bytes) -> list[dict[str, str]]:
    """A bill as its readers see it: header, rows behind backticks, summary header, summary."""
    lines = content.decode().split("\r\n")
    assert lines.pop() == ""
    header, told = lines[0].split(","), lines[1:-2]
    assert all(value.startswith("`") for line in told for value in line.split(","))
    assert lines[-1].startswith("`")
    return [dict(zip(header, line.replace("`", "").split(","), strict=True)) for line in told]


def summary(content: bytes) -> dict[str, str]:
    header, values = content.decode().split("\r\n")[-3:-1]
    return dict(zip(header.split(","), values.replace("`", "").split(","), strict=True))


def day(*refunds: Refund) -> Day:
    return Day("wxapp", "1900", [ORDER], [(ORDER, one) for one in refunds], MADE_AT)


@pytest.mark.parametrize(
    ("kind", "columns", "count"), [("ALL", 27, 2), ("REFUND", 29, 1), ("SUCCESS", 20, 1)]
)
def test_each_kind_has_its_columns_and_its_rows(kind: str, columns: int, count: int) -> None:
    content = trade_bill(day(refund()), kind)
    assert content.decode().split("\r\n")[0] == f"{HEAD},{AFTER_HEAD[kind]}"
    assert [len(row) for row in rows(content)] == [columns] * count


def test_a_payment_has_the_shape_of_a_captured_row() -> None:
    line = trade_bill(day(), "ALL").decode().split("\r\n")[1]
    assert line == (
        "`2026-03-21 13:51:31,`wxapp,`1900,`0,`,`4200,`O1,`openid,`MICROPAY,`SUCCESS,`OTHERS,`CNY,"
        "`10.00,`0.00,`0,`0,`0.00,`0.00,`,`,`沙箱商品,`,`0.00000,`0.00%,`10.00,`0.00,`"
    )


def test_a_refund_row_carries_both_numbers_and_the_amount() -> None:
    row = rows(trade_bill(day(refund()), "REFUND"))[0]
    assert (row["交易状态"], row["退款状态"], row["退款类型"]) == ("REFUND", "SUCCESS", "ORIGINAL")
    assert (row["微信退款单号"], row["商户退款单号"]) == ("5030", "R1")
    assert (row["退款金额"], row["申请退款金额"], row["订单金额"]) == ("3.00", "3.00", "0.00")
    assert (row["退款申请时间"], row["退款成功时间"]) == ("2026-03-21 13:52:31", "2026-03-21 13:52:33")


@pytest.mark.parametrize(
    ("one", "status"),
    [
        (refund("ABNORMAL"), "CHANGE"),
        (refund("CLOSED"), "FAIL"),
        (refund("PROCESSING"), "PROCESSING"),
        (refund("SUCCESS", settles_at=MADE_AT + 1), "PROCESSING"),
        (refund("SUCCESS", settles_at=MADE_AT + 9, account="工商银行借记卡5167"), "CHANGE"),
    ],
)
def test_a_bill_has_words_of_its_own_and_tells_what_was_known_when_it_was_made(
    one: Refund, status: str
) -> None:
    row = rows(trade_bill(day(one), "REFUND"))[0]
    assert (row["退款状态"], row["退款成功时间"]) == (status, "")


def test_the_summary_adds_up() -> None:
    told = summary(trade_bill(day(refund()), "ALL"))
    assert told == {
        "总交易单数": "2",
        "应结订单总金额": "10.00",
        "退款总金额": "3.00",
        "充值券退款总金额": "0.00",
        "手续费总金额": "0.00000",
        "订单总金额": "10.00",
        "申请退款总金额": "3.00",
    }
    paid = summary(trade_bill(day(refund()), "SUCCESS"))
    assert list(paid.values()) == ["1", "10.00", "0.00000", "10.00"]


def test_the_fund_flow_keeps_a_balance() -> None:
    content = fund_flow(day(refund()), opening_fen=5000)
    income, spent = rows(content)
    assert (income["收支类型"], income["收支金额(元)"], income["账户结余(元)"]) == ("收入", "10.00", "60.00")
    assert (spent["收支类型"], spent["收支金额(元)"], spent["账户结余(元)"]) == ("支出", "3.00", "57.00")
    assert (spent["微信支付业务单号"], spent["业务名称"], spent["业务凭证号"]) == ("5030", "退款", "R1")
    assert list(summary(content).values()) == ["2", "1", "10.00", "1", "3.00"]


class Books:
    """A merchant who asks for the bill of a day at a certain hour of business time."""

    def __init__(self, wallets: Wallets) -> None:
        self.wallets = wallets
        self.yesterday = self.today()
        wallets.told(wallets.wechat.refund(wallets.add("wechat", age_s=0), "R1", 300))
        self.move_to_next_day(hour=10)

    def now(self) -> datetime:
        with self.wallets.store.turn() as turn:
            return datetime.fromtimestamp(turn.now, BEIJING)

    def today(self) -> str:
        return f"{self.now():%Y-%m-%d}"

    def move_to_next_day(self, hour: int) -> None:
        midnight = self.now().replace(hour=0, minute=0, second=0, microsecond=0)
        self.wallets.advance(
            (midnight + timedelta(days=1, hours=hour, seconds=1) - self.now()).total_seconds()
        )

    def ask(self, bill: str = "tradebill", **said: str) -> Reply:
        query = "&".join(f"{name}={value}" for name, value in {"bill_date": self.yesterday, **said}.items())
        return self.wallets.answer(self.wallets.wechat.call("GET", f"/v3/bill/{bill}?{query}"))

    def told(self, bill: str = "tradebill", **said: str) -> dict[str, Any]:
        return self.wallets.wechat.open(self.ask(bill, **said))

    def fetch(self, told: dict[str, Any]) -> Reply:
        target = "/v3/billdownload/file" + told["download_url"].partition("/v3/billdownload/file")[2]
        return self.wallets.answer(self.wallets.wechat.call("GET", target))


@pytest.fixture
def books(wallets: Wallets) -> Books:
    return Books(wallets)


@pytest.mark.parametrize("said", [{}, {"tar_type": "GZIP"}])
def test_the_file_behind_the_address_is_the_one_that_was_hashed(books: Books, said: dict[str, str]) -> None:
    told = books.told(**said)
    assert told["hash_type"] == "SHA1"
    reply = books.fetch(told)
    content = gzip.decompress(reply.body) if said else reply.body
    assert hashlib.sha1(content).hexdigest() == told["hash_value"]
    assert [row["商户退款单号"] for row in rows(content)] == ["0", "R1"]
    assert ("tartype=gzip" in told["download_url"]) is bool(said)


def test_the_file_comes_without_a_signature_and_not_as_json(books: Books) -> None:
    headers = dict(books.fetch(books.told()).headers)
    assert not [name for name in headers if name.startswith("wechatpay-")]
    assert "json" not in headers["content-type"]


def test_the_address_is_the_one_the_client_knows(books: Books) -> None:
    call = books.wallets.wechat.call("GET", f"/v3/bill/tradebill?bill_date={books.yesterday}")
    told = books.wallets.told(with_header(call, "host", "127.0.0.1:8643"))
    assert told["download_url"].startswith("http://127.0.0.1:8643/v3/billdownload/file?token=")


def test_kinds_differ_and_a_fund_flow_has_its_own_form(books: Books) -> None:
    paid = books.fetch(books.told(bill_type="SUCCESS")).body
    assert [row["交易状态"] for row in rows(paid)] == ["SUCCESS"]
    back = books.fetch(books.told(bill_type="REFUND")).body
    assert [row["交易状态"] for row in rows(back)] == ["REFUND"]
    flow = books.fetch(books.told("fundflowbill", account_type="BASIC")).body
    assert [row["收支类型"] for row in rows(flow)] == ["收入", "支出"]


def test_an_address_lives_for_five_minutes(books: Books) -> None:
    told = books.told()
    books.wallets.advance(299)
    assert books.fetch(told).status == 200
    books.wallets.advance(2)
    reply = books.fetch(told)
    assert (reply.status, json.loads(reply.body)["code"]) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize("token", ["", "x", "AAAA", "dHJhZGViaWxs", "ÿ"])
def test_a_made_up_address_leads_nowhere(books: Books, token: str) -> None:
    call = books.wallets.wechat.call("GET", f"/v3/billdownload/file?token={token}")
    assert books.wallets.answer(call).status == 400


def test_a_file_is_for_the_merchant_alone(books: Books) -> None:
    target = "/v3/billdownload/file" + books.told()["download_url"].partition("/file")[2]
    bare = with_header(books.wallets.wechat.call("GET", target), "authorization", None)
    assert books.wallets.answer(bare).status == 401


def test_a_day_without_dealings_has_no_bill(books: Books) -> None:
    books.move_to_next_day(hour=11)
    books.yesterday = f"{books.now() - timedelta(days=1):%Y-%m-%d}"
    for kind in ("ALL", "SUCCESS", "REFUND"):
        assert books.told(bill_type=kind)["code"] == "NO_STATEMENT_EXIST"
    assert books.told("fundflowbill")["code"] == "NO_STATEMENT_EXIST"


def test_an_account_nobody_uses_has_no_bill(books: Books) -> None:
    assert books.told("fundflowbill", account_type="FEES")["code"] == "NO_STATEMENT_EXIST"


def test_a_bill_is_there_from_ten_the_next_morning(wallets: Wallets) -> None:
    books = Books.__new__(Books)
    books.wallets = wallets
    wallets.add("wechat", age_s=0)
    books.yesterday = books.today()
    assert books.told()["code"] == "INVALID_REQUEST"
    books.move_to_next_day(hour=9)
    assert books.told() == {"code": "STATEMENT_CREATING", "message": "账单生成中"}
    wallets.advance(3600)
    assert "download_url" in books.told()


def test_a_bill_goes_back_three_months(books: Books) -> None:
    books.wallets.advance(91 * 86_400)
    assert "download_url" in books.told()
    books.wallets.advance(3 * 86_400)
    assert books.told()["code"] == "INVALID_REQUEST"


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"bill_date": "20261101"}, 400, "PARAM_ERROR"),
        ({"bill_date": "2026-13-01"}, 400, "PARAM_ERROR"),
        ({"bill_date": "2026-1-1"}, 400, "PARAM_ERROR"),
        ({"bill_type": "EVERYTHING"}, 400, "PARAM_ERROR"),
        ({"bill_type": "ALL_SPECIAL"}, 403, "NO_AUTH"),
        ({"tar_type": "ZIP"}, 400, "PARAM_ERROR"),
        ({"sub_mchid": "1"}, 400, "PARAM_ERROR"),
    ],
)
def test_a_wrong_wish_is_refused(books: Books, said: dict[str, str], status: int, code: str) -> None:
    reply = books.ask(**said)
    assert (reply.status, books.wallets.wechat.open(reply)["code"]) == (status, code)


def test_the_date_is_required(books: Books) -> None:
    reply = books.wallets.answer(books.wallets.wechat.call("GET", "/v3/bill/tradebill"))
    assert books.wallets.wechat.open(reply)["detail"]["field"] == "bill_date"


@pytest.mark.parametrize(
    ("fault", "status", "travel"),
    [("garbage", 200, Travel.WHOLE), ("truncated", 200, Travel.CUT), ("slow_drip", 200, Travel.DRIPPING)],
)
def test_a_fault_on_bytes_strikes_the_file(books: Books, fault: str, status: int, travel: Travel) -> None:
    books.wallets.arm("wechat", "bill", fault)
    told = books.told()
    reply = books.fetch(told)
    assert (reply.status, reply.travel) == (status, travel)
    if fault == "garbage":
        assert hashlib.sha1(reply.body).hexdigest() != told["hash_value"]
    assert hashlib.sha1(books.fetch(told).body).hexdigest() == told["hash_value"]


@pytest.mark.parametrize(
    ("fault", "status"),
    [("http_429", 429), ("http_500_before", 500), ("http_502", 502), ("false_not_found", 400)],
)
def test_other_faults_strike_the_application(books: Books, fault: str, status: int) -> None:
    books.wallets.arm("wechat", "bill", fault)
    assert books.ask().status == status
    assert books.ask().status == 200
