"""WeChat Pay's two objects as its answers carry them: the refund and the order, less what the wire adds.

Sources: merchant documents 4013071036 and 4013070354; the refund's fields are those of a captured answer.
"""

from __future__ import annotations

from typing import Any

from scanrefund.sandbox.business import ABNORMAL, SUCCESS, Order, Refund, rfc3339


def refund_content(order: Order, refund: Refund) -> dict[str, Any]:
    """The Refund object: the answer of apply and of query, with the fields of a captured answer."""
    content: dict[str, Any] = {
        "amount": _amount(order, refund),
        "channel": "OTHER_BANKCARD" if refund.account and refund.payee == "customer" else "ORIGINAL",
        "create_time": rfc3339(refund.created_at),
        "funds_account": "AVAILABLE",
        "out_refund_no": refund.refund_id,
        "out_trade_no": order.order_id,
        "promotion_detail": [],
        "refund_id": refund.wallet_refund_id,
        "status": refund.status,
        "transaction_id": order.wallet_order_id,
        "user_received_account": received_by(refund),
    }
    if refund.status == SUCCESS and refund.settled_at is not None:
        content["success_time"] = rfc3339(refund.settled_at)
    return content


def _amount(order: Order, refund: Refund) -> dict[str, Any]:
    part, whole = refund.amount_fen, order.amount_fen
    return {
        "currency": "CNY",
        "discount_refund": 0,
        "from": [],
        "payer_refund": part,
        "payer_total": whole,
        "refund": part,
        "refund_fee": 0,
        "settlement_refund": part,
        "settlement_total": whole,
        "total": whole,
    }


def received_by(refund: Refund) -> str:
    if refund.account:
        return refund.account
    if refund.payee == "merchant" and refund.status == SUCCESS:
        return "商户基本账户"
    return "工商银行借记卡5167" if refund.ends_as == ABNORMAL else "支付用户零钱"


def order_content(order: Order) -> dict[str, Any]:
    """What the order query tells of a payment, less its state."""
    content: dict[str, Any] = {
        "amount": {"currency": "CNY", "total": order.amount_fen},
        "out_trade_no": order.order_id,
    }
    if order.paid_at is not None:
        content["amount"] |= {"payer_currency": "CNY", "payer_total": order.amount_fen}
        content |= {
            "attach": "",
            "bank_type": "OTHERS",
            "payer": {"openid": order.payer_id},
            "promotion_detail": [],
            "success_time": rfc3339(order.paid_at),
            "trade_type": "MICROPAY",
            "transaction_id": order.wallet_order_id,
        }
    return content
