"""The address of an Alipay bill: when there is one, what it looks like, how long it holds."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from scanrefund.sandbox.alipay_bills import METHOD, download, period_of
from scanrefund.sandbox.business import BEIJING
from scanrefund.sandbox.spoken import Call, Reply
from tests.unit.sandbox.conftest import Wallets

DAY_S = 86_400


def said(wallets: Wallets, date: str, bill_type: str = "trade") -> dict[str, Any]:
    return wallets.told(wallets.alipay.call(METHOD, bill_type=bill_type, bill_date=date))


def day(wallets: Wallets, ago: int = 0) -> str:
    with wallets.store.turn() as turn:
        return (datetime.fromtimestamp(turn.now, BEIJING) - timedelta(days=ago)).strftime("%Y-%m-%d")


def fetch(wallets: Wallets, url: str, late_s: float = 0) -> Reply:
    parts = urlsplit(url)
    call = Call("GET", f"{parts.path}?{parts.query}", {}, b"")
    reply = download(call, wallets.folder.alipay(), wallets.store, time.time() + late_s)
    assert isinstance(reply, Reply)
    return reply


def test_an_address_leads_to_the_zip(wallets: Wallets) -> None:
    wallets.add("alipay", age_s=2 * DAY_S)
    node = said(wallets, day(wallets, ago=2))
    assert "bill_file_code" not in node
    parts = urlsplit(node["bill_download_url"])
    words = {name: value[0] for name, value in parse_qs(parts.query).items()}
    account = f"{wallets.alipay.ids['seller_id']}0156"
    name = f"{account}_{day(wallets, ago=2).replace('-', '')}.csv.zip"
    assert (words["bizType"], words["userId"], words["downloadFileName"]) == ("trade", account, name)
    reply = wallets.answer(Call("GET", f"{parts.path}?{parts.query}", {}, b""))
    assert (reply.status, dict(reply.headers)["content-type"]) == (200, "application/zip")
    assert len(zipfile.ZipFile(io.BytesIO(reply.body)).namelist()) == 2


def test_the_address_names_this_port_as_the_caller_did(wallets: Wallets) -> None:
    call = wallets.alipay.call(METHOD, bill_type="trade", bill_date="2026-01-02")
    call.headers["host"] = "192.168.1.20:8643"
    address = wallets.told(call)["bill_download_url"]
    assert address.startswith("http://192.168.1.20:8643/downloadBillFile.resource?")


def test_a_day_without_business_has_an_empty_bill(wallets: Wallets) -> None:
    assert said(wallets, "2026-01-02")["bill_file_code"] == "EMPTY_DATA_WITH_BILL_FILE"


def test_a_bill_is_ready_at_nine_the_next_morning(wallets: Wallets) -> None:
    today = day(wallets)
    assert said(wallets, today)["sub_code"] == "BILL_NOT_EXIST"
    with wallets.store.turn() as turn:
        now = datetime.fromtimestamp(turn.now, BEIJING)
    nine = (now + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    wallets.advance((nine - now).total_seconds() - 60)
    assert said(wallets, today)["sub_code"] == "BILL_NOT_EXIST"
    wallets.advance(61)
    assert "bill_download_url" in said(wallets, today)


@pytest.mark.parametrize(
    ("bill_type", "date", "code"),
    [
        ("trade", "2026-13-01", "INVAILID_ARGUMENTS"),
        ("trade", "20260102", "INVAILID_ARGUMENTS"),
        ("trade", "2026-1-2", "INVAILID_ARGUMENTS"),
        ("cash", "2026-01-02", "INVAILID_ARGUMENTS"),
        ("merchant_act", "2026-01-02", "TYPE_NOT_SUPPORTED"),
        ("trade", "2019-01-02", "BILL_NOT_EXIST"),
    ],
)
def test_a_bill_that_cannot_be_had_is_refused(wallets: Wallets, bill_type: str, date: str, code: str) -> None:
    assert said(wallets, date, bill_type)["sub_code"] == code


def test_a_period_is_a_day_or_a_month_in_beijing() -> None:
    one, month = period_of("2026-02-28"), period_of("2026-02")
    assert one is not None
    assert month is not None
    assert (one.name, month.name) == ("20260228", "202602")
    assert one.start.astimezone(UTC).isoformat() == "2026-02-27T16:00:00+00:00"
    assert one.end == month.end
    assert month.end.isoformat() == "2026-03-01T00:00:00+08:00"


def test_an_address_holds_for_thirty_seconds(wallets: Wallets) -> None:
    address = said(wallets, "2026-01-02")["bill_download_url"]
    assert fetch(wallets, address, late_s=28).status == 200
    assert fetch(wallets, address, late_s=31).status == 403


@pytest.mark.parametrize(
    ("part", "changed"), [("20260102", "20260103"), ("token=", "token=0"), ("token=", "x=")]
)
def test_an_address_that_was_changed_leads_nowhere(wallets: Wallets, part: str, changed: str) -> None:
    address = said(wallets, "2026-01-02")["bill_download_url"]
    assert fetch(wallets, address.replace(part, changed)).status == 403


def test_faults_meet_the_bill(wallets: Wallets) -> None:
    wallets.arm("alipay", "bill", "false_not_found")
    assert said(wallets, "2026-01-02")["sub_code"] == "BILL_NOT_EXIST"
    assert said(wallets, "2026-01-02")["code"] == "10000"
