"""The wallets' rules on refunds. Pure: no clock, no disk, no wire.

Sources: WeChat Pay, merchant documents 4014959631 (refund practice), 4013071036 (apply);
Alipay, `alipay.trade.refund` (opendocs) and its error codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final
from urllib.parse import urlsplit

BEIJING: Final = timezone(timedelta(hours=8))

# WeChat Pay documents one year; Alipay's contracts say 12 months.
WINDOW_S: Final = 365 * 86_400
WECHAT_REFUNDS_PER_ORDER_MAX: Final = 50
WECHAT_SPACING_S: Final = 60
ALIPAY_SPACING_S: Final = 3
# How long an ordinary WeChat refund stays PROCESSING, in business seconds.
SETTLE_S: Final = 2.0

SUCCESS: Final = "SUCCESS"
PROCESSING: Final = "PROCESSING"
ABNORMAL: Final = "ABNORMAL"
CLOSED: Final = "CLOSED"
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Order:
    """A payment as the wallet knows it. Times are business time, seconds since 1970."""

    wallet: str
    order_id: str
    wallet_order_id: str
    payer_id: str
    amount_fen: int
    state: str  # paid | unpaid | closed
    paid_at: float | None
    created_at: float
    notify_url: str | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund as the wallet knows it.

    `content` is what was asked, in one fixed form, to recognise a repeat. `settles_at` None means: only when
    told to; once the refund has ended, it is when. `payee` is where the money ends: the customer, or the
    merchant's own account; `account` the one a second application named, in the wallet's words. `notify_url`
    is where the end is told, `signed_for` which of the wallet's keys the application asked for.
    """

    wallet: str
    order_id: str
    refund_id: str
    wallet_refund_id: str
    amount_fen: int
    content: str
    status: str
    ends_as: str
    payee: str  # customer | merchant
    created_at: float
    settles_at: float | None
    settled_at: float | None = None
    times_sent: int = 1
    times_asked: int = 0
    notify_url: str | None = None
    signed_for: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A wallet's no: HTTP status (WeChat only), code and the text people read."""

    status: int
    code: str
    message: str


def moved_fen(refunds: Sequence[Refund]) -> int:
    """What these refunds have moved or may still move."""
    return sum(refund.amount_fen for refund in refunds if refund.status != CLOSED)


def succeeded_fen(refunds: Sequence[Refund]) -> int:
    """What these refunds have moved for certain."""
    return sum(refund.amount_fen for refund in refunds if refund.status in {SUCCESS, ABNORMAL})


def too_old(order: Order, now: float) -> bool:
    return order.paid_at is not None and now - order.paid_at > WINDOW_S


def _too_soon(earlier: Sequence[Refund], now: float, spacing_s: float) -> bool:
    return any(now - refund.created_at < spacing_s for refund in earlier)


def wechat_refusal(  # noqa: PLR0911 - one line per reason, in order
    order: Order, earlier: Sequence[Refund], amount_fen: int, total_fen: int, now: float, spacing_s: float
) -> Refused | None:
    """Why WeChat Pay refuses a new refund number, or None."""
    if total_fen != order.amount_fen:
        return Refused(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
    if too_old(order, now):
        return Refused(400, "INVALID_REQUEST", "订单已经超过可退款的最大期限")
    if moved_fen(earlier) == order.amount_fen:
        return Refused(400, "INVALID_REQUEST", "订单已全额退款")
    if moved_fen(earlier) + amount_fen > order.amount_fen:
        return Refused(400, "INVALID_REQUEST", "申请退款金额超过订单可退金额")
    if len(earlier) >= WECHAT_REFUNDS_PER_ORDER_MAX:
        return Refused(400, "INVALID_REQUEST", "一笔订单最多支持50次部分退款")
    if _too_soon(earlier, now, spacing_s):
        return Refused(429, "FREQUENCY_LIMITED", "频率限制，请降低申请频率再重试")
    return None


def wechat_repeat_refusal(first: Refund, order: Order, amount_fen: int, content: str) -> Refused | None:
    """Why WeChat Pay refuses a refund number it has seen before, or None: the same content is welcome."""
    if amount_fen != first.amount_fen:
        return Refused(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
    if order.order_id != first.order_id or content != first.content:
        return Refused(400, "INVALID_REQUEST", "您的请求参数与订单信息不一致")
    return None


def alipay_refusal(
    order: Order, earlier: Sequence[Refund], amount_fen: int, now: float, spacing_s: float
) -> Refused | None:
    """Why Alipay refuses a new request number, or None."""
    if order.state == "unpaid":
        return Refused(200, "ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
    if order.state == "closed" or moved_fen(earlier) == order.amount_fen:
        return Refused(200, "ACQ.TRADE_HAS_CLOSE", "交易已经关闭")
    if too_old(order, now):
        return Refused(200, "ACQ.TRADE_HAS_FINISHED", "交易已完结")
    if moved_fen(earlier) + amount_fen > order.amount_fen:
        return Refused(200, "ACQ.REASON_TRADE_REFUND_FEE_ERR", "退款金额无效")
    if _too_soon(earlier, now, spacing_s):
        return Refused(200, "isv.method-call-limited", "接口调用次数超限")
    return None


def is_notify_address(value: object) -> bool:
    """Public HTTPS without a query, 8 to 256 characters; plain HTTP to this machine is our own allowance."""
    if not isinstance(value, str) or not 8 <= len(value) <= 256:
        return False
    try:
        url = urlsplit(value)
        reachable = url.scheme == "https" or (url.scheme == "http" and url.hostname in _LOOPBACK)
        # Reading the port refuses one that is none.
        return reachable and bool(url.hostname) and (url.port is None or url.port > 0) and not url.query
    except ValueError:
        return False


def rfc3339(at: float) -> str:
    """Business seconds as Beijing time, the form of WeChat Pay and of the controls."""
    return datetime.fromtimestamp(at, UTC).astimezone(BEIJING).isoformat(timespec="seconds")


def wall_clock(at: float) -> str:
    """Business seconds as Alipay writes them: Beijing time without an offset."""
    return datetime.fromtimestamp(at, UTC).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def day(at: float) -> str:
    """Business seconds as the eight digits inside the wallets' numbers."""
    return datetime.fromtimestamp(at, UTC).astimezone(BEIJING).strftime("%Y%m%d")
