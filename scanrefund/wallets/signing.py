"""RSA PKCS#1 v1.5 with SHA-256: how both wallets sign, and the only way we accept.

A signature made with SHA-1 (Alipay's older `RSA`) fails, whatever an answer says of itself.
Key files hold PEM, or the bare base64 in which Alipay's key tool hands keys out.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

from scanrefund.errors import KeyFault

KEY_BITS_MIN: Final = 2048  # both wallets ask for it; shorter keys can be broken
KEY_FILE_BYTES_MAX: Final = 65_536  # a 16,384-bit key in PEM has 13 kB


class SigningKey:
    """Our private key. Raises KeyFault when the file is missing, no RSA private key, or too short."""

    def __init__(self, path: Path) -> None:
        key = _loaded(path, lambda data: load_pem_private_key(data, None), _der_private)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise KeyFault("wallet_key_wrong_kind", path=path)
        _refuse_short(key.key_size, path)
        self._key = key

    def sign(self, message: bytes) -> str:
        """The signature in base64."""
        return base64.b64encode(self._key.sign(message, padding.PKCS1v15(), SHA256())).decode("ascii")


class VerifyingKey:
    """A wallet's public key. Raises KeyFault when the file is missing, no RSA public key, or too short."""

    def __init__(self, path: Path) -> None:
        key = _loaded(path, load_pem_public_key, load_der_public_key)
        if not isinstance(key, rsa.RSAPublicKey):
            raise KeyFault("wallet_key_wrong_kind", path=path)
        _refuse_short(key.key_size, path)
        self._key = key

    def verifies(self, message: bytes, signature: str) -> bool:
        """Whether the base64 signature covers exactly these bytes. Never raises for what came in."""
        try:
            raw = base64.b64decode(signature, validate=True)
            self._key.verify(raw, message, padding.PKCS1v15(), SHA256())
        except (ValueError, InvalidSignature):
            return False
        return True


def _der_private(data: bytes) -> object:
    return load_der_private_key(data, None)


def _loaded(path: Path, from_pem: Callable[[bytes], object], from_der: Callable[[bytes], object]) -> object:
    try:
        with path.open("rb") as file:
            data = file.read(KEY_FILE_BYTES_MAX).strip()
    except OSError:
        raise KeyFault("wallet_key_missing", path=path) from None
    try:
        if data.startswith(b"-----BEGIN "):
            return from_pem(data)
        return from_der(base64.b64decode(b"".join(data.split()), validate=True))
    except (ValueError, TypeError, binascii.Error):
        # TypeError: the key is locked with a password. What the library says may quote the file.
        raise KeyFault("wallet_key_wrong_kind", path=path) from None


def _refuse_short(bits: int, path: Path) -> None:
    if bits < KEY_BITS_MIN:
        raise KeyFault("wallet_key_too_short", path=path, bits=bits, bits_min=KEY_BITS_MIN)
