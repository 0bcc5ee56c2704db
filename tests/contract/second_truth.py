"""Both wallets' truth, kept in memory, and their pens. See `wallet_server.py`."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

MCHID, APPID, SERIAL, KEY_ID = "1900000001", "wx0000000000000001", "A" * 40, "PUB_KEY_ID_0001"
APP_ID, SELLER_ID = "2026000000000001", "2088000000000001"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def write_keys(folder: Path, private: rsa.RSAPrivateKey, public: rsa.RSAPublicKey) -> tuple[Path, Path]:
    """Our private key and the wallet's public key, as PEM files."""
    ours, theirs = folder / "ours.pem", folder / "theirs.pem"
    ours.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    theirs.write_bytes(
        public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return ours, theirs


def signed(key: rsa.RSAPrivateKey, message: bytes) -> str:
    return base64.b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def is_signed(key: rsa.RSAPublicKey, message: bytes, signature: str) -> bool:
    try:
        key.verify(base64.b64decode(signature), message, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


@dataclass
class Wallets:
    """The wallets' truth. `faults` are played once each, in order."""

    merchant_key: rsa.RSAPrivateKey = field(default_factory=new_key)
    wallet_key: rsa.RSAPrivateKey = field(default_factory=new_key)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    base_url: str = ""

    def order_of(self, asked: dict[str, Any], number: str, wallet_number: str) -> dict[str, Any] | None:
        for order in self.orders.values():
            if order["wallet_order_id"] == asked.get(wallet_number, "-"):
                return order
        return self.orders.get(asked.get(number, "-"))
