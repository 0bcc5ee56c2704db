"""How a message of ours proves itself to who shares a key with us: the till's webhook, the SMS gateway."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

SIGNATURE: Final = "Scanrefund-Signature"


def signed_headers(key: bytes, name: str, body: bytes, epoch_s: float) -> dict[str, str]:
    """`Scanrefund-Signature: t=SECONDS,id=NAME,v1=HEX`: HMAC-SHA256 over `SECONDS.NAME.` and the body.

    `name` is the same for every telling of one thing; `Idempotency-Key` repeats it for those who look there.
    """
    seconds = int(epoch_s)
    seal = hmac.new(key, f"{seconds}.{name}.".encode() + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Idempotency-Key": name,
        SIGNATURE: f"t={seconds},id={name},v1={seal}",
    }
