"""The second server's Alipay, from the published documents and from nothing of ours."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.contract.second_truth import APP_ID, Wallets, is_signed, new_key, signed


def alipay(truth: Wallets, path: str, body: bytes, fault: str) -> tuple[int, bytes, dict[str, str]]:
    headers = {"Content-Type": "text/html;charset=utf-8", "trace_id": "t-1"}
    params = dict(parse_qsl(urlsplit(path).query, keep_blank_values=True))
    params |= dict(parse_qsl(body.decode(), keep_blank_values=True))
    sign = params.pop("sign")
    text = "&".join(f"{name}={value}" for name, value in sorted(params.items()) if value)
    known = is_signed(truth.merchant_key.public_key(), text.encode(), sign)
    if params["app_id"] != APP_ID or not known:
        answer = {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-signature"}
    else:
        answer = _alipay_answer(truth, params["method"], json.loads(params["biz_content"]), fault)
    node = json.dumps(answer, ensure_ascii=False).replace("/", "\\/").encode()
    name = params["method"].replace(".", "_") + "_response"
    if fault == "garbage":
        return 200, b"<html>", headers
    if fault == "unsigned":
        return 200, b'{"%s":%s}' % (name.encode(), node), headers
    signature = signed(new_key() if fault == "bad_signature" else truth.wallet_key, node)
    return 200, b'{"%s":%s,"sign":"%s"}' % (name.encode(), node, signature.encode()), headers


def _alipay_answer(truth: Wallets, method: str, asked: dict[str, Any], fault: str) -> dict[str, Any]:
    if fault == "not_enough":
        return _alipay_no("ACQ.SELLER_BALANCE_NOT_ENOUGH")
    order = truth.order_of(asked, "out_trade_no", "trade_no")
    if order is None:
        return _alipay_no("ACQ.TRADE_NOT_EXIST")
    trade = {"out_trade_no": order["order_id"], "trade_no": order["wallet_order_id"]}
    if method == "alipay.trade.query":
        return _alipay_yes(trade | _alipay_trade(order))
    if method == "alipay.trade.refund":
        return _alipay_refund(truth, order, trade, asked)
    refund = truth.refunds.get(asked["out_request_no"])
    if refund is None or fault == "false_not_found":
        return _alipay_yes({})
    amount = refund["amount_fen"] + (fault == "other_amount")
    return _alipay_yes(
        trade
        | {"out_request_no": refund["no"], "total_amount": yuan(order["amount_fen"])}
        | {"refund_amount": yuan(amount), "refund_status": "REFUND_SUCCESS", "refund_reason": '}尺码"\\'}
        | dict.fromkeys(asked.get("query_options", []), "2026-11-23 10:00:05")
    )


def _alipay_refund(
    truth: Wallets, order: dict[str, Any], trade: dict[str, Any], asked: dict[str, Any]
) -> dict[str, Any]:
    whole, _, cents = asked["refund_amount"].partition(".")
    amount = int(whole) * 100 + int(cents)
    known = truth.refunds.get(asked["out_request_no"])
    if order["state"] != "paid":
        return _alipay_no("ACQ.TRADE_STATUS_ERROR")
    if known and known["amount_fen"] != amount:
        return _alipay_no("ACQ.DISCORDANT_REPEAT_REQUEST")
    if known is None and order["refunded"] + amount > order["amount_fen"]:
        return _alipay_no("ACQ.REASON_TRADE_REFUND_FEE_ERR")
    if known is None:
        order["refunded"] += amount
        truth.refunds[asked["out_request_no"]] = {"no": asked["out_request_no"], "amount_fen": amount}
    change = "N" if known else "Y"
    return _alipay_yes(trade | {"fund_change": change, "refund_fee": yuan(order["refunded"])})


def _alipay_trade(order: dict[str, Any]) -> dict[str, Any]:
    if order["state"] != "paid":
        return {"trade_status": "WAIT_BUYER_PAY", "total_amount": yuan(order["amount_fen"])}
    return {
        "trade_status": "TRADE_SUCCESS",
        "total_amount": yuan(order["amount_fen"]),
        "buyer_user_id": "2088000000000999",
        "send_pay_date": "2026-11-23 09:00:00",
    }


def _alipay_yes(fields: dict[str, Any]) -> dict[str, Any]:
    return {"code": "10000", "msg": "Success", **fields}


def _alipay_no(sub_code: str) -> dict[str, Any]:
    return {"code": "40004", "msg": "Business Failed", "sub_code": sub_code, "sub_msg": "业务处理失败"}


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
