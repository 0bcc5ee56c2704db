"""`/tools/authcodetoopenid`: whose phone shows this payment code? The one V2 call of a refund desk.

Source: merchant document v2 4011940944. XML both ways, HTTP always 200; what is wrong with the call stands in
`return_msg`, what is wrong with the code in `err_code`. A sign has room for 32 characters: only MD5 fits.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from scanrefund.sandbox.faults import Fault, play
from scanrefund.sandbox.folder import WechatSide
from scanrefund.sandbox.numbers import CODE_LIFE_S, payer_id, payment_code
from scanrefund.sandbox.spoken import Call, Reply, Said, Seal
from scanrefund.sandbox.state import Store, Turn

WALLET: Final = "wechat"
PATH: Final = "/tools/authcodetoopenid"
_FIELDS: Final = {"appid": 32, "mch_id": 32, "auth_code": 128, "nonce_str": 32, "sign": 32}
_CODE: Final = re.compile(r"1[0-5][0-9]{16}")
# A code that was shown within the last hour is known to have expired; an older one to nobody.
_REMEMBERED_MINUTES: Final = 60
# Whose phone `/sandbox/phone/wechat` is.
CUSTOMER: Final = "customer"
_INVALID: Final = ("AUTH_CODE_INVALID", "101 付款码无效，请重新扫码")
_EXPIRED: Final = ("AUTHCODEEXPIRE", "101 付款码已过期，请退出重试")
_SYSTEM: Final = ("SYSTEMERROR", "系统异常，请稍后重试")

Fields = dict[str, str]


def v2_sign(fields: Fields, key: str) -> str:
    """MD5 over the sorted fields and the key, upper case; empty fields and `sign` do not count."""
    pairs = [f"{name}={value}" for name, value in sorted(fields.items()) if value and name != "sign"]
    text = "&".join([*pairs, f"key={key}"])
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()


@dataclass(frozen=True, slots=True)
class V2Tongue:
    """How V2 answers: XML, signed inside where the call was understood."""

    side: WechatSide

    def busy(self) -> Said:
        return self.failed("FREQUENCY_LIMITED", "频率限制，请降低申请频率再重试")

    def broken(self) -> Said:
        return self.failed(*_SYSTEM)

    def failed(self, code: str, text: str) -> Said:
        return self.understood(result_code="FAIL", err_code=code, err_code_des=text)

    def understood(self, **fields: str) -> Said:
        ids = {"appid": self.side.appid, "mch_id": self.side.mchid, "nonce_str": secrets.token_hex(16)}
        return Said(200, {"return_code": "SUCCESS", "return_msg": "OK", **ids, **fields})

    def dress(self, said: Said, seal: Seal) -> Reply:
        fields: Fields = dict(said.content)
        if fields["return_code"] == "SUCCESS" and seal is not Seal.NONE:
            sign = v2_sign(fields, self.side.apiv2_key)
            fields["sign"] = sign if seal is Seal.RIGHT else sign[::-1]
        lines = "\n".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
        return Reply(said.status, (("content-type", "text/plain"),), f"<xml>{lines}</xml>".encode())


class WechatPayer:
    """One call in, one reply out."""

    def __init__(self, side: WechatSide, store: Store) -> None:
        self._side = side
        self._store = store

    def answer(self, call: Call) -> Reply:
        tongue = V2Tongue(self._side)
        fields = _read(call) if call.method == "POST" else None
        wrong = "请使用post方法" if call.method != "POST" else self._wrong(fields)
        if wrong or fields is None:
            return tongue.dress(Said(200, {"return_code": "FAIL", "return_msg": wrong}), Seal.NONE)
        with self._store.turn() as turn:
            fault = turn.take_fault(WALLET, "payer", None)
            return play(fault, lambda: _payer(turn, fields["auth_code"], tongue, fault), tongue)

    def _wrong(self, fields: Fields | None) -> str:
        """What is wrong with the call, or nothing."""
        if fields is None:
            return "XML格式错误"
        for name, length_max in _FIELDS.items():
            length = len(fields.get(name, "").encode())
            if not length:
                return f"缺少参数{name}"
            if length > length_max:
                return f"{name}字节数{length}大于最大值{length_max}"
        if (fields["appid"], fields["mch_id"]) != (self._side.appid, self._side.mchid):
            return "appid和mch_id不匹配"
        return "" if fields["sign"] == v2_sign(fields, self._side.apiv2_key) else "签名错误"


def _read(call: Call) -> Fields | None:
    """The flat fields of an XML body, or None. A document type is refused: it may carry entities."""
    if b"<!DOCTYPE" in call.body or b"<!ENTITY" in call.body:
        return None
    try:
        root = ET.fromstring(call.body)  # noqa: S314 - no document type, and at most 64 KiB
    except (ET.ParseError, ValueError, LookupError):
        return None
    return {child.tag: (child.text or "").strip() for child in root}


def _payer(turn: Turn, code: str, tongue: V2Tongue, fault: Fault | None) -> Said:
    if not _CODE.fullmatch(code) or (fault and fault.name == "false_not_found"):
        return tongue.failed(*_INVALID)
    minute = int(turn.now // CODE_LIFE_S)
    if code == payment_code(turn.seed, WALLET, minute):
        return tongue.understood(result_code="SUCCESS", openid=payer_id(turn.seed, WALLET, CUSTOMER))
    earlier = range(minute - _REMEMBERED_MINUTES, minute)
    shown = code in {payment_code(turn.seed, WALLET, one) for one in earlier}
    return tongue.failed(*(_EXPIRED if shown else _INVALID))
