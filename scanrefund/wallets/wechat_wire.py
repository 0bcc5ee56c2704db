"""WeChat Pay APIv3 on the wire: what is signed, and whether an answer is theirs.

Source: merchant documents on APIv3 signing (wechatpay4_0, wechatpay4_1): answers and notices name the key
they were signed with, `PUB_KEY_ID_…` or a platform certificate's serial number, and are verified over the
raw bytes, before any parsing. While a merchant switches, both are live.
Probes that WeChat Pay signs wrongly on purpose (`WECHATPAY/SIGNTEST/…`) fail like any wrong signature.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from scanrefund.model.outcome import Signature
from scanrefund.wallets.signing import LiveKeys, SigningKey

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


def signature_of(headers: Mapping[str, str], body: bytes, keys: LiveKeys, now: datetime) -> Signature:
    """Whether a reply or a notice is WeChat Pay's, fresh, and signed with a key we hold."""
    names = ("Timestamp", "Nonce", "Signature", "Serial")
    timestamp, nonce, signature, serial = (headers.get(f"Wechatpay-{name}", "") for name in names)
    if not (timestamp and nonce and signature and serial):
        return Signature.MISSING
    if serial not in keys:
        return Signature.UNKNOWN_KEY
    signed = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
    good = is_fresh(timestamp, now) and keys[serial].verifies(signed, signature)
    return Signature.VERIFIED if good else Signature.WRONG


def is_fresh(timestamp: str, now: datetime) -> bool:
    """Whether a time in seconds is within the wallet's limit of ours."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(int(timestamp) - now.timestamp()) <= CLOCK_SKEW_S_MAX
