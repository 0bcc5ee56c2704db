"""Alipay's bills: the address of one, and the file behind it.

Source: opendocs, `alipay.data.dataservice.bill.downloadurl.query`: a day's bill is ready at about nine the
next morning, goes back about six years, and its address holds for 30 seconds.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlencode

from scanrefund.sandbox.alipay_asked import WALLET, Asked
from scanrefund.sandbox.alipay_bill_files import FILES, Period, Statement, zipped
from scanrefund.sandbox.alipay_wire import declined, success
from scanrefund.sandbox.business import BEIJING
from scanrefund.sandbox.faults import BILL_FILE, damaged
from scanrefund.sandbox.folder import AlipaySide
from scanrefund.sandbox.signing import sign
from scanrefund.sandbox.spoken import Call, Reply, Said
from scanrefund.sandbox.state import Store, Turn

METHOD: Final = "alipay.data.dataservice.bill.downloadurl.query"
PATH: Final = "/downloadBillFile.resource"
ADDRESS_S_MAX: Final = 30
READY_AFTER: Final = timedelta(hours=9)
YEARS_BACK: Final = 6
_ACCOUNT_SUFFIX: Final = "0156"  # what the bill centre appends to a seller's number
_DOCUMENTED: Final = frozenset({"trade", "signcustomer", "merchant_act", "trade_zft_merchant", "zft_acc"})


def bill_address(asked: Asked) -> Said:
    """`alipay.data.dataservice.bill.downloadurl.query`."""
    bill_type, date = asked.fields.get("bill_type"), asked.fields.get("bill_date")
    period = period_of(date) if isinstance(date, str) else None
    if bill_type not in _DOCUMENTED or period is None:
        return declined("INVAILID_ARGUMENTS", "参数不合法")  # the documents spell it so
    if bill_type not in FILES:
        return declined("TYPE_NOT_SUPPORTED", "账单类型不支持")
    if asked.fault_name in {"false_not_found", "processing"} or not _is_ready(period, asked.turn.now):
        return declined("BILL_NOT_EXIST", "账单不存在")
    address = _address(asked, bill_type, period)
    statement = _statement(asked.turn, asked.side, period)
    if statement.orders or statement.refunds:
        return success(bill_download_url=address)
    return success(bill_download_url=address, bill_file_code="EMPTY_DATA_WITH_BILL_FILE")


def period_of(date: str) -> Period | None:
    """The day `yyyy-MM-dd` or the month `yyyy-MM` in Beijing, or None."""
    for form, length in (("%Y-%m-%d", 10), ("%Y-%m", 7)):
        try:
            start = datetime.strptime(date, form).replace(tzinfo=BEIJING)
        except ValueError:
            continue
        if len(date) == length and start.year < 9999:
            following = start + timedelta(days=1 if length == 10 else 31)
            return Period(start, following if length == 10 else following.replace(day=1))
    return None


def _is_ready(period: Period, now: float) -> bool:
    today = datetime.fromtimestamp(now, BEIJING)
    return period.end + READY_AFTER <= today and period.start.year >= today.year - YEARS_BACK


def _address(asked: Asked, bill_type: str, period: Period) -> str:
    account = f"{asked.side.seller_id}{_ACCOUNT_SUFFIX}"
    said = {
        "bizType": bill_type,
        "userId": account,
        "fileType": "csv.zip",
        "bizDates": period.name,
        "downloadFileName": f"{account}_{period.name}.csv.zip",
        "fileId": f"/{bill_type}/{account}/{period.name}.csv.zip",
        "timestamp": str(int(asked.turn.real_now)),
    }
    return f"{asked.base_url}{PATH}?{urlencode({**said, 'token': _token(said, asked.side)})}"


def _token(said: dict[str, str], side: AlipaySide) -> str:
    """32 hexadecimal digits that only the holder of Alipay's key can make."""
    return hashlib.md5(
        sign(side.signer, urlencode(said).encode()).encode(), usedforsecurity=False
    ).hexdigest()


def download(call: Call, side: AlipaySide, store: Store, real_now: float) -> Reply:
    """The zip behind an address, within its 30 real seconds; 403 for any other address."""
    if call.method != "GET":
        return Reply(405)
    said = dict(parse_qsl(call.query))
    if not _is_good(said, side, real_now):
        return Reply(403, (("content-type", "text/html;charset=utf-8"),), "链接已失效".encode())
    day = said["bizDates"]
    period = period_of("-".join(part for part in (day[:4], day[4:6], day[6:]) if part))
    if period is None:
        return Reply(404)
    with store.turn() as turn:
        statement = _statement(turn, side, period)
        fault = turn.take_fault(WALLET, BILL_FILE, None)
    content = zipped(FILES[said["bizType"]](statement), statement)
    name = ("content-disposition", f'attachment; filename="{said["downloadFileName"]}"')
    return damaged(fault, Reply(200, (("content-type", "application/zip"), name), content))


def _is_good(said: dict[str, str], side: AlipaySide, real_now: float) -> bool:
    token, timestamp = said.pop("token", ""), said.get("timestamp", "")
    if token != _token(said, side):
        return False
    return 0 <= real_now - int(timestamp) <= ADDRESS_S_MAX


def _statement(turn: Turn, side: AlipaySide, period: Period) -> Statement:
    return Statement(
        account=f"{side.seller_id}{_ACCOUNT_SUFFIX}",
        period=period,
        orders=turn.history.orders_paid(WALLET, *period.seconds),
        refunds=turn.history.refunds_settled(WALLET, *period.seconds),
        opening_fen=turn.history.balance_fen(WALLET, period.seconds[0]),
        exported_at=turn.now,
    )
