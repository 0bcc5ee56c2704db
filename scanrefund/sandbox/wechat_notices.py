"""WeChat Pay's refund notice: JSON around an AES-GCM box, signed like an answer.

Sources: merchant documents 4013071196 (refund notice) and 4012082053, and the rules for notices: an answer of
200 or 204 within five seconds, else fifteen further tries over 24 h 4 min.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from scanrefund.sandbox.business import SUCCESS, Order, Refund, rfc3339
from scanrefund.sandbox.folder import WechatSide
from scanrefund.sandbox.notice_box import Manner, Notice
from scanrefund.sandbox.notices import Answer, Letter
from scanrefund.sandbox.signing import aes_gcm
from scanrefund.sandbox.spoken import Seal
from scanrefund.sandbox.state import Turn
from scanrefund.sandbox.wechat_answers import received_by
from scanrefund.sandbox.wechat_keys import Signer, WechatKeys

_MINUTE_S: Final = 60.0
_HOUR_S: Final = 3600.0
_SUMMARY: Final = {"SUCCESS": "退款成功", "ABNORMAL": "退款异常", "CLOSED": "退款关闭"}
_SEALS: Final = {Manner.PROBE: Seal.WRONG, Manner.UNSIGNED: Seal.NONE}
# Clients refuse what is five minutes old.
_STALE_S: Final = 3600


class WechatHerald:
    """Writes WeChat Pay's notices."""

    wallet = "wechat"
    pauses_s: tuple[float, ...] = (
        *(15.0, 15.0, 30.0),
        *(3 * _MINUTE_S, 10 * _MINUTE_S, 20 * _MINUTE_S),
        *(30 * _MINUTE_S, 30 * _MINUTE_S, 30 * _MINUTE_S, 60 * _MINUTE_S),
        *(3 * _HOUR_S, 3 * _HOUR_S, 3 * _HOUR_S, 6 * _HOUR_S, 6 * _HOUR_S),
    )

    def __init__(self, side: WechatSide, keys: WechatKeys) -> None:
        self._side = side
        self._keys = keys

    def letter(
        self, notice: Notice, order: Order, refunds: Sequence[Refund], turn: Turn, manner: Manner
    ) -> Letter:
        refund = next(one for one in refunds if one.refund_id == notice.refund_id)
        body = _to_bytes(self._content(notice, order, refund))
        signer = self._keys.for_notice(refund.signed_for)
        timestamp = int(turn.real_now) - (_STALE_S if manner is Manner.STALE else 0)
        return Letter(_headers(self._signed_by(signer, manner), body, timestamp, manner), body)

    def _signed_by(self, signer: Signer, manner: Manner) -> Signer:
        return self._keys.foreign(signer) if manner is Manner.FORGED else signer

    def _content(self, notice: Notice, order: Order, refund: Refund) -> dict[str, Any]:
        told = _to_bytes(_told(self._side.mchid, notice, order, refund))
        nonce, sealed = aes_gcm(self._side.apiv3_key, told, "refund")
        return {
            "id": notice.notice_id,
            "create_time": rfc3339(notice.happened_at),
            "resource_type": "encrypt-resource",
            "event_type": f"REFUND.{notice.status}",
            "summary": _SUMMARY[notice.status],
            "resource": {
                "original_type": "refund",
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": sealed,
                "associated_data": "refund",
                "nonce": nonce,
            },
        }

    def accepted(self, answer: Answer) -> bool:
        return answer.status in {200, 204}


def _told(mchid: str, notice: Notice, order: Order, refund: Refund) -> dict[str, Any]:
    """What the box holds. Its field is `refund_status`, where answers say `status`."""
    then = replace(refund, status=notice.status)
    told: dict[str, Any] = {
        "mchid": mchid,
        "out_trade_no": order.order_id,
        "transaction_id": order.wallet_order_id,
        "out_refund_no": refund.refund_id,
        "refund_id": refund.wallet_refund_id,
        "refund_status": notice.status,
    }
    if notice.status == SUCCESS:
        told["success_time"] = rfc3339(notice.happened_at)
    amount = {"total": order.amount_fen, "refund": refund.amount_fen}
    amount |= {"payer_total": order.amount_fen, "payer_refund": refund.amount_fen}
    return {**told, "amount": amount, "user_received_account": received_by(then)}


def _headers(signer: Signer, body: bytes, timestamp: int, manner: Manner) -> tuple[tuple[str, str], ...]:
    return (
        ("content-type", "application/json"),
        ("accept", "*/*"),
        ("user-agent", "Mozilla/4.0"),
        ("request-id", f"{secrets.token_hex(16).upper()}-0"),
        *signer.headers(body, timestamp, _SEALS.get(manner, Seal.RIGHT)),
    )


def _to_bytes(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
