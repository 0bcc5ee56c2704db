"""WeChat Pay's signing keys: one public key without an end, and platform certificates that follow each other.

Source: merchant documents 4013038589 and 4012154180 (switch to the public key). During a switch both keys are
live, and only the serial number in an answer or a notice says which one signed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from scanrefund.sandbox.folder import WechatSide
from scanrefund.sandbox.signing import serial_of, sign
from scanrefund.sandbox.spoken import Seal
from scanrefund.sandbox.state import Store

SCHEME: Final = "WECHATPAY2-SHA256-RSA2048"
# WeChat Pay sends answers with this prefix on purpose, to see whether clients check.
_PROBE: Final = "WECHATPAY/SIGNTEST/"

Certificates = Literal["first", "both", "second", "none"]
NoticesBy = Literal["asked", "public_key", "certificate"]
Live = tuple[x509.Certificate, RSAPrivateKey]


@dataclass(frozen=True, slots=True)
class Signer:
    """One of WeChat Pay's keys, and its name in `Wechatpay-Serial`."""

    serial: str
    key: RSAPrivateKey

    def headers(self, body: bytes, timestamp: int, seal: Seal) -> tuple[tuple[str, str], ...]:
        """The five headers of a signed answer or notice; none for Seal.NONE."""
        if seal is Seal.NONE:
            return ()
        nonce = secrets.token_hex(16)
        signature = sign(self.key, f"{timestamp}\n{nonce}\n".encode() + body + b"\n")
        if seal is Seal.WRONG:
            signature = _PROBE + signature[len(_PROBE) :]
        return (
            ("wechatpay-timestamp", str(timestamp)),
            ("wechatpay-nonce", nonce),
            ("wechatpay-signature", signature),
            ("wechatpay-serial", self.serial),
            ("wechatpay-signature-type", SCHEME),
        )


class WechatKeys:
    """Which keys are live, and which one signs what. Settings are kept in the state."""

    def __init__(self, side: WechatSide, store: Store) -> None:
        self._side = side
        self._store = store
        with store.turn() as turn:
            self._certificates = turn.setting("wechat_certificates", "first")
            self._notices = turn.setting("wechat_notices_by", "asked")

    def switch(self, certificates: Certificates | None, notices: NoticesBy | None) -> None:
        """Set what is given, keep the rest."""
        self._certificates = certificates or self._certificates
        self._notices = notices or self._notices
        with self._store.turn() as turn:
            turn.set("wechat_certificates", self._certificates)
            turn.set("wechat_notices_by", self._notices)

    def live(self) -> list[Live]:
        """The platform certificates that may sign, newest last."""
        first = (self._side.platform_certificate, self._side.platform_signer)
        choice: dict[str, Callable[[], list[Live]]] = {
            "first": lambda: [first],
            "both": lambda: [first, self._side.successor()],
            "second": lambda: [self._side.successor()],
            "none": list,
        }
        return choice[self._certificates]()

    def for_answer(self, asked_serial: str) -> Signer:
        """The key the call asked for, else the newest platform certificate, else the public key."""
        if asked_serial == self._side.public_key_id:
            return self._public_key()
        signers = [Signer(serial_of(certificate), key) for certificate, key in self.live()]
        asked = [signer for signer in signers if signer.serial == asked_serial.upper()]
        return (asked or signers[-1:] or [self._public_key()])[-1]

    def for_notice(self, asked_serial: str) -> Signer:
        """As the application for the refund asked, unless a switch is under way."""
        if self._notices == "public_key":
            return self._public_key()
        return self.for_answer("" if self._notices == "certificate" else asked_serial)

    def foreign(self, signer: Signer) -> Signer:
        """The same name on another key: what a forger has."""
        is_public = signer.serial == self._side.public_key_id
        key = self._side.platform_signer if is_public else self._side.public_key_signer
        return Signer(signer.serial, key)

    def opener(self, serial: str) -> RSAPrivateKey | None:
        """The key that opens what a merchant sealed for this serial number, or None."""
        signer = self.for_answer(serial)
        return signer.key if signer.serial == serial.upper() else None

    def _public_key(self) -> Signer:
        return Signer(self._side.public_key_id, self._side.public_key_signer)

    def told(self) -> dict[str, Any]:
        """The settings, and the serial numbers that may come."""
        serials = [serial_of(certificate) for certificate, _ in self.live()]
        return {
            "wallet": "wechat",
            "certificates": self._certificates,
            "notices": self._notices,
            "public_key_id": self._side.public_key_id,
            "certificate_serials": serials,
        }


class _Switch(BaseModel):
    """Keys change hands."""

    model_config = ConfigDict(extra="forbid", strict=True)

    wallet: Literal["wechat"]
    certificates: Certificates | None = None
    notices: NoticesBy | None = None


def key_controls(keys: WechatKeys) -> APIRouter:
    """`/sandbox/keys`: see and switch the keys."""
    router = APIRouter(prefix="/sandbox/keys")

    @router.get("")
    def show() -> dict[str, Any]:
        return keys.told()

    @router.post("")
    def switch(body: _Switch) -> dict[str, Any]:
        keys.switch(body.certificates, body.notices)
        return keys.told()

    return router
