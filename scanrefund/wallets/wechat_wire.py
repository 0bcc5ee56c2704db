"""WeChat Pay APIv3 on the wire: what is signed, and whether an answer is theirs.

Source: merchant documents on APIv3 signing (wechatpay4_0, wechatpay4_1) in public-key mode: answers name
the key `PUB_KEY_ID_…` they were signed with, and are verified over the raw bytes, before any parsing.
Probes that WeChat Pay signs wrongly on purpose (`WECHATPAY/SIGNTEST/…`) fail like any wrong signature.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from scanrefund.http import HttpReply
from scanrefund.model.outcome import Signature
from scanrefund.wallets.signing import SigningKey, VerifyingKey

CLOCK_SKEW_S_MAX: Final = 300  # the wallet's own limit, both ways


def string_to_sign(method: str, target: str, timestamp_s: int, nonce: str, body: bytes) -> bytes:
    """Five lines, each with its newline. `target` is path and query, encoded as on the wire."""
    return f"{method}\n{target}\n{timestamp_s}\n{nonce}\n".encode() + body + b"\n"


def authorization(mchid: str, serial_no: str, timestamp_s: int, nonce: str, signature: str) -> str:
    """The Authorization header; nothing but quoted pairs, commas and no blanks."""
    return (
        f'WECHATPAY2-SHA256-RSA2048 mchid="{mchid}",nonce_str="{nonce}",signature="{signature}",'
        f'timestamp="{timestamp_s}",serial_no="{serial_no}"'
    )


def sign(key: SigningKey, method: str, target: str, timestamp_s: int, nonce: str, body: bytes) -> str:
    """The signature of a request, in base64."""
    return key.sign(string_to_sign(method, target, timestamp_s, nonce, body))


def signature_of(reply: HttpReply, public_key_id: str, key: VerifyingKey, now: datetime) -> Signature:
    """Whether the reply is WeChat Pay's, fresh, and signed with the key we hold."""
    names = ("Timestamp", "Nonce", "Signature", "Serial")
    timestamp, nonce, signature, serial = (reply.headers.get(f"Wechatpay-{name}", "") for name in names)
    if not (timestamp and nonce and signature and serial):
        return Signature.MISSING
    signed = f"{timestamp}\n{nonce}\n".encode() + reply.body + b"\n"
    good = serial == public_key_id and _is_fresh(timestamp, now) and key.verifies(signed, signature)
    return Signature.VERIFIED if good else Signature.WRONG


def _is_fresh(timestamp: str, now: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(int(timestamp) - now.timestamp()) <= CLOCK_SKEW_S_MAX
