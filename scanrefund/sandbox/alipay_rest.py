"""Alipay's v3 door: JSON over REST, signed in headers, errors by HTTP status.

Sources: opendocs open-v3 (signing, errors), and the answers of the live host to unknown apps: no
`Authorization` is `missing-timestamp`, the app is checked before the signature, errors carry no signature.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from typing import Any, Final

from scanrefund.sandbox.alipay_wire import failure, wrong_certificate
from scanrefund.sandbox.folder import AlipaySide
from scanrefund.sandbox.signing import sign, verified
from scanrefund.sandbox.spoken import Call, Reply, Said, Seal

CLOCK_OFF_MS_MAX: Final = 600_000
_SCHEME: Final = "ALIPAY-SHA256withRSA "
_PREFIX: Final = re.compile(r"^(isv|isp|aop)\.(?=[a-z])")
# Open-v3's table of errors: permissions stand under 401, a wrong signature under 400.
_STATUS: Final = {"10000": 200, "20000": 500, "20001": 401, "40005": 429, "40006": 401}


@dataclass(frozen=True, slots=True)
class AlipayRestTongue:
    """Alipay's v3 way to answer: what v2 says, without its envelope."""

    side: AlipaySide
    by_certificate: bool
    real_now: float

    def busy(self) -> Said:
        return failure("40005", "isv.app-call-limited", "应用调用次数超限，包含调用频率超限")

    def broken(self) -> Said:
        return failure("20000", "aop.ACQ.SYSTEM_ERROR", "系统异常")

    def dress(self, said: Said, seal: Seal) -> Reply:
        code = said.content["code"]
        status, content = _STATUS.get(code, 400), _without_envelope(said.content)
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        headers = [
            ("server", "nginx"),
            ("content-type", "application/json;charset=UTF-8"),
            ("alipay-trace-id", secrets.token_hex(16)),
        ]
        if status == 200 and seal is not Seal.NONE:
            headers += self._signature(body, seal)
        return Reply(status, tuple(headers), body)

    def _signature(self, body: bytes, seal: Seal) -> list[tuple[str, str]]:
        timestamp, nonce = str(int(self.real_now * 1000)), secrets.token_hex(16)
        text = f"{timestamp}\n{nonce}\n".encode() + body + (b"\n" if seal is Seal.RIGHT else b"")
        said = [
            ("alipay-timestamp", timestamp),
            ("alipay-nonce", nonce),
            ("alipay-signature", sign(self.side.signer, text)),
        ]
        return [*said, ("alipay-sn", self.side.alipay_cert_sn)] if self.by_certificate else said


def _without_envelope(node: dict[str, Any]) -> dict[str, Any]:
    """A v2 node in v3's form: business fields alone, or `code` and `message` of an error."""
    if node["code"] == "10000":
        return {name: value for name, value in node.items() if name not in {"code", "msg"}}
    code = _PREFIX.sub("", node["sub_code"]).removeprefix("aop.")
    return {"code": code, "message": node["sub_msg"]}


def credentials_of(call: Call) -> dict[str, str]:
    """The pairs of the `Authorization` header, `sign` included; none when the header is of another kind."""
    header = call.headers.get("authorization", "")
    if not header.startswith(_SCHEME):
        return {}
    pairs = (pair.strip().partition("=") for pair in header[len(_SCHEME) :].split(","))
    return {name: value for name, _, value in pairs if name and value}


def stopped_at_the_rest_door(call: Call, side: AlipaySide, real_now: float) -> Said | None:
    """Why v3 does not pass this call on, or None."""
    said = credentials_of(call)
    no = _unknown_caller(said, side, real_now) or _wrong_sn(call, said, side)
    if no:
        return no
    if not said.get("sign"):
        return failure("40001", "isv.missing-signature", "缺少签名参数")
    if not verified(side.app_key, _signed_bytes(call), said["sign"]):
        return failure(
            "40002", "isv.invalid-signature", "验签出错，请确认签名字符串或签名私钥与应用公钥是否匹配"
        )
    if "alipay-app-auth-token" in call.headers:
        return failure("20001", "aop.invalid-app-auth-token", "无效的应用授权令牌")
    return None


def _unknown_caller(said: dict[str, str], side: AlipaySide, real_now: float) -> Said | None:
    timestamp = said.get("timestamp")
    if timestamp is None:
        return failure("40001", "isv.missing-timestamp", "缺少时间戳参数")
    if "app_id" not in said:
        return failure("40001", "isv.missing-app-id", "缺少AppID参数")
    if said["app_id"] != side.app_id:
        return failure("40002", "isv.invalid-app-id", "无效的AppID参数")
    if not re.fullmatch("[0-9]{13}", timestamp) or abs(int(timestamp) - real_now * 1000) > CLOCK_OFF_MS_MAX:
        return failure("40002", "isv.invalid-timestamp", "非法的时间戳参数")
    if "nonce" not in said:
        return failure("40002", "isv.invalid-parameter", "缺少nonce参数")
    return None


def _wrong_sn(call: Call, said: dict[str, str], side: AlipaySide) -> Said | None:
    root = call.headers.get("alipay-root-cert-sn", "")
    return wrong_certificate(said.get("app_cert_sn", ""), root, side)


def _signed_bytes(call: Call) -> bytes:
    """Credentials without their signature, method, target, body and token, each on a line of its own."""
    pairs = call.headers["authorization"][len(_SCHEME) :].split(",")
    kept = ",".join(pair.strip() for pair in pairs if not pair.strip().startswith("sign="))
    token = call.headers.get("alipay-app-auth-token", "")
    last = f"{token}\n".encode() if token else b""
    return f"{kept}\n{call.method}\n{call.target}\n".encode() + call.body + b"\n" + last
