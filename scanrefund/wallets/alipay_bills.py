"""Alipay's bills: an address that lives for 30 seconds, then a zip of CSV files in GBK. Source: opendocs
`alipay.data.dataservice.bill.downloadurl.query`.

The signed answer names the address; the file itself carries neither signature nor hash, so only TLS and the
zip's own checksums speak for it.
"""

from __future__ import annotations

from datetime import date
from typing import Final
from urllib.parse import urlsplit

from scanrefund.http import HttpReply
from scanrefund.model.bill import BillAnswer, BillKind, BillLook
from scanrefund.model.outcome import Answer, Signature
from scanrefund.wallets import alipay_codes
from scanrefund.wallets.alipay_line import AlipayLine
from scanrefund.wallets.alipay_replies import opened
from scanrefund.wallets.body import compact
from scanrefund.wallets.reading import Fields, Unreadable
from scanrefund.wallets.unpacking import bill_limits, unzipped

BILL_URL: Final = "alipay.data.dataservice.bill.downloadurl.query"
URL_CHARS_MAX: Final = 2_048
_TYPES: Final = {BillKind.TRADES: "trade", BillKind.FUNDS: "signcustomer"}
_LOOKS: Final = {
    "NO_BILL_DATA": BillLook.EMPTY,
    "BILL_NOT_EXIST": BillLook.NOT_READY,
}
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def fetch(line: AlipayLine, day: date, kind: BillKind) -> BillAnswer:
    """The bill of one day. Never raises for what came in."""
    asked = {"bill_type": _TYPES[kind], "bill_date": day.isoformat(), "secure": "true"}
    reply = line.call(BILL_URL, compact(asked))
    if isinstance(reply, Answer):
        return BillAnswer(BillLook.NOT_FETCHED, code=reply.code)
    answer = opened(reply, BILL_URL, line.keys, alipay_codes.GATEWAY)
    if answer.line is not None:
        proved = answer.signature is Signature.VERIFIED
        look = _LOOKS.get(answer.code, BillLook.NOT_FETCHED) if proved else BillLook.NOT_FETCHED
        return BillAnswer(look, code=answer.code, message=answer.words)
    try:
        file = line.download(_address(answer.fields), bill_limits(line.limits))
        if isinstance(file, Answer):
            return BillAnswer(BillLook.NOT_FETCHED, code=file.code)
        return BillAnswer(BillLook.FETCHED, _texts(file))
    except Unreadable as error:
        return BillAnswer(BillLook.NOT_FETCHED, code=str(error))


def _address(fields: Fields) -> str:
    """The signed address. Only over TLS, because nothing else protects the file; loopback is the sandbox."""
    url = fields.get("bill_download_url")
    if not isinstance(url, str) or not (url.isascii() and url.isprintable()) or len(url) > URL_CHARS_MAX:
        raise Unreadable("wrong_bill_download_url")
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise Unreadable("plain_bill_download_url")
    return url


def _texts(file: HttpReply) -> tuple[str, ...]:
    if file.status != 200:
        raise Unreadable(f"http_{file.status}")
    try:
        return tuple(content.decode("gb18030") for content in unzipped(file.body))
    except UnicodeDecodeError:
        raise Unreadable("not_text") from None
