"""Alipay's answers that carry business fields: refund, ask, order.

Source: the response pages of the three methods in opendocs. There is no refund number of Alipay's own, and
`refund_fee` is cumulative over the whole trade.
"""

from __future__ import annotations

from collections.abc import Sequence

from scanrefund.sandbox.alipay_asked import yuan
from scanrefund.sandbox.alipay_wire import success
from scanrefund.sandbox.business import ABNORMAL, Order, Refund, succeeded_fen, wall_clock
from scanrefund.sandbox.spoken import Said


def refund_said(
    order: Order, refunds: Sequence[Refund], refund: Refund, query_options: object, *, moved: bool
) -> Said:
    """The answer to a refund that was understood; `moved` says whether this call moved money."""
    told = {
        "buyer_logon_id": logon_id(order),
        "buyer_user_id": order.payer_id,
        "fund_change": "Y" if moved else "N",
        "out_trade_no": order.order_id,
        # Of the whole trade, not of this request.
        "refund_fee": yuan(succeeded_fen(refunds)),
        "send_back_fee": "0.00",
        "trade_no": order.wallet_order_id,
    }
    options = _options(refund, query_options)
    options.pop("gmt_refund_pay", None)  # an option of the refund query alone
    return success(**{**told, **options})


def ask_said(order: Order, refund: Refund, query_options: object) -> Said:
    """The answer to an ask for a refund that was executed."""
    return success(
        out_request_no=refund.refund_id,
        out_trade_no=order.order_id,
        refund_amount=yuan(refund.amount_fen),
        refund_status="REFUND_SUCCESS",
        total_amount=yuan(order.amount_fen),
        trade_no=order.wallet_order_id,
        **_options(refund, query_options),
    )


def _options(refund: Refund, asked: object) -> dict[str, object]:
    """The fields that come only when `query_options` asks for them."""
    wanted = asked if isinstance(asked, list) else []
    told: dict[str, object] = {}
    if "gmt_refund_pay" in wanted:
        told["gmt_refund_pay"] = wall_clock(refund.settled_at or refund.created_at)
    if "refund_detail_item_list" in wanted:
        told["refund_detail_item_list"] = [
            {"amount": yuan(refund.amount_fen), "fund_channel": "ALIPAYACCOUNT"}
        ]
        told["send_back_fee"] = yuan(refund.amount_fen)
    if "deposit_back_info" in wanted and refund.status == ABNORMAL:
        told["deposit_back_info"] = {
            "has_deposit_back": "true",
            "dback_status": "F",
            "dback_amount": yuan(refund.amount_fen),
        }
    return told


def order_said(order: Order, refunds: Sequence[Refund], *, finished: bool) -> Said:
    """The answer to an order query. `finished`: the refund window has passed."""
    paid = yuan(order.amount_fen if order.paid_at is not None else 0)
    told: dict[str, object] = {
        "buyer_logon_id": logon_id(order),
        "buyer_pay_amount": paid,
        "buyer_user_id": order.payer_id,
        "buyer_user_type": "PRIVATE",
        "invoice_amount": paid,
        "out_trade_no": order.order_id,
        "point_amount": "0.00",
        "receipt_amount": paid,
        "total_amount": yuan(order.amount_fen),
        "trade_no": order.wallet_order_id,
        "trade_status": trade_status(order, refunds, finished=finished),
    }
    if order.paid_at is not None:
        told["send_pay_date"] = wall_clock(order.paid_at)
        told["fund_bill_list"] = [{"amount": paid, "fund_channel": "ALIPAYACCOUNT"}]
    return success(**told)


def trade_status(order: Order, refunds: Sequence[Refund], *, finished: bool) -> str:
    """CLOSED means never paid or wholly paid back; FINISHED, past its refund window."""
    if order.state == "unpaid":
        return "WAIT_BUYER_PAY"
    if order.state == "closed" or succeeded_fen(refunds) == order.amount_fen:
        return "TRADE_CLOSED"
    return "TRADE_FINISHED" if finished else "TRADE_SUCCESS"


def logon_id(order: Order) -> str:
    """The payer's account as Alipay shows it to shops."""
    return f"159****{order.payer_id[-4:]}"
