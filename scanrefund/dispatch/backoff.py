"""When to try again: pure, from counts and the refund's own number.

Sources: WeChat Pay document 4014959631 (poll a minute after the refund, then with decay), Alipay's refund
query (not before 10 s after an unknown send). A counter looks sooner while the customer stands there:
wallet money is usually back within seconds, and a look costs nothing.
"""

from __future__ import annotations

import hashlib
from typing import Final

UNKNOWN_FIRST_S: Final = 10.0
UNKNOWN_MAX_S: Final = 3600.0
JITTER: Final = 0.2

# A refund that was accepted: three looks while the customer waits, then WeChat's advice, then hourly.
PROCESSING_S: Final = (3.0, 5.0, 10.0, 60.0, 60.0, 60.0, 60.0, 60.0, 300.0, 600.0, 1200.0, 1800.0)
STUCK_S: Final = 3600.0


def unknown_delay_s(tries: int, seed: str) -> float:
    """10 s · 2^n, up to 20 % longer by a jitter derived from `seed`, an hour at most. `tries` from 0."""
    doubled = UNKNOWN_FIRST_S * 2.0 ** min(tries, 12)
    return float(min(doubled * _jitter(f"{seed}/{tries}"), UNKNOWN_MAX_S))


def processing_delay_s(asks: int) -> float:
    """How long to leave an accepted refund alone after `asks` looks."""
    return PROCESSING_S[asks] if asks < len(PROCESSING_S) else STUCK_S


def _jitter(seed: str) -> float:
    fraction = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4], "big") / 2**32
    # Never below 1: the wallets' least waiting time is a floor, not a middle.
    return 1.0 + JITTER * fraction
