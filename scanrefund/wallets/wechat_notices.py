"""WeChat Pay's refund notices. Source: merchant document 4012082053 (refund result notice).

Verified over the raw bytes like any answer, no older than five minutes, then opened with the APIv3 key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from scanrefund.errors import NoticeFault
from scanrefund.model.notice import Notice
from scanrefund.model.outcome import Signature
from scanrefund.model.wallet import Wallet
from scanrefund.wallets import wechat_wire
from scanrefund.wallets.reading import Fields, Mismatch, Unreadable, child, must_match, parse_object, text
from scanrefund.wallets.sealing import unsealed
from scanrefund.wallets.wechat_line import WechatLine

RESOURCE_TYPE: Final = "encrypt-resource"
_FAULTS: Final = {
    Signature.MISSING: "notice_unsigned",
    Signature.UNKNOWN_KEY: "notice_key_unknown",
    Signature.WRONG: "notice_forged",
}


def read_notice(line: WechatLine, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
    """A verified notice. Raises NoticeFault with the reason; nothing of an unverified one is read."""
    wallet = Wallet.WECHAT.value
    timestamp = headers.get("Wechatpay-Timestamp", "")
    if timestamp and not wechat_wire.is_fresh(timestamp, now):
        raise NoticeFault("notice_stale", wallet=wallet)
    signature = line.signature_of(headers, body, now)
    if signature is not Signature.VERIFIED:
        raise NoticeFault(_FAULTS[signature], wallet=wallet)
    if not line.settings.apiv3_key:
        raise NoticeFault("notice_no_key", wallet=wallet)
    try:
        return _notice(line, body)
    except (Unreadable, UnicodeDecodeError):
        raise NoticeFault("notice_unreadable", wallet=wallet) from None
    except Mismatch:
        raise NoticeFault("notice_foreign", wallet=wallet) from None


def _notice(line: WechatLine, body: bytes) -> Notice:
    envelope = parse_object(body.decode("utf-8"))
    must_match("resource_type", text(envelope, "resource_type"), RESOURCE_TYPE)
    plain = unsealed(child(envelope, "resource"), line.settings.apiv3_key)
    told = parse_object(plain.decode("utf-8"))
    must_match("merchant", text(told, "mchid"), line.settings.mchid)
    return Notice(
        wallet=Wallet.WECHAT,
        notice_id=_required(envelope, "id"),
        event=_required(envelope, "event_type"),
        order_id=_required(told, "out_trade_no"),
        # A notice about a payment has none.
        refund_id=text(told, "out_refund_no"),
        sha256=hashlib.sha256(body).hexdigest(),
    )


def _required(fields: Fields, name: str) -> str:
    value = text(fields, name)
    if not value:
        raise Unreadable(f"wrong_{name}")
    return value
