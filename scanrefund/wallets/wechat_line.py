"""The line to WeChat Pay: every call signed, sent to the first host that can be reached, and its answer's
signature judged with whichever live key it names.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from scanrefund.http import Http, HttpLimits, HttpReply
from scanrefund.model.outcome import Answer, Signature
from scanrefund.wallets import wechat_wire
from scanrefund.wallets.certificates import wechat_key
from scanrefund.wallets.signing import LiveKeys, SigningKey, VerifyingKey
from scanrefund.wallets.transport import WireRequest, Write, reach
from scanrefund.wallets.wechat_certificates import CERTIFICATES, read_certificates

# The documented second address; it knows the same merchants, keys and refund numbers.
BACKUP_URL: Final = "https://api2.mch.weixin.qq.com"
# So long a host that could not be reached is asked last: waiting for it again would slow every refund down.
AVOID_FOR: Final = timedelta(minutes=1)
# A wallet that switches certificates does so over days; asking oftener would only slow refunds down.
FETCH_EVERY: Final = timedelta(minutes=10)
FETCH_S_MAX: Final = 5.0


@dataclass(frozen=True, slots=True)
class WechatSettings:
    """One merchant at WeChat Pay. Addresses have no path; keys are files, the two shared secrets texts.

    `public_key_id` names the key of `public_key`: a WeChat Pay public key's id, or the serial number of a
    platform certificate. `more_keys` are further live ones, by the same names, while the wallet switches.
    With `apiv3_key` notices can be read and new platform certificates be fetched; with `apiv2_key` the payer
    of a code can be asked for. `notify_url` goes into every refund; empty: WeChat Pay sends no notice.
    """

    base_url: str
    mchid: str
    appid: str
    merchant_serial_no: str
    merchant_private_key: Path
    public_key_id: str
    public_key: Path
    backup_url: str = ""
    more_keys: Mapping[str, Path] = field(default_factory=dict)
    apiv3_key: str = field(default="", repr=False)
    apiv2_key: str = field(default="", repr=False)
    notify_url: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """A reply and what its signature says."""

    reply: HttpReply
    signature: Signature


class WechatLine:
    """Shared by every thread. The constructor reads the key files (KeyFault) and opens no connection."""

    def __init__(self, settings: WechatSettings, http: Http, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self._http = http
        self._clock = clock
        self._signing_key = SigningKey(settings.merchant_private_key)
        files = {settings.public_key_id: settings.public_key, **settings.more_keys}
        self._keys: LiveKeys = {name: wechat_key(name, path) for name, path in files.items()}
        self._fetched_at: datetime | None = None
        self._fetching = threading.Lock()
        self._unreached: tuple[str, datetime] | None = None

    @property
    def hosts(self) -> tuple[str, ...]:
        """The main address, then the second one where it is set; one just found dead comes last."""
        urls = (self.settings.base_url, self.settings.backup_url)
        return tuple(sorted((url.rstrip("/") for url in urls if url), key=self._is_avoided))

    @property
    def sealing_key(self) -> tuple[str, VerifyingKey]:
        """The wallet's key that we write secrets to, with its name."""
        return self.settings.public_key_id, self._keys[self.settings.public_key_id]

    @property
    def limits(self) -> HttpLimits:
        """What one usual call may take."""
        return self._http.limits

    def now(self) -> datetime:
        return self._clock()

    def call(
        self, method: str, target: str, body: bytes = b"", limits: HttpLimits | None = None
    ) -> Heard | Answer:
        """One signed call. `target` is path and query as they go over the wire."""
        reply = self._reach(lambda host: self.request(host, method, target, body), limits)
        if isinstance(reply, Answer):
            return reply
        signature = self.signature_of(reply.headers, reply.body, self._clock())
        if signature is Signature.UNKNOWN_KEY and self._fetch_certificates(reply.elapsed_ms):
            signature = self.signature_of(reply.headers, reply.body, self._clock())
        return Heard(reply, signature)

    def post_plain(self, target: str, headers: dict[str, str], body: bytes) -> HttpReply | Answer:
        """A call that carries its signature in its body (V2)."""
        return self._reach(lambda host: WireRequest("POST", host + target, headers, body))

    def signature_of(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Signature:
        """Whether a reply or a notice is WeChat Pay's."""
        return wechat_wire.signature_of(headers, body, self._keys, now)

    def request(self, host: str, method: str, target: str, body: bytes = b"") -> WireRequest:
        """A request with a signature, a nonce and a time of its own."""
        settings = self.settings
        timestamp_s, nonce = int(self._clock().timestamp()), secrets.token_hex(16)
        signature = wechat_wire.sign(self._signing_key, method, target, timestamp_s, nonce, body)
        headers = {
            "Authorization": wechat_wire.authorization(
                settings.mchid, settings.merchant_serial_no, timestamp_s, nonce, signature
            ),
            "Accept": "application/json",
            "Content-Type": "application/json",
            # Asks for answers under this key; in certificate mode it says which one secrets are written to.
            "Wechatpay-Serial": settings.public_key_id,
        }
        return WireRequest(method, host + target, headers, body)

    def _reach(self, write: Write, limits: HttpLimits | None = None) -> HttpReply | Answer:
        """`reach`, and whoever is asked after the first host shows that the first was not reached."""
        first, *_rest = hosts = self.hosts

        def noting(host: str) -> WireRequest:
            if host != first:
                self._unreached = (first, self._clock())
            return write(host)

        return reach(self._http, hosts, noting, limits)

    def _is_avoided(self, host: str) -> bool:
        if self._unreached is None or self._unreached[0] != host:
            return False
        # A clock that was set back since must not make it last for longer.
        return timedelta(0) <= self._clock() - self._unreached[1] < AVOID_FOR

    def _fetch_certificates(self, spent_ms: int) -> bool:
        """Fetch the platform certificates, within what is left of the trip; whether new keys came.

        Never more often than FETCH_EVERY: a foreign serial number must not double every call.
        """
        with self._fetching:
            now = self._clock()
            if not self.settings.apiv3_key or (self._fetched_at and now - self._fetched_at < FETCH_EVERY):
                return False
            self._fetched_at = now
        usual = self._http.limits
        left_s = min(FETCH_S_MAX, usual.deadline_s - spent_ms / 1000)
        if left_s <= 0:
            return False
        reply = self._reach(
            lambda host: self.request(host, "GET", CERTIFICATES), replace(usual, deadline_s=left_s)
        )
        if isinstance(reply, Answer):
            return False
        fetched = read_certificates(reply, self.settings.apiv3_key, now)
        self._keys = {**self._keys, **fetched}
        return bool(fetched)
