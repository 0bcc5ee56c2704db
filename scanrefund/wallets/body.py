"""The business body of a refund: the same input gives the same bytes, for ever."""

from __future__ import annotations

import json
from typing import Any


def compact(fields: dict[str, Any]) -> bytes:
    """JSON in UTF-8 without blanks, keys sorted."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode("utf-8")


def fitted(reason: str, bytes_max: int) -> str:
    """A reason as a wallet takes it: one line of characters of at most three bytes, cut to whole ones.

    WeChat Pay refuses characters outside the Basic Multilingual Plane (emoji); both cut by bytes.
    """
    line = " ".join(reason.split())
    kept = "".join(char for char in line if char.isprintable() and ord(char) <= 0xFFFF)
    return kept.encode("utf-8")[:bytes_max].decode("utf-8", "ignore").strip()
