"""The sandbox's folder: keys, ids and a ready configuration, written once and never overwritten.

What only the wallets know (their private keys, their state) lies in `server/`, everything else is for
clients. A file that is missing is made from those that are there, so the next start finishes what a killed
one began.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from scanrefund.sandbox import signing
from scanrefund.sandbox.numbers import digits

_DESCRIPTION: Final = "sandbox.json"
_WECHAT_CA: Final = "Sandbox WeChat Pay CA"
_ALIPAY_CA: Final = "Sandbox Alipay Root CA"
_PARTS: Final[dict[str, type]] = {"base_url": str, "wechat": dict, "alipay": dict}


class FolderDamaged(Exception):
    """`sandbox.json` cannot be read as what this sandbox once wrote."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


@dataclass(frozen=True, slots=True)
class WechatSide:
    """What WeChat Pay knows: the merchant's ids and public key, its own signing keys."""

    mchid: str
    appid: str
    merchant_serial_no: str
    merchant_key: RSAPublicKey
    public_key_id: str
    public_key_signer: RSAPrivateKey
    platform_certificate: x509.Certificate
    platform_signer: RSAPrivateKey
    apiv3_key: str
    apiv2_key: str
    # The platform certificate that follows the first one; made when it is first wanted.
    successor: Callable[[], tuple[x509.Certificate, RSAPrivateKey]]


@dataclass(frozen=True, slots=True)
class AlipaySide:
    """What Alipay knows: the app's ids and public key, its own signing key."""

    app_id: str
    seller_id: str
    app_key: RSAPublicKey
    signer: RSAPrivateKey
    app_cert_sn: str
    alipay_cert_sn: str
    root_cert_sn: str


class Folder:
    """One sandbox directory. Opening it makes what is missing, save `sandbox.json`, which needs a port."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path = path.absolute()
        self._seed = seed
        for name in ("", "wechat", "alipay", "server"):
            (self.path / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        self._write_wechat()
        self._write_alipay()
        self._once("scanrefund.toml", self._desk_configuration)

    @property
    def state_file(self) -> Path:
        return self.path / "server" / "state.sqlite"

    @property
    def last_port(self) -> int:
        """The port this sandbox served on last time, 0 if never."""
        if not (self.path / _DESCRIPTION).exists():
            return 0
        port = str(self.description()["base_url"]).rpartition(":")[2]
        return int(port) if port.isascii() and port.isdigit() else 0

    def description(self) -> dict[str, Any]:
        """`sandbox.json` as it stands."""
        path = self.path / _DESCRIPTION
        try:
            found: dict[str, Any] = json.loads(path.read_text("utf-8"))
            whole = all(isinstance(found[part], kind) for part, kind in _PARTS.items())
        except (ValueError, KeyError, TypeError) as wrong:
            raise FolderDamaged(path) from wrong
        if not whole:
            raise FolderDamaged(path)
        return found

    def announce(self, base_url: str) -> None:
        """Write `sandbox.json`; in one that is there, only a changed address is rewritten."""
        known = (self.path / _DESCRIPTION).exists()
        said = self.description() if known else {"base_url": "", **self._new_ids()}
        if said["base_url"] != base_url:
            said["base_url"] = base_url
            self._write(_DESCRIPTION, json.dumps(said, indent=2).encode() + b"\n")

    def wechat(self) -> WechatSide:
        ids = self.description()["wechat"]
        platform = x509.load_pem_x509_certificate(self._read("wechat/platform_certificate.pem"))
        return WechatSide(
            mchid=ids["mchid"],
            appid=ids["appid"],
            merchant_serial_no=ids["merchant_serial_no"],
            merchant_key=self._key("wechat/merchant_private_key.pem").public_key(),
            public_key_id=ids["wechatpay_public_key_id"],
            public_key_signer=self._key("server/wechatpay_private_key.pem"),
            platform_certificate=platform,
            platform_signer=self._key("server/platform_private_key.pem"),
            apiv3_key=ids["apiv3_key"],
            apiv2_key=ids["apiv2_key"],
            successor=self._successor,
        )

    def _successor(self) -> tuple[x509.Certificate, RSAPrivateKey]:
        """The second platform certificate and its key. It lies in `server/`: clients must fetch it."""
        key, name = self._key("server/platform_private_key_2.pem"), "server/platform_certificate_2.pem"
        self._certificate(name, _WECHAT_CA, key.public_key(), _WECHAT_CA, key)
        return x509.load_pem_x509_certificate(self._read(name)), key

    def alipay(self) -> AlipaySide:
        ids = self.description()["alipay"]
        return AlipaySide(
            app_id=ids["app_id"],
            seller_id=ids["seller_id"],
            app_key=self._key("alipay/app_private_key.pem").public_key(),
            signer=self._key("server/alipay_private_key.pem"),
            app_cert_sn=self._alipay_serial("app_cert.crt"),
            alipay_cert_sn=self._alipay_serial("alipay_cert.crt"),
            root_cert_sn=self._alipay_serial("alipay_root_cert.crt"),
        )

    def _alipay_serial(self, name: str) -> str:
        return signing.alipay_serial_of(x509.load_pem_x509_certificate(self._read(f"alipay/{name}")))

    def _new_ids(self) -> dict[str, dict[str, str]]:
        merchant = x509.load_pem_x509_certificate(self._read("wechat/merchant_certificate.pem"))
        return {
            "wechat": {
                "mchid": "19" + digits(self._seed, "mchid", "", 8),
                "appid": "wx" + digits(self._seed, "appid", "", 16),
                "merchant_serial_no": signing.serial_of(merchant),
                "wechatpay_public_key_id": "PUB_KEY_ID_01" + digits(self._seed, "public-key", "", 32),
                "apiv3_key": secrets.token_hex(16),
                "apiv2_key": secrets.token_hex(16),
            },
            "alipay": {
                "app_id": "9021" + digits(self._seed, "app-id", "", 12),
                "seller_id": "2088" + digits(self._seed, "seller-id", "", 12),
            },
        }

    def _write_wechat(self) -> None:
        merchant = self._key("wechat/merchant_private_key.pem").public_key()
        wechatpay = self._key("server/wechatpay_private_key.pem").public_key()
        ca = self._key("server/platform_private_key.pem")
        self._once("wechat/wechatpay_public_key.pem", lambda: signing.public_pem(wechatpay))
        self._certificate("wechat/merchant_certificate.pem", "Sandbox Merchant", merchant, _WECHAT_CA, ca)
        self._certificate("wechat/platform_certificate.pem", _WECHAT_CA, ca.public_key(), _WECHAT_CA, ca)

    def _write_alipay(self) -> None:
        app = self._key("alipay/app_private_key.pem").public_key()
        alipay = self._key("server/alipay_private_key.pem").public_key()
        ca = self._key("server/alipay_root_private_key.pem")
        self._once("alipay/app_public_key.pem", lambda: signing.public_pem(app))
        self._once("alipay/alipay_public_key.pem", lambda: signing.public_pem(alipay))
        self._certificate("alipay/app_cert.crt", "Sandbox App", app, _ALIPAY_CA, ca)
        self._certificate("alipay/alipay_cert.crt", "Sandbox Alipay", alipay, _ALIPAY_CA, ca)
        self._certificate("alipay/alipay_root_cert.crt", _ALIPAY_CA, ca.public_key(), _ALIPAY_CA, ca)

    def _desk_configuration(self) -> bytes:
        # A JSON string is a TOML basic string: both escape quotes, backslashes and control characters alike.
        place = json.dumps(str(self.path), ensure_ascii=False)
        return f'[wallets]\nmode = "sandbox"\nsandbox_dir = {place}\n'.encode()

    def _key(self, name: str) -> RSAPrivateKey:
        self._once(name, lambda: signing.private_pem(signing.new_key()))
        return signing.load_private(self._read(name))

    def _certificate(
        self, name: str, subject: str, key: RSAPublicKey, issuer: str, ca: RSAPrivateKey
    ) -> None:
        self._once(name, lambda: signing.certificate_pem(signing.certificate(subject, key, issuer, ca)))

    def _once(self, name: str, make: Callable[[], bytes]) -> None:
        if not (self.path / name).exists():
            self._write(name, make())

    def _read(self, name: str) -> bytes:
        return (self.path / name).read_bytes()

    def _write(self, name: str, content: bytes) -> None:
        """Whole or not at all, and readable by the owner only: there are money keys among these."""
        half = self.path / f"{name}.half"
        half.unlink(missing_ok=True)
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        half.replace(self.path / name)
