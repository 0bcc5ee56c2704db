"""Key files: what is taken, what is refused and how it is said."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from scanrefund.errors import KeyFault
from scanrefund.wallets.signing import SigningKey, VerifyingKey

PKCS1 = serialization.PrivateFormat.TraditionalOpenSSL
PKCS8 = serialization.PrivateFormat.PKCS8
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
OPEN = serialization.NoEncryption()


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def file(folder: Path, data: bytes) -> Path:
    path = folder / "key"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("form", [PKCS1, PKCS8], ids=["PKCS1", "PKCS8"])
def test_pem_and_bare_base64_hold_the_same_key(
    form: serialization.PrivateFormat, key: rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    pem = key.private_bytes(PEM, form, OPEN)
    bare = base64.encodebytes(key.private_bytes(DER, form, OPEN))
    public = base64.b64encode(key.public_key().public_bytes(DER, SPKI))
    signatures = {SigningKey(file(tmp_path, data)).sign(b"x") for data in (pem, bare)}
    assert len(signatures) == 1
    assert VerifyingKey(file(tmp_path, public)).verifies(b"x", signatures.pop())


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyFault, match="wallet_key_missing") as caught:
        SigningKey(tmp_path / "none.pem")
    assert caught.value.details["path"] == tmp_path / "none.pem"


def test_what_is_no_rsa_key_of_its_side_is_refused(key: rsa.RSAPrivateKey, tmp_path: Path) -> None:
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(PEM, PKCS8, OPEN)
    locked = key.private_bytes(PEM, PKCS8, serialization.BestAvailableEncryption(b"password"))
    public = key.public_key().public_bytes(PEM, SPKI)
    for data in (b"", b"hello", b"aGVsbG8=", curve, locked, public):
        with pytest.raises(KeyFault, match="wallet_key_wrong_kind") as caught:
            SigningKey(file(tmp_path, data))
        assert caught.value.__cause__ is None
    for data in (b"", b"hello", curve, key.private_bytes(PEM, PKCS8, OPEN)):
        with pytest.raises(KeyFault, match="wallet_key_wrong_kind"):
            VerifyingKey(file(tmp_path, data))


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    with pytest.raises(KeyFault, match="wallet_key_too_short"):
        SigningKey(file(tmp_path, short.private_bytes(PEM, PKCS8, OPEN)))
    with pytest.raises(KeyFault, match="wallet_key_too_short"):
        VerifyingKey(file(tmp_path, short.public_key().public_bytes(PEM, SPKI)))
