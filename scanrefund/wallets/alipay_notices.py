"""Alipay's notices about a trade. Source: opendocs on asynchronous notices (common/02mse7).

A form in the charset it names. Signed is every parameter but `sign`, `sign_type` and the certificate's
number, decoded and sorted: the opposite of a request, which signs `sign_type` too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl

from scanrefund.errors import NoticeFault
from scanrefund.model.notice import Notice
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.alipay_line import AlipayLine
from scanrefund.wallets.reading import Unreadable, beijing_time, text

# Alipay repeats a notice for 24 hours and 22 minutes; what is older was kept by somebody else.
AGE_MAX: Final = timedelta(hours=26)
FIELDS_MAX: Final = 200
_CHARSETS: Final = {"utf-8": "utf-8", "gbk": "gb18030", "gb2312": "gb18030", "gb18030": "gb18030"}
_UNSIGNED: Final = frozenset({"sign", "sign_type", "alipay_cert_sn"})


def read_notice(line: AlipayLine, body: bytes, now: datetime) -> Notice:
    """A verified notice about our own app and seller. Raises NoticeFault with the reason."""
    try:
        form, charset = _form(body)
        _verify(line, form, charset)
        return _notice(line, form, body, now)
    except Unreadable:
        raise _fault("notice_unreadable") from None


def _fault(code: str) -> NoticeFault:
    return NoticeFault(code, wallet=Wallet.ALIPAY.value)


def _form(body: bytes) -> tuple[dict[str, str], str]:
    """The fields, each once, and the codec they are written in."""
    named = dict(_pairs(body, "latin-1")).get("charset", "utf-8").lower()
    if named not in _CHARSETS:
        raise Unreadable("wrong_charset")
    pairs = _pairs(body, _CHARSETS[named])
    form = dict(pairs)
    if len(form) != len(pairs):
        raise Unreadable("wrong_form")
    return form, _CHARSETS[named]


def _pairs(body: bytes, codec: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            encoding=codec,
            errors="strict",
            max_num_fields=FIELDS_MAX,
        )
    except ValueError:
        raise Unreadable("wrong_form") from None


def _verify(line: AlipayLine, form: Mapping[str, str], codec: str) -> None:
    if not form.get("sign"):
        raise _fault("notice_unsigned")
    key = line.keys.get(form.get("alipay_cert_sn", ""))
    if key is None:
        raise _fault("notice_key_unknown")
    signed = "&".join(f"{name}={form[name]}" for name in sorted(form) if name not in _UNSIGNED and form[name])
    if form.get("sign_type") != "RSA2" or not key.verifies(signed.encode(codec), form["sign"]):
        raise _fault("notice_forged")


def _notice(line: AlipayLine, form: Mapping[str, str], body: bytes, now: datetime) -> Notice:
    settings = line.settings
    if (form.get("app_id"), form.get("seller_id")) != (settings.app_id, settings.seller_id):
        raise _fault("notice_foreign")
    told_at = beijing_time(form, "notify_time")
    if told_at is None or abs(now - told_at) > AGE_MAX:
        raise _fault("notice_stale")
    return Notice(
        wallet=Wallet.ALIPAY,
        notice_id=_required(form, "notify_id"),
        event=_required(form, "trade_status"),
        order_id=_required(form, "out_trade_no"),
        # The refund's own number; a notice about a payment has none.
        refund_id=text(form, "out_biz_no"),
        sha256=hashlib.sha256(body).hexdigest(),
    )


def _required(form: Mapping[str, str], name: str) -> str:
    value = text(form, name)
    if not value:
        raise Unreadable(f"wrong_{name}")
    return value
