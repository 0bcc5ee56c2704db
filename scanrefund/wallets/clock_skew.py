"""Is our own clock the reason why a wallet does not know us? Both wallets refuse a signature whose time is
minutes away from theirs, and say so in words that send people looking for keys.

The server's Date header only chooses the word that people read: no outcome is made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from scanrefund.model.outcome import CLOCK_SKEW

# What a wallet says when it could not authenticate us.
_AUTH_CODES: Final = frozenset({"SIGN_ERROR", "SIGNERROR", "isv.invalid-timestamp"})
SKEW_S_MAX: Final = 300  # WeChat Pay's own limit, both ways; Alipay names none


def told_by_clock(code: str, headers: Mapping[str, str], now: datetime) -> str:
    """`clock_skew:SECONDS` instead of a code that our clock explains, else the code as it is."""
    if code not in _AUTH_CODES:
        return code
    skew_s = _skew_s(headers.get("Date", ""), now)
    return f"{CLOCK_SKEW}:{skew_s}" if skew_s > SKEW_S_MAX else code


def _skew_s(date: str, now: datetime) -> int:
    try:
        theirs = parsedate_to_datetime(date)
    except ValueError:
        return 0
    return round(abs((now - theirs.astimezone(UTC)).total_seconds()))
