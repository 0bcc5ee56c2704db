"""Alipay's v2 gateway door: parameters in, signed nodes out.

Checks in the gateway's order: app, method, signature type, timestamp, signature. Answers are HTTP 200
whatever they say. Source: opendocs (gateway parameters, signing), and the answers of the live gateway to
unknown apps.
"""

from __future__ import annotations

import email
import html
import json
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from typing import Any, Final
from urllib.parse import parse_qsl

from scanrefund.sandbox.business import BEIJING
from scanrefund.sandbox.folder import AlipaySide
from scanrefund.sandbox.signing import sign, verified
from scanrefund.sandbox.spoken import Call, Reply, Said, Seal

CLOCK_OFF_S_MAX: Final = 300
_HEADERS: Final = (("server", "nginx"), ("cache-control", "no-cache"))
_PARAMETERS_MAX: Final = 40
_REQUIRED: Final = ("method", "sign_type", "sign", "timestamp", "version")
_MESSAGES: Final = {
    "10000": "Success",
    "20000": "Service Currently Unavailable",
    "20001": "Insufficient Token Permissions",
    "40001": "Missing Required Arguments",
    "40002": "Invalid Arguments",
    "40004": "Business Failed",
    "40005": "Call Limited",
}


def success(**fields: object) -> Said:
    """Code 10000 with its business fields."""
    return Said(200, {"code": "10000", "msg": _MESSAGES["10000"], **fields})


def failure(code: str, sub_code: str, sub_msg: str, **fields: object) -> Said:
    """Any other gateway code."""
    return Said(
        200, {"code": code, "msg": _MESSAGES[code], "sub_code": sub_code, "sub_msg": sub_msg, **fields}
    )


def declined(code: str, message: str, **fields: object) -> Said:
    """A method's own no: gateway code 40004 and the business code."""
    return failure("40004", code, message, **fields)


@dataclass(frozen=True, slots=True)
class AlipayTongue:
    """Alipay's way to answer one call: the method names the node, the charset makes the bytes."""

    side: AlipaySide
    node: str
    charset: str
    by_certificate: bool

    def busy(self) -> Said:
        return Said(
            429, failure("40005", "isv.app-call-limited", "应用调用次数超限，包含调用频率超限").content
        )

    def broken(self) -> Said:
        return Said(500, failure("20000", "aop.ACQ.SYSTEM_ERROR", "系统异常").content)

    def dress(self, said: Said, seal: Seal) -> Reply:
        # The signed bytes are the node exactly as sent; like the real gateway's, its slashes are escaped.
        text = json.dumps(said.content, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")
        node = text.encode(self.charset, errors="replace")
        body = b'{"' + self.node.encode() + b'":' + node + self._signature(node, seal) + b"}"
        content_type = ("content-type", f"text/html;charset={self.charset}")
        trace_id = ("trace_id", secrets.token_hex(16))
        return Reply(said.status, (*_HEADERS, content_type, trace_id), body)

    def _signature(self, node: bytes, seal: Seal) -> bytes:
        if seal is Seal.NONE:
            return b""
        signed = node if seal is Seal.RIGHT else node + b" "
        certificate = f',"alipay_cert_sn":"{self.side.alipay_cert_sn}"' if self.by_certificate else ""
        return f'{certificate},"sign":"{sign(self.side.signer, signed)}"'.encode()


@dataclass(frozen=True, slots=True)
class Stopped:
    """A refusal of the gateway itself. Some of these carry no signature."""

    said: Said
    seal: Seal = Seal.RIGHT


def parameters_of(call: Call) -> tuple[dict[str, str], str]:
    """All parameters of query and body, and the charset they were read in.

    The charset counts only in the URL query; without one there, the gateway reads everything as GBK.
    """
    in_query = dict(_pairs(call.query, "ascii"))
    charset = {"utf-8": "utf-8", "gbk": "gbk"}.get(in_query.get("charset", "").lower(), "gbk")
    if call.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        in_body = _multipart(call, charset)
    else:
        in_body = dict(_pairs(call.body.decode("latin-1"), charset))
    return {**dict(_pairs(call.query, charset)), **in_body}, charset


def _pairs(text: str, charset: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            text, keep_blank_values=True, encoding=charset, errors="replace", max_num_fields=_PARAMETERS_MAX
        )
    except ValueError:
        return []


def _multipart(call: Call, charset: str) -> dict[str, str]:
    head = f"content-type: {call.headers['content-type']}\r\n\r\n".encode("latin-1", errors="replace")
    message = email.message_from_bytes(head + call.body)
    parts: list[Message] = [part for part in message.walk() if not part.is_multipart()][:_PARAMETERS_MAX]
    found = {}
    for part in parts:
        name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found[name] = content.decode(charset, errors="replace")
    return found


def signed_text(parameters: dict[str, str]) -> str:
    """All parameters but `sign`, empty ones dropped, in order of their names."""
    kept = sorted((name, value) for name, value in parameters.items() if value and name != "sign")
    return "&".join(f"{name}={value}" for name, value in kept)


def stopped_at_the_door(
    parameters: dict[str, str], charset: str, side: AlipaySide, methods: frozenset[str], real_now: float
) -> Stopped | None:
    """Why the gateway does not pass this call on, or None."""
    unknown = _unknown_app(parameters, side)
    if unknown:
        return Stopped(unknown, Seal.NONE)
    missing = next((name for name in _REQUIRED if not parameters.get(name)), None)
    if missing:
        word = {"sign": "signature", "sign_type": "signature-type"}.get(missing, missing)
        return Stopped(failure("40001", f"isv.missing-{word}", f"缺少{missing}参数"))
    wrong = _wrong_parameter(parameters, methods, real_now)
    if wrong:
        return Stopped(failure("40002", *wrong))
    no = wrong_certificate(
        parameters.get("app_cert_sn", ""), parameters.get("alipay_root_cert_sn", ""), side
    ) or _not_authorised(parameters, charset, side)
    return Stopped(no) if no else None


def _not_authorised(parameters: dict[str, str], charset: str, side: AlipaySide) -> Said | None:
    """A signature that is not the app's, or a token for somebody else's shop, of which there are none."""
    text = signed_text(parameters)
    if not verified(side.app_key, text.encode(charset, errors="replace"), parameters["sign"]):
        hint = (
            "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配，请确认charset参数放在了URL查询字符串中"
        )
        seen = html.escape(f"{hint}，网关生成的验签字符串为：{text}", quote=False)
        return failure("40002", "isv.invalid-signature", seen)
    if parameters.get("app_auth_token"):
        return failure("20001", "aop.invalid-app-auth-token", "无效的应用授权令牌")
    return None


def _unknown_app(parameters: dict[str, str], side: AlipaySide) -> Said | None:
    if not parameters.get("app_id"):
        return failure("40001", "isv.missing-app-id", "缺少AppID参数")
    if parameters["app_id"] != side.app_id:
        return failure("40002", "isv.invalid-app-id", "无效的AppID参数")
    return None


def _wrong_parameter(
    parameters: dict[str, str], methods: frozenset[str], real_now: float
) -> tuple[str, str] | None:
    if parameters["method"] not in methods:
        return "isv.invalid-method", "不存在的方法名"
    if parameters["sign_type"] != "RSA2":
        return "isv.invalid-signature-type", "无效的签名类型"
    if parameters.get("charset", "").lower() not in {"utf-8", "gbk"}:
        return "isv.invalid-charset", "无效的字符集"
    if parameters.get("format", "JSON").upper() != "JSON":
        return "isv.invalid-format", "无效的数据格式"
    if not _is_now(parameters["timestamp"], real_now):
        return "isv.invalid-timestamp", "非法的时间戳参数"
    return None


def wrong_certificate(app_cert_sn: str, root_cert_sn: str, side: AlipaySide) -> Said | None:
    """In certificate mode a call names the app's certificate and the root it trusts; in key mode neither."""
    if not app_cert_sn and not root_cert_sn:
        return None
    if not app_cert_sn:
        return failure("40001", "isv.missing-app-cert-sn", "缺少应用公钥证书SN")
    if not root_cert_sn:
        return failure("40001", "isv.missing-alipay-root-cert-sn", "缺少支付宝根证书SN")
    if app_cert_sn != side.app_cert_sn:
        return failure("40002", "isv.invalid-app-cert-sn", "无效的应用公钥证书序列号")
    if side.root_cert_sn not in root_cert_sn.split("_"):
        return failure("40002", "isv.invalid-alipay-root-cert-sn", "无效的支付宝根证书序列号")
    return None


def _is_now(timestamp: str, real_now: float) -> bool:
    """Beijing time by the documents; this machine's own zone as well, which is what most SDKs send."""
    try:
        said = datetime.strptime(timestamp, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        return False
    local = time.localtime(real_now).tm_gmtoff
    beijing = BEIJING.utcoffset(None).total_seconds()
    as_utc = said.replace(tzinfo=UTC).timestamp()
    return any(abs(as_utc - offset - real_now) <= CLOCK_OFF_S_MAX for offset in (beijing, local))


def read_object(text: str) -> dict[str, Any] | None:
    """The business fields: a JSON object whose numbers stay the text they were, or None.

    A field that is empty or null was not given: Alipay's own samples send both trade numbers and leave
    one of them empty.
    """
    try:
        found = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    return {name: value for name, value in found.items() if value not in ("", None)}
