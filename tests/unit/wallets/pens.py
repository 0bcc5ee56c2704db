"""Both wallets' pens, and an HTTP client that answers by a script: the edge of this room, by hand."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

from scanrefund.errors import NetworkFault
from scanrefund.http import Http, HttpLimits, HttpReply
from scanrefund.wallets.alipay_line import AlipaySettings
from scanrefund.wallets.wechat_line import WechatSettings
from tests.unit.wallets.refunds import NOW

PEM = serialization.Encoding.PEM
KEY_ID = "PUB_KEY_ID_1"
APIV3_KEY = "3" * 32
APIV2_KEY = "2" * 32


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def signature(key: rsa.RSAPrivateKey, message: bytes) -> str:
    return base64.b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def certificate(
    key: rsa.RSAPrivateKey, serial: int, *, at: datetime = NOW, days: int = 30, issuer: str = "CA"
) -> x509.Certificate:
    """A certificate valid around `at`, for `days` days."""
    name = x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"), x509.NameAttribute(NameOID.COMMON_NAME, issuer)]
    )
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    start = at - timedelta(days=1)
    builder = builder.serial_number(serial).not_valid_before(start)
    return builder.not_valid_after(start + timedelta(days=days)).sign(key, hashes.SHA256())


def file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def public_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def private_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


Script = Callable[[str, str, Mapping[str, str], bytes], HttpReply]


class ScriptedHttp(Http):
    """Answers each call with the next line of its script, and remembers what was asked."""

    def __init__(self, *script: Script | HttpReply | NetworkFault, limits: HttpLimits | None = None) -> None:
        super().__init__(limits)
        self._script = list(script)
        self.calls: list[tuple[str, str, dict[str, str], bytes]] = []
        self.deadlines_s: list[float] = []

    def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes = b"",
        limits: HttpLimits | None = None,
    ) -> HttpReply:
        self.calls.append((method, url, dict(headers), body))
        self.deadlines_s.append((limits or self.limits).deadline_s)
        line = self._script.pop(0)
        if isinstance(line, NetworkFault):
            raise line
        return line if isinstance(line, HttpReply) else line(method, url, headers, body)


def sealed(plain: bytes, associated: str, key: str = APIV3_KEY) -> dict[str, str]:
    """An `encrypt-resource` as WeChat Pay closes it."""
    nonce = "n" * 12
    raw = AESGCM(key.encode()).encrypt(nonce.encode(), plain, associated.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "nonce": nonce,
        "associated_data": associated,
        "ciphertext": base64.b64encode(raw).decode(),
    }


@dataclass
class WechatPen:
    """WeChat Pay's key, and the merchant's folder."""

    folder: Path
    key: rsa.RSAPrivateKey = field(default_factory=new_key)
    merchant_key: rsa.RSAPrivateKey = field(default_factory=new_key)

    def settings(self, **changes: Any) -> WechatSettings:
        ours = file(self.folder, "ours.pem", private_pem(self.merchant_key))
        theirs = file(self.folder, "theirs.pem", public_pem(self.key))
        usual: dict[str, Any] = {
            "base_url": "https://one.example",
            "backup_url": "https://two.example",
            "mchid": "m1",
            "appid": "wx1",
            "merchant_serial_no": "S1",
            "merchant_private_key": ours,
            "public_key_id": KEY_ID,
            "public_key": theirs,
            "apiv3_key": APIV3_KEY,
            "apiv2_key": APIV2_KEY,
        }
        return WechatSettings(**usual | changes)

    def headers(
        self, body: bytes, serial: str = KEY_ID, at: datetime = NOW, **changes: str
    ) -> dict[str, str]:
        stamp = str(int(at.timestamp()))
        sign = signature(self.key, f"{stamp}\nnn\n".encode() + body + b"\n")
        usual = {"Timestamp": stamp, "Nonce": "nn", "Signature": sign, "Serial": serial}
        return {f"Wechatpay-{name}": value for name, value in (usual | changes).items()}

    def reply(self, status: int, fields: Any, serial: str = KEY_ID, at: datetime = NOW) -> HttpReply:
        body = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
        return HttpReply(status, self.headers(body, serial, at), body, 1)

    def notice(self, told: dict[str, Any], **changes: Any) -> bytes:
        envelope = {
            "id": "N1",
            "event_type": "REFUND.SUCCESS",
            "resource_type": "encrypt-resource",
            "resource": sealed(json.dumps(told).encode(), "refund"),
        }
        return json.dumps(envelope | changes).encode()


@dataclass
class AlipayPen:
    """Alipay's key, and the app's folder."""

    folder: Path
    key: rsa.RSAPrivateKey = field(default_factory=new_key)

    def settings(self, **changes: Any) -> AlipaySettings:
        usual: dict[str, Any] = {
            "base_url": "https://one.example",
            "app_id": "a1",
            "seller_id": "s1",
            "app_private_key": file(self.folder, "app.pem", private_pem(new_key())),
            "alipay_public_key": file(self.folder, "alipay.pem", public_pem(self.key)),
        }
        return AlipaySettings(**usual | changes)

    def reply(self, method: str, fields: dict[str, Any], cert_sn: str = "") -> HttpReply:
        node = json.dumps(fields).encode()
        name = method.replace(".", "_").encode()
        number = f'"alipay_cert_sn":"{cert_sn}",'.encode() if cert_sn else b""
        sign = signature(self.key, node).encode()
        return HttpReply(200, {}, b'{"%s_response":%s,%s"sign":"%s"}' % (name, node, number, sign), 1)

    def notice(self, charset: str = "utf-8", **changes: str) -> bytes:
        form = {
            "app_id": "a1",
            "seller_id": "s1",
            "charset": charset,
            "notify_id": "N1",
            "notify_time": "2026-11-23 10:00:00",
            "trade_status": "TRADE_SUCCESS",
            "out_trade_no": "A1",
            "out_biz_no": "SR_1",
            "subject": "退货",
            "body": "",
            "sign_type": "RSA2",
        } | changes
        skipped = {"sign", "sign_type", "alipay_cert_sn"}
        text = "&".join(f"{name}={form[name]}" for name in sorted(form) if name not in skipped and form[name])
        form.setdefault("sign", signature(self.key, text.encode(charset)))
        return urlencode(form, encoding=charset).encode()
