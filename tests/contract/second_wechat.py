"""The second server's WeChat Pay, from the published documents and from nothing of ours."""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

from tests.contract.second_truth import APPID, KEY_ID, MCHID, SERIAL, Wallets, is_signed, signed


def wechat(
    truth: Wallets, request: BaseHTTPRequestHandler, body: bytes, fault: str
) -> tuple[int, bytes, dict[str, str]]:
    if not _wechat_knows(truth, request, body):
        raw = json.dumps({"code": "SIGN_ERROR", "message": "签名错误"}).encode()
        return 401, raw, {"Request-ID": "08-1"}
    status, answer = _wechat_answer(truth, request.command, request.path, body, fault)
    raw = json.dumps(answer, ensure_ascii=False).encode() if fault != "garbage" else b"<html>"
    if fault == "unsigned":
        return status, raw, {"Request-ID": "08-2"}
    stamp, nonce = str(int(time.time())), "n" * 32
    if fault == "stale":
        stamp = str(int(time.time()) - 400)
    signature = signed(truth.wallet_key, f"{stamp}\n{nonce}\n".encode() + raw + b"\n")
    if fault == "bad_signature":
        signature = "WECHATPAY/SIGNTEST/" + signature[19:]
    return (
        status,
        raw,
        {
            "Request-ID": "08-0",
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": "PUB_KEY_ID_9999" if fault == "other_serial" else KEY_ID,
            "Wechatpay-Signature": signature,
        },
    )


def _wechat_knows(truth: Wallets, request: BaseHTTPRequestHandler, body: bytes) -> bool:
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    parts = dict(pair.split("=", 1) for pair in rest.split(","))
    said = {name: value.strip('"') for name, value in parts.items()}
    message = f"{request.command}\n{request.path}\n{said['timestamp']}\n{said['nonce_str']}\n".encode()
    return (
        scheme == "WECHATPAY2-SHA256-RSA2048"
        and (said["mchid"], said["serial_no"]) == (MCHID, SERIAL)
        and request.headers["Wechatpay-Serial"] == KEY_ID
        and abs(int(said["timestamp"]) - time.time()) < 300
        and is_signed(truth.merchant_key.public_key(), message + body + b"\n", said["signature"])
    )


def _wechat_answer(
    truth: Wallets, method: str, path: str, body: bytes, fault: str
) -> tuple[int, dict[str, Any]]:
    if fault == "not_enough":
        return 403, {"code": "NOT_ENOUGH", "message": "基本账户余额不足，请充值后重新发起"}
    key = urlsplit(path).path.rsplit("/", 1)[1]
    if "/v3/pay/transactions/" in path:
        by = "transaction_id" if "/id/" in path else "out_trade_no"
        order = truth.order_of({by: key}, "out_trade_no", "transaction_id")
        return (200, _wechat_order(order)) if order else (404, {"code": "ORDER_NOT_EXIST", "message": ""})
    if method == "POST":
        return _wechat_refund(truth, json.loads(body))
    refund = truth.refunds.get(key)
    if refund is None or fault == "false_not_found":
        return 404, {"code": "RESOURCE_NOT_EXISTS", "message": "退款单不存在"}
    refund["status"] = "SUCCESS"
    return 200, _wechat_refund_object(refund, fault)


def _wechat_refund(truth: Wallets, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    order = truth.order_of(asked, "out_trade_no", "transaction_id")
    if order is None or order["state"] != "paid":
        return 404, {"code": "RESOURCE_NOT_EXISTS", "message": "订单不存在"}
    amount = asked["amount"]["refund"]
    known = truth.refunds.get(asked["out_refund_no"])
    if (known and known["amount_fen"] != amount) or asked["amount"]["total"] != order["amount_fen"]:
        return 400, {"code": "INVALID_REQUEST", "message": "订单金额或退款金额与之前请求不一致，请核实后再试"}
    if known is None and order["refunded"] + amount > order["amount_fen"]:
        return 400, {"code": "INVALID_REQUEST", "message": "申请退款金额超过订单可退金额"}
    if known is None:
        order["refunded"] += amount
        known = {"no": asked["out_refund_no"], "order": order, "amount_fen": amount, "status": "PROCESSING"}
        truth.refunds[asked["out_refund_no"]] = known
    return 200, _wechat_refund_object(known, "")


def _wechat_refund_object(refund: dict[str, Any], fault: str) -> dict[str, Any]:
    order = refund["order"]
    answer = {
        "refund_id": "5030" + "0" * 25,
        "out_refund_no": refund["no"],
        "transaction_id": order["wallet_order_id"],
        "out_trade_no": order["order_id"],
        "channel": "ORIGINAL",
        "user_received_account": "商户基本账户" if fault == "returned_to_merchant" else "支付用户零钱",
        "create_time": "2026-11-23T10:00:00+08:00",
        "status": {"abnormal": "ABNORMAL", "closed": "CLOSED"}.get(fault, refund["status"]),
        "amount": {
            "total": order["amount_fen"],
            "refund": refund["amount_fen"] + (fault == "other_amount"),
            "currency": "CNY",
        },
    }
    if answer["status"] == "SUCCESS":
        answer["success_time"] = "2026-11-23T10:00:05+08:00"
    return answer


def _wechat_order(order: dict[str, Any]) -> dict[str, Any]:
    answer = {"appid": APPID, "mchid": MCHID, "out_trade_no": order["order_id"], "trade_state": "NOTPAY"}
    if order["state"] == "paid":
        answer |= {
            "trade_state": "REFUND" if order["refunded"] else "SUCCESS",
            "transaction_id": order["wallet_order_id"],
            "payer": {"openid": "o-payer-1"},
            "success_time": "2026-11-23T09:00:00+08:00",
            "amount": {"total": order["amount_fen"], "currency": "CNY"},
        }
    return answer
