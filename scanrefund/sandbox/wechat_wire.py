"""WeChat Pay's door: is this call from the merchant, and how is an answer signed?

The checks run in the real server's order: headers, Authorization format, clock, serial number, signature.
Refusals of this door carry no signature; every later answer does. Source: the APIv3 signing rules of the
merchant documents, and the answers of the live service to unauthenticated calls.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from scanrefund.sandbox.folder import WechatSide
from scanrefund.sandbox.signing import verified
from scanrefund.sandbox.spoken import Call, Reply, Said, Seal
from scanrefund.sandbox.wechat_keys import SCHEME, WechatKeys

CLOCK_OFF_S_MAX: Final = 300
# These paths answer a call without Authorization in words of their own (live service, 2026).
_NO_SIGNATURE: Final = "签名信息错误，验签失败"
_WRONG_FORM: Final = "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》"
_PAYMENTS: Final = "/v3/pay/transactions/"
_PAIR: Final = re.compile(r'(mchid|nonce_str|signature|timestamp|serial_no)="([^"]*)"')
_JSON: Final = ("content-type", "application/json; charset=utf-8")
_HEADERS: Final[tuple[tuple[str, str], ...]] = (
    ("cache-control", "no-cache, must-revalidate"),
    ("content-language", "zh-CN"),
    ("server", "nginx"),
    ("x-content-type-options", "nosniff"),
)


def to_bytes(content: dict[str, Any]) -> bytes:
    """JSON as WeChat Pay writes it: keys in alphabetical order, no blanks, plain UTF-8."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        errors="replace"
    )


def error(status: int, code: str, message: str, **detail: object) -> Said:
    """An error answer; `detail` only where the documents have one."""
    content: dict[str, Any] = {"code": code, "message": message}
    if detail:
        content["detail"] = detail
    return Said(status, content)


def wrong_parameter(field: str, value: object, issue: str, location: str = "body") -> Said:
    """400 PARAM_ERROR naming the field, in the body as a JSON pointer."""
    message = f"输入源“/{location}/{field}”映射到字段“{field}”规则校验失败，{issue}"
    pointer = f"/{field}" if location == "body" else field
    return error(400, "PARAM_ERROR", message, field=pointer, value=value, issue=issue, location=location)


@dataclass(frozen=True, slots=True)
class WechatTongue:
    """WeChat Pay's way to answer one call: which of its keys signs is what the call asked for."""

    keys: WechatKeys
    asked_serial: str
    real_now: float

    def busy(self) -> Said:
        return error(429, "FREQUENCY_LIMITED", "频率限制，请降低申请频率再重试")

    def broken(self) -> Said:
        return error(500, "SYSTEM_ERROR", "系统异常，请稍后重试")

    def dress(self, said: Said, seal: Seal) -> Reply:
        """JSON and its signature; a 204 has no body, and the signature covers that."""
        body = b"" if said.status == 204 else to_bytes(said.content)
        signer = self.keys.for_answer(self.asked_serial)
        signature = signer.headers(body, int(self.real_now), seal)
        return Reply(said.status, (_JSON, *_HEADERS, _request_id(said.status), *signature), body)

    def file(self, content: bytes) -> Reply:
        """A bill's bytes: the one good answer without a signature."""
        return Reply(
            200, (("content-type", "application/octet-stream"), *_HEADERS, _request_id(200)), content
        )


def _request_id(status: int) -> tuple[str, str]:
    """The number after the dash is 0, or the internal number of an error."""
    return ("request-id", f"{secrets.token_hex(16).upper()}-{'0' if status < 400 else '268435456'}")


def turned_away(stopped: Said, call: Call) -> Reply:
    """A refusal of the door: no signature; under the payment paths without Authorization no Request-ID."""
    is_bare = call.path.startswith(_PAYMENTS) and "authorization" not in call.headers
    request_id = () if is_bare else (_request_id(stopped.status),)
    return Reply(stopped.status, (_JSON, *_HEADERS, *request_id), to_bytes(stopped.content))


Handler = Callable[[Call, str, WechatTongue], Reply]


def stopped_at_the_door(call: Call, side: WechatSide, real_now: float) -> Said | None:
    """Why this call is not from the merchant, or None."""
    if not call.headers.get("user-agent") or not call.headers.get("accept"):
        return error(400, "INVALID_REQUEST", "Http头缺少Accept或User-Agent")
    scheme, _, rest = call.headers.get("authorization", "").partition(" ")
    said = dict(_PAIR.findall(rest))
    if not scheme or (scheme == SCHEME and not _is_complete(said)):
        is_bare = not scheme and call.path.startswith(_PAYMENTS)
        return _not_authorized(_NO_SIGNATURE if is_bare else _WRONG_FORM)
    if scheme != SCHEME:
        return _not_authorized("HTTP头Authorization认证类型不正确")
    if abs(real_now - int(said["timestamp"])) > CLOCK_OFF_S_MAX:
        return _not_authorized("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟")
    if (said["mchid"], said["serial_no"].upper()) != (side.mchid, side.merchant_serial_no):
        return _not_authorized("商户证书序列号有误，请使用签名私钥匹配的证书序列号")
    return _wrong_signature(call, said, side)


def _is_complete(said: dict[str, str]) -> bool:
    # A number of more than eleven digits is no time, and would be slow to read.
    return (
        len(said) == 5 and all(said.values()) and re.fullmatch(r"[0-9]{1,11}", said["timestamp"]) is not None
    )


def _not_authorized(message: str) -> Said:
    return error(401, "SIGN_ERROR", message)


def _wrong_signature(call: Call, said: dict[str, str], side: WechatSide) -> Said | None:
    head = f"{call.method}\n{call.target}\n{said['timestamp']}\n{said['nonce_str']}\n".encode()
    message = head + call.body + b"\n"
    if verified(side.merchant_key, message, said["signature"]):
        return None
    shown = (head + call.body[:8]).decode(errors="replace")
    information = {
        "method": call.method,
        "url": call.target,
        "truncated_sign_message": shown,
        "sign_message_length": len(message),
    }
    return error(
        401,
        "SIGN_ERROR",
        "签名错误",
        detail={"issue": "sign not match"},
        field="signature",
        location="authorization",
        sign_information=information,
    )
