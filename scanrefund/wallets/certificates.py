"""Certificates of both wallets: their keys, and the names their answers call them by.

Sources: WeChat Pay, merchant documents on platform certificates (the serial number in 40 hexadecimal
digits); Alipay, the official SDKs (MD5 over the issuer's name and the decimal serial number).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from scanrefund.errors import KeyFault
from scanrefund.wallets.signing import LiveKeys, VerifyingKey, key_file

BEGIN: Final = b"-----BEGIN CERTIFICATE-----"
# Alipay's root file holds other chains too (SM2); only the RSA ones have a number.
_RSA_SIGNATURES: Final = "1.2.840.113549.1.1."


@dataclass(frozen=True, slots=True)
class Certificate:
    """One wallet certificate: its key and its two names."""

    key: VerifyingKey
    serial_no: str
    alipay_sn: str
    valid_from: datetime
    valid_to: datetime

    def is_valid(self, now: datetime) -> bool:
        return self.valid_from <= now <= self.valid_to


def certificate_of(pem: bytes, source: Path | str) -> Certificate:
    """The first certificate in a PEM text. Raises KeyFault; `source` says where it is from."""
    cert = _parsed(pem, source)[0]
    try:
        key = VerifyingKey(source, cert.public_key())
    except (ValueError, UnsupportedAlgorithm):
        raise KeyFault("wallet_certificate_wrong", path=source) from None
    return Certificate(
        key,
        f"{cert.serial_number:040X}",
        _alipay_sn(cert),
        cert.not_valid_before_utc,
        cert.not_valid_after_utc,
    )


def read_certificate(path: Path) -> Certificate:
    """The certificate in a file: the first one, where it holds a chain. Raises KeyFault."""
    return certificate_of(key_file(path), path)


def root_sn(path: Path) -> str:
    """Alipay's number of its root certificates: that of each RSA one, joined by `_`. Raises KeyFault."""
    numbers = [
        _alipay_sn(cert)
        for cert in _parsed(key_file(path), path)
        if cert.signature_algorithm_oid.dotted_string.startswith(_RSA_SIGNATURES)
    ]
    if not numbers:
        raise KeyFault("wallet_certificate_wrong", path=path)
    return "_".join(numbers)


def wechat_key(name: str, path: Path) -> VerifyingKey:
    """The key answers call `name`: a public key, or a platform certificate with that serial number.

    Raises KeyFault, also when the certificate has another serial number: its answers would never verify.
    """
    if BEGIN not in key_file(path):
        return VerifyingKey(path)
    certificate = read_certificate(path)
    if certificate.serial_no != name.upper():
        raise KeyFault("wallet_certificate_other", path=path, serial_no=certificate.serial_no, name=name)
    return certificate.key


def by_alipay_sn(*paths: Path) -> LiveKeys:
    """Alipay's certificates by their numbers. Raises KeyFault."""
    return {certificate.alipay_sn: certificate.key for certificate in map(read_certificate, paths)}


def _parsed(pem: bytes, source: Path | str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise KeyFault("wallet_certificate_wrong", path=source) from None


def _alipay_sn(cert: x509.Certificate) -> str:
    """RFC 4514 writes the name in the order Alipay hashes it: `CN=…,OU=…,O=…,C=…`."""
    text = f"{cert.issuer.rfc4514_string()}{cert.serial_number}"
    return hashlib.md5(text.encode("utf-8"), usedforsecurity=False).hexdigest()
