"""AES-256-GCM with the APIv3 key: how WeChat Pay closes notices and certificates. Source: merchant
documents on APIv3 decryption (AEAD_AES_256_GCM, a 16-byte tag at the end, base64)."""

from __future__ import annotations

import base64
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from scanrefund.wallets.reading import Fields, Unreadable, text

ALGORITHM: Final = "AEAD_AES_256_GCM"
CIPHERTEXT_CHARS_MAX: Final = 65_536  # a certificate has 2 kB, a notice less


def unsealed(resource: Fields, apiv3_key: str) -> bytes:
    """What an `encrypt-resource` holds. Raises Unreadable when it is not closed with our key."""
    sealed = resource.get("ciphertext")
    if text(resource, "algorithm") != ALGORITHM or not isinstance(sealed, str):
        raise Unreadable("wrong_resource")
    if len(sealed) > CIPHERTEXT_CHARS_MAX:
        raise Unreadable("wrong_ciphertext")
    nonce, associated = text(resource, "nonce").encode(), text(resource, "associated_data").encode()
    try:
        raw = base64.b64decode(sealed, validate=True)
        return AESGCM(apiv3_key.encode("ascii")).decrypt(nonce, raw, associated)
    except (ValueError, InvalidTag):
        raise Unreadable("wrong_ciphertext") from None
