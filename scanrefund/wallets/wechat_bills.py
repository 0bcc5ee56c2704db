"""WeChat Pay's bills: where one lies, then its bytes. Source: merchant documents 4012556654, 4013071254.

The download carries no signature, so its SHA-1 is compared with the signed one; the hash is of the unpacked
text.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlsplit

from scanrefund.http import HttpReply
from scanrefund.model.bill import BillAnswer, BillKind, BillLook
from scanrefund.model.outcome import Answer, Signature
from scanrefund.wallets import wechat_codes
from scanrefund.wallets.reading import Fields, Mismatch, Unreadable, must_match, text
from scanrefund.wallets.unpacking import bill_limits, gunzipped
from scanrefund.wallets.wechat_line import Heard, WechatLine
from scanrefund.wallets.wechat_replies import fields_of, refusal

_TARGETS: Final = {
    BillKind.TRADES: "/v3/bill/tradebill?bill_date={day}&bill_type=ALL&tar_type=GZIP",
    BillKind.FUNDS: "/v3/bill/fundflowbill?bill_date={day}&account_type=BASIC&tar_type=GZIP",
}
_LOOKS: Final = {
    "NO_STATEMENT_EXIST": BillLook.EMPTY,
    "STATEMENT_CREATING": BillLook.NOT_READY,
}
URL_CHARS_MAX: Final = 2_048


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a bill lies, and what it must hash to."""

    target: str
    sha1: str


def fetch(line: WechatLine, day: date, kind: BillKind) -> BillAnswer:
    """The bill of one day. Never raises for what came in."""
    heard = line.call("GET", _TARGETS[kind].format(day=day.isoformat()))
    if isinstance(heard, Answer):
        return BillAnswer(BillLook.NOT_FETCHED, code=heard.code)
    if heard.reply.status != 200 or heard.signature is not Signature.VERIFIED:
        return _refused(heard)
    try:
        place = _place(fields_of(heard.reply), line.hosts)
        file = line.call("GET", place.target, limits=bill_limits(line.limits))
        if isinstance(file, Answer):
            return BillAnswer(BillLook.NOT_FETCHED, code=file.code)
        return BillAnswer(BillLook.FETCHED, (_opened(file.reply, place.sha1),))
    except (Unreadable, Mismatch) as error:
        return BillAnswer(BillLook.NOT_FETCHED, code=str(error))


def _refused(heard: Heard) -> BillAnswer:
    code, _, words = refusal(heard.reply, heard.signature, wechat_codes.ANY_CALL)
    proved = heard.signature is Signature.VERIFIED
    look = _LOOKS.get(code, BillLook.NOT_FETCHED) if proved else BillLook.NOT_FETCHED
    return BillAnswer(look, code=code, message=words)


def _place(fields: Fields, hosts: tuple[str, ...]) -> _Place:
    """The path and query of the address. Our signed request goes to our own hosts only."""
    url = fields.get("download_url")
    if not isinstance(url, str) or not (url.isascii() and url.isprintable()) or len(url) > URL_CHARS_MAX:
        raise Unreadable("wrong_download_url")
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" not in hosts:
        raise Unreadable("foreign_download_url")
    must_match("hash_type", text(fields, "hash_type"), "SHA1")
    return _Place(f"{parts.path}?{parts.query}", text(fields, "hash_value").lower())


def _opened(file: HttpReply, sha1: str) -> str:
    if file.status != 200:
        raise Unreadable(f"http_{file.status}")
    plain = gunzipped(file.body)
    must_match("hash", hashlib.sha1(plain, usedforsecurity=False).hexdigest(), sha1)
    try:
        return plain.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("not_text") from None
