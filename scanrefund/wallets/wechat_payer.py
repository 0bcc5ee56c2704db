"""Whose payment code this is: V2 `authcodetoopenid`. Source: merchant document v2 4011940944.

There is no APIv3 form of it. The call locks the code to this shop's appid until the customer's phone shows a
new one, and needs a permission of its own. The code travels in the body and stands nowhere else.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import re
import secrets
from collections.abc import Mapping
from typing import Final

from scanrefund.http import HttpReply
from scanrefund.model.outcome import Answer, PayerAnswer, PayerLook
from scanrefund.model.payment_code import PaymentCode
from scanrefund.wallets.reading import MESSAGE_CHARS_MAX, TEXT_CHARS_MAX, Unreadable
from scanrefund.wallets.wechat_line import WechatLine

TARGET: Final = "/tools/authcodetoopenid"
_NO_LIVING_CODE: Final = frozenset({"AUTHCODEEXPIRE", "AUTH_CODE_ERROR", "AUTH_CODE_INVALID"})
FIELDS_MAX: Final = 50

# V2 answers are one flat element after another; anything else, entities and schemas first, is not read.
_WHOLE: Final = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*)?<xml>(.*)</xml>\s*", re.DOTALL)
_ELEMENT: Final = re.compile(r"\s*<(\w{1,64})>(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))</\1>\s*", re.DOTALL)


def payer_of_code(line: WechatLine, code: PaymentCode) -> PayerAnswer:
    """Ask WeChat Pay. Never raises for what came in."""
    settings = line.settings
    if not settings.apiv2_key:
        return PayerAnswer(PayerLook.NOT_OFFERED, code="no_apiv2_key")
    fields = {
        "appid": settings.appid,
        "mch_id": settings.mchid,
        "auth_code": code.reveal(),
        "nonce_str": secrets.token_hex(16),
    }
    fields["sign"] = signed(fields, settings.apiv2_key)
    reply = line.post_plain(TARGET, {"Content-Type": "text/xml; charset=utf-8"}, to_xml(fields))
    if isinstance(reply, Answer):
        return PayerAnswer(PayerLook.NOT_ASKED, code=reply.code)
    try:
        return _read(reply, line)
    except Unreadable as error:
        return PayerAnswer(PayerLook.NOT_ASKED, code=str(error))


def signed(fields: Mapping[str, str], apiv2_key: str) -> str:
    """The V2 sign: MD5 over the sorted pairs and the key. The call's `sign` has no room for a longer one."""
    pairs = [f"{name}={fields[name]}" for name in sorted(fields) if name != "sign" and fields[name]]
    text = "&".join([*pairs, f"key={apiv2_key}"])
    return hashlib.md5(text.encode("utf-8"), usedforsecurity=False).hexdigest().upper()


def to_xml(fields: Mapping[str, str]) -> bytes:
    inner = "".join(f"<{name}>{html.escape(value)}</{name}>" for name, value in fields.items())
    return f"<xml>{inner}</xml>".encode()


def from_xml(raw: bytes) -> dict[str, str]:
    """The flat fields of a V2 answer. Raises Unreadable."""
    try:
        whole = _WHOLE.fullmatch(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise Unreadable("not_xml") from None
    fields: dict[str, str] = {}
    place = 0
    inner = whole[1] if whole else ""
    while whole and place < len(inner):
        element = _ELEMENT.match(inner, place)
        if element is None or element[1] in fields or len(fields) >= FIELDS_MAX:
            raise Unreadable("not_xml")
        fields[element[1]] = element[2] if element[2] is not None else html.unescape(element[3])
        place = element.end()
    if not fields:
        raise Unreadable("not_xml")
    return fields


def _read(reply: HttpReply, line: WechatLine) -> PayerAnswer:
    if reply.status != 200:
        raise Unreadable(f"http_{reply.status}")
    fields = from_xml(reply.body)
    if fields.get("return_code") != "SUCCESS":
        # Refused before it was looked at, and never signed: our set-up.
        return PayerAnswer(PayerLook.NOT_ASKED, code="v2_refused", message=_words(fields, "return_msg"))
    if not hmac.compare_digest(
        fields.get("sign", "").encode(), signed(fields, line.settings.apiv2_key).encode()
    ):
        raise Unreadable("bad_signature")
    if fields.get("result_code") != "SUCCESS":
        return _refused(fields)
    settings, payer = line.settings, fields.get("openid", "")
    ours = (fields.get("appid"), fields.get("mch_id")) == (settings.appid, settings.mchid)
    if not ours or not payer or not payer.isprintable() or len(payer) > TEXT_CHARS_MAX:
        raise Unreadable("wrong_openid")
    return PayerAnswer(PayerLook.FOUND, payer)


def _refused(fields: Mapping[str, str]) -> PayerAnswer:
    code = fields.get("err_code", "")
    look = PayerLook.CODE_REFUSED if code in _NO_LIVING_CODE else PayerLook.NOT_ASKED
    return PayerAnswer(look, code=_clean(code)[:64], message=_words(fields, "err_code_des"))


def _words(fields: Mapping[str, str], name: str) -> str:
    return _clean(fields.get(name, "")[:MESSAGE_CHARS_MAX])


def _clean(words: str) -> str:
    """Printable, and without any long row of digits: a message may repeat the code it refuses."""
    shown = "".join(char if char.isprintable() else " " for char in words)
    return re.sub(r"[0-9]{12,}", "…", shown).strip()
