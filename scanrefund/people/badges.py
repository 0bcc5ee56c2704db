"""Badges: a random secret on a card, printed once. It names a person; only the PIN proves him."""

from __future__ import annotations

import base64
import re
import secrets
import unicodedata
from typing import Final

BEGINS: Final = "SRB-"
_BYTES: Final = 15
_FORM: Final = re.compile(rf"{BEGINS}[A-Z2-7]{{24}}")


def new_badge() -> str:
    """A badge's text, 28 characters that Code 128 and QR take: 120 random bits."""
    return BEGINS + base64.b32encode(secrets.token_bytes(_BYTES)).decode()


def badge_text(scanned: str) -> str | None:
    """What a scanner typed as the text of a badge, or None for anything else."""
    text = unicodedata.normalize("NFKC", scanned).strip().upper()
    return text if _FORM.fullmatch(text) else None
