"""RSA PKCS#1 v1.5 with SHA-256: how both wallets sign, and the only way we accept.

A signature made with SHA-1 (Alipay's older `RSA`) fails, whatever an answer says of itself.
Key files hold PEM, or the bare base64 in which Alipay's key tool hands keys out. Certificates are read in
`certificates.py`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

from scanrefund.errors import KeyFault

KEY_BITS_MIN: Final = 2048  # both wallets ask for it; shorter keys can be broken
KEY_FILE_BYTES_MAX: Final = 65_536  # a 16,384-bit key in PEM has 13 kB

SECRET_CHARS: Final = 32  # both of WeChat Pay's shared keys have as many


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
    """A wallet's public key: from its file, or `key` as a certificate from `source` holds it.

    Raises KeyFault when the file is missing, no RSA public key, or too short.
    """

    def __init__(self, source: Path | str, key: object = None) -> None:
        if key is None:
            key = _loaded(Path(source), load_pem_public_key, load_der_public_key)
        if not isinstance(key, rsa.RSAPublicKey):
            raise KeyFault("wallet_key_wrong_kind", path=source)
        _refuse_short(key.key_size, source)
        self._key = key

    def encrypted(self, text: str) -> str:
        """A text only this wallet can read, in base64: RSA-OAEP with SHA-1, as WeChat Pay wants it."""
        oaep = padding.OAEP(padding.MGF1(SHA1()), SHA1(), None)  # noqa: S303
        return base64.b64encode(self._key.encrypt(text.encode("utf-8"), oaep)).decode("ascii")

    def verifies(self, message: bytes, signature: str) -> bool:
        """Whether the base64 signature covers exactly these bytes. Never raises for what came in."""
        try:
            raw = base64.b64decode(signature, validate=True)
            self._key.verify(raw, message, padding.PKCS1v15(), SHA256())
        except (ValueError, InvalidSignature):
            return False
        return True


def shared_secret(path: Path) -> str:
    """The APIv2 or APIv3 key in a file: 32 letters or digits. Raises KeyFault."""
    try:
        text = key_file(path).decode("ascii")
    except UnicodeDecodeError:
        text = ""
    if not (len(text) == SECRET_CHARS and text.isalnum()):
        raise KeyFault("wallet_secret_wrong", path=path, chars=SECRET_CHARS)
    return text


# A wallet's live keys, by the serial number or key id its answers name; more than one while it switches.
LiveKeys: TypeAlias = Mapping[str, VerifyingKey]


def _der_private(data: bytes) -> object:
    return load_der_private_key(data, None)


def key_file(path: Path) -> bytes:
    """What a key file holds. Raises KeyFault when it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(KEY_FILE_BYTES_MAX).strip()
    except OSError:
        raise KeyFault("wallet_key_missing", path=path) from None


def _loaded(path: Path, from_pem: Callable[[bytes], object], from_der: Callable[[bytes], object]) -> object:
    data = key_file(path)
    try:
        if data.startswith(b"-----BEGIN "):
            return from_pem(data)
        return from_der(base64.b64decode(b"".join(data.split()), validate=True))
    except (ValueError, TypeError, binascii.Error):
        # TypeError: the key is locked with a password. What the library says may quote the file.
        raise KeyFault("wallet_key_wrong_kind", path=path) from None


def _refuse_short(bits: int, path: Path | str) -> None:
    if bits < KEY_BITS_MIN:
        raise KeyFault("wallet_key_too_short", path=path, bits=bits, bits_min=KEY_BITS_MIN)
