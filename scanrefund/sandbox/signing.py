"""RSA, certificates and AES-GCM as the wallets' servers use them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

KEY_BITS: Final = 2048  # both wallets' minimum
CERTIFICATE_DAYS: Final = 5 * 365  # the life of a WeChat platform certificate


def new_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65_537, key_size=KEY_BITS)


def sign(key: RSAPrivateKey, message: bytes) -> str:
    """RSA PKCS#1 v1.5 with SHA-256, base64: the one signature of both wallets."""
    return base64.b64encode(key.sign(message, PKCS1v15(), hashes.SHA256())).decode()


def verified(key: RSAPublicKey, message: bytes, signature: str) -> bool:
    """Whether a base64 signature belongs to these bytes."""
    try:
        key.verify(base64.b64decode(signature, validate=True), message, PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def opened(key: RSAPrivateKey, sealed: str) -> str | None:
    """The text of a sensitive field (RSA-OAEP with SHA-1, base64), or None when sealed for another key."""
    try:
        padding = OAEP(MGF1(hashes.SHA1()), hashes.SHA1(), None)  # noqa: S303 - APIv3 prescribes it
        return key.decrypt(base64.b64decode(sealed, validate=True), padding).decode()
    except (binascii.Error, ValueError):
        return None


def private_pem(key: RSAPrivateKey) -> bytes:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption())


def public_pem(key: RSAPublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


@lru_cache(maxsize=32)
def load_private(pem: bytes) -> RSAPrivateKey:
    """The key of a PEM file. Remembered, since checking a key takes longer than answering a call."""
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("the sandbox keeps RSA keys only")
    return key


def load_public(pem: bytes) -> RSAPublicKey:
    key = serialization.load_pem_public_key(pem)
    if not isinstance(key, RSAPublicKey):
        raise TypeError("the sandbox keeps RSA keys only")
    return key


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "scanrefund sandbox"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "rehearsal"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def certificate(subject: str, key: RSAPublicKey, issuer: str, issuer_key: RSAPrivateKey) -> x509.Certificate:
    """A certificate whose serial number has exactly 40 hexadecimal digits, as WeChat Pay's have."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key)
        .serial_number(5 << 156 | secrets.randbits(156))
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=CERTIFICATE_DAYS))
        .add_extension(x509.BasicConstraints(ca=subject == issuer, path_length=None), critical=True)
    )
    return builder.sign(issuer_key, hashes.SHA256())


def certificate_pem(cert: x509.Certificate) -> bytes:
    return cert.public_bytes(serialization.Encoding.PEM)


def serial_of(cert: x509.Certificate) -> str:
    """The serial number as WeChat Pay writes it: 40 hexadecimal digits, upper case."""
    return f"{cert.serial_number:040X}"


def alipay_serial_of(cert: x509.Certificate) -> str:
    """The serial number as Alipay writes it: MD5 over the issuer's name and the decimal serial number."""
    text = f"{cert.issuer.rfc4514_string()}{cert.serial_number}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def aes_gcm(key: str, plain: bytes, associated: str) -> tuple[str, str]:
    """AEAD_AES_256_GCM as APIv3 uses it: (nonce of 12 characters, base64 of ciphertext and tag)."""
    nonce = secrets.token_hex(6)
    sealed = AESGCM(key.encode()).encrypt(nonce.encode(), plain, associated.encode())
    return nonce, base64.b64encode(sealed).decode()
