"""The line to Alipay's v2 gateway: every call signed with our key, in key mode or in certificate mode."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from scanrefund.errors import Bug, KeyFault
from scanrefund.http import Http, HttpLimits, HttpReply
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.wallets.alipay_wire import string_to_sign
from scanrefund.wallets.certificates import by_alipay_sn, read_certificate, root_sn
from scanrefund.wallets.reading import BEIJING
from scanrefund.wallets.signing import LiveKeys, SigningKey, VerifyingKey
from scanrefund.wallets.transport import WireRequest, reach


@dataclass(frozen=True, slots=True)
class AlipaySettings:
    """One app at Alipay. `base_url` is without `/gateway.do`; keys and certificates are files.

    Key mode has `alipay_public_key`; certificate mode has `app_cert`, `alipay_root_cert` and `alipay_cert`
    instead, with `more_alipay_certs` while Alipay switches. An app has one of the two modes.
    """

    base_url: str
    app_id: str
    seller_id: str
    app_private_key: Path
    alipay_public_key: Path | None = None
    app_cert: Path | None = None
    alipay_root_cert: Path | None = None
    alipay_cert: Path | None = None
    more_alipay_certs: tuple[Path, ...] = ()


class AlipayLine:
    """Shared by every thread. The constructor reads the key files (KeyFault) and opens no connection."""

    def __init__(self, settings: AlipaySettings, http: Http, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self.keys = _live_keys(settings)
        self._http = http
        self._clock = clock
        self._signing_key = SigningKey(settings.app_private_key)
        self._numbers = _certificate_numbers(settings)

    @property
    def limits(self) -> HttpLimits:
        """What one usual call may take."""
        return self._http.limits

    def now(self) -> datetime:
        return self._clock()

    def call(self, method: str, body: bytes) -> HttpReply | Answer:
        """One signed call with this biz_content."""
        host = self.settings.base_url.rstrip("/")
        return reach(self._http, (host,), lambda host: self.request(host, method, body))

    def download(self, url: str, limits: HttpLimits) -> HttpReply | Answer:
        """Fetch a file from an address that Alipay has signed; nothing of ours goes there."""
        try:
            return reach(self._http, ("",), lambda _host: WireRequest("GET", url, {}), limits)
        except Bug as fault:
            # An address that would change on its way: here it is not ours, and no bug.
            return Answer(Outcome.NOT_SENT, code=fault.code)

    def request(self, host: str, method: str, body: bytes) -> WireRequest:
        """Public parameters in the address (charset must be there), biz_content in the body."""
        biz_content = body.decode("utf-8")
        params = {
            "app_id": self.settings.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": self._clock().astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
            "version": "1.0",
            **self._numbers,
        }
        params["sign"] = self._signing_key.sign(string_to_sign({**params, "biz_content": biz_content}))
        url = f"{host}/gateway.do?{urlencode(params)}"
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
        return WireRequest("POST", url, headers, urlencode({"biz_content": biz_content}).encode("ascii"))


def _live_keys(settings: AlipaySettings) -> LiveKeys:
    """Alipay's keys by the certificate number its answers name; in key mode they name none."""
    if settings.alipay_cert:
        return by_alipay_sn(settings.alipay_cert, *settings.more_alipay_certs)
    if settings.alipay_public_key is None:
        raise KeyFault("wallet_key_missing", path="alipay_public_key")
    return {"": VerifyingKey(settings.alipay_public_key)}


def _certificate_numbers(settings: AlipaySettings) -> dict[str, str]:
    if not (settings.app_cert and settings.alipay_root_cert):
        return {}
    return {
        "app_cert_sn": read_certificate(settings.app_cert).alipay_sn,
        "alipay_root_cert_sn": root_sn(settings.alipay_root_cert),
    }
