"""WeChat Pay's bills: apply for one, and fetch the file behind the address.

Sources: merchant documents 4012556654 (trade bill), 4013071254 (bill questions) and the page on fund-flow
bills. Yesterday's bill is there from ten in the morning, Beijing time; bills go back three months.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl

from scanrefund.sandbox.business import BEIJING
from scanrefund.sandbox.faults import BILL_FILE, Fault, damaged, play
from scanrefund.sandbox.folder import WechatSide
from scanrefund.sandbox.spoken import Call, Reply, Said, Seal
from scanrefund.sandbox.state import Store, Turn
from scanrefund.sandbox.wechat_bill_files import Day, fund_flow, trade_bill
from scanrefund.sandbox.wechat_wire import WechatTongue, error, wrong_parameter

WALLET: Final = "wechat"
ADDRESS_S_MAX: Final = 300
_MADE_AFTER: Final = timedelta(hours=9)
_READY_AFTER: Final = timedelta(hours=10)
_DAYS_BACK: Final = 92  # three months, long ones
# The merchant's account does not begin empty: refunds of the first day need money.
_OPENING_FEN: Final = 10_000_000
_TRADE: Final = "tradebill"
_KINDS: Final = {_TRADE: ("ALL", "SUCCESS", "REFUND"), "fundflowbill": ("BASIC", "OPERATION", "FEES")}
# Kinds of bills that stand in the documents and need a contract this merchant has not got.
_CONTRACTED: Final = frozenset({"RECHARGE_REFUND", "ALL_SPECIAL", "SUC_SPECIAL", "REF_SPECIAL"})
_FIELD: Final = {_TRADE: "bill_type", "fundflowbill": "account_type"}
_NOTHING: Final = error(400, "NO_STATEMENT_EXIST", "请求的账单文件不存在")
_CREATING: Final = error(400, "STATEMENT_CREATING", "账单生成中")
_EXPIRED: Final = error(400, "INVALID_REQUEST", "账单下载地址无效或已过期，请重新申请")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which bill of which day (midnight in Beijing), packed or not."""

    bill: str
    kind: str
    day: datetime
    is_packed: bool


class WechatBills:
    """`/v3/bill/…` and `/v3/billdownload/file`."""

    def __init__(self, side: WechatSide, store: Store) -> None:
        self._side = side
        self._store = store

    def apply(self, call: Call, bill: str, tongue: WechatTongue) -> Reply:
        wanted = _wanted(bill, call.query)
        if isinstance(wanted, Said):
            return tongue.dress(wanted, Seal.RIGHT)
        base_url = f"http://{call.headers.get('host', '127.0.0.1')}"
        with self._store.turn() as turn:
            fault = turn.take_fault(WALLET, "bill", None)
            return play(fault, lambda: self._address(turn, wanted, base_url, fault), tongue)

    def _address(self, turn: Turn, wanted: Wanted, base_url: str, fault: Fault | None) -> Said:
        refused = _untimely(wanted, turn.now)
        if refused:
            return refused
        content = self._content(turn, wanted)
        if content is None or (fault and fault.name == "false_not_found"):
            return _NOTHING
        token = self._token(wanted, int(turn.now) + ADDRESS_S_MAX)
        packed = "&tartype=gzip" if wanted.is_packed else ""
        return Said(
            200,
            {
                "download_url": f"{base_url}/v3/billdownload/file?token={token}{packed}",
                "hash_type": "SHA1",
                "hash_value": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
            },
        )

    def download(self, call: Call, _: str, tongue: WechatTongue) -> Reply:
        said = dict(parse_qsl(call.query))
        with self._store.turn() as turn:
            wanted = self._opened(said.get("token", ""), turn.now)
            content = self._content(turn, wanted) if wanted else None
            if wanted is None or content is None:
                return tongue.dress(_EXPIRED, Seal.NONE)
            fault = turn.take_fault(WALLET, BILL_FILE, None)
        # The hash is of the text, also where the file is packed.
        return damaged(fault, tongue.file(gzip.compress(content, mtime=0) if wanted.is_packed else content))

    def _content(self, turn: Turn, wanted: Wanted) -> bytes | None:
        """The bill's text, None where nothing happened."""
        start, end = wanted.day.timestamp(), (wanted.day + timedelta(days=1)).timestamp()
        made_at = (wanted.day + timedelta(days=1) + _MADE_AFTER).timestamp()
        is_trade = wanted.bill == _TRADE
        if not is_trade and wanted.kind != "BASIC":
            return None
        history = turn.history
        orders = history.orders_paid(WALLET, start, end)
        refunds = (history.refunds_started if is_trade else history.refunds_settled)(WALLET, start, end)
        shown = {"SUCCESS": orders, "REFUND": refunds}.get(wanted.kind, [*orders, *refunds])
        if not shown:
            return None
        day = Day(self._side.appid, self._side.mchid, orders, refunds, made_at)
        if is_trade:
            return trade_bill(day, wanted.kind)
        return fund_flow(day, _OPENING_FEN + history.balance_fen(WALLET, start))

    def _token(self, wanted: Wanted, expires_at: int) -> str:
        """What the address stands for, so that no list of addresses needs keeping."""
        packed = "gzip" if wanted.is_packed else "plain"
        text = f"{wanted.bill} {wanted.kind} {wanted.day:%Y-%m-%d} {packed} {expires_at}"
        return base64.urlsafe_b64encode(f"{text} {self._mark(text)}".encode()).decode().rstrip("=")

    def _opened(self, token: str, now: float) -> Wanted | None:
        try:
            text, _, mark = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode().rpartition(" ")
        except (binascii.Error, ValueError):
            return None
        if not hmac.compare_digest(mark.encode(), self._mark(text).encode()):
            return None
        bill, kind, day, packed, expires_at = text.split(" ")
        if now > int(expires_at):
            return None
        return Wanted(bill, kind, datetime.fromisoformat(day).replace(tzinfo=BEIJING), packed == "gzip")

    def _mark(self, text: str) -> str:
        return hmac.new(self._side.apiv3_key.encode(), text.encode(), hashlib.sha256).hexdigest()


def _wanted(bill: str, query: str) -> Wanted | Said:
    """What is asked for, or the refusal that names the wrong parameter."""
    said = dict(parse_qsl(query, keep_blank_values=True))
    field = _FIELD[bill]
    extra = said.keys() - {"bill_date", "tar_type", field}
    if extra:
        return wrong_parameter(min(extra)[:64], "", "参数中含有非法的额外参数", "query")
    if "bill_date" not in said:
        return wrong_parameter("bill_date", "", "必填参数缺失", "query")
    day, kind = _day(said["bill_date"]), said.get(field, _KINDS[bill][0])
    if bill == _TRADE and kind in _CONTRACTED:
        return error(403, "NO_AUTH", "商户无该类型账单的权限")
    good = {field: kind in _KINDS[bill], "tar_type": said.get("tar_type", "GZIP") == "GZIP"}
    wrong = [name for name, is_good in good.items() if not is_good]
    if day is None or wrong:
        name = "bill_date" if day is None else wrong[0]
        return wrong_parameter(name, said[name][:64], "值不符合要求", "query")
    return Wanted(bill, kind, day, "tar_type" in said)


def _day(text: str) -> datetime | None:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=BEIJING)
    except ValueError:
        return None
    return day if len(text) == 10 and 2000 <= day.year <= 9000 else None


def _untimely(wanted: Wanted, now: float) -> Said | None:
    """A day that is not over, one whose bill is being made, and one too long ago."""
    at = datetime.fromtimestamp(now, BEIJING)
    if at < wanted.day + timedelta(days=1):
        return error(400, "INVALID_REQUEST", "账单日期不能是今天或将来的日期")
    if at - wanted.day > timedelta(days=_DAYS_BACK + 1):
        return error(400, "INVALID_REQUEST", "只能下载三个月以内的账单")
    return _CREATING if at < wanted.day + timedelta(days=1) + _READY_AFTER else None
