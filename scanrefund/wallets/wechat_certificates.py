"""WeChat Pay's platform certificates, fetched. Source: merchant documents on `GET /v3/certificates`.

Each certificate is closed with the APIv3 key that only WeChat Pay and the shop hold, and the whole answer is
signed with one of them: both must hold.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from scanrefund.errors import KeyFault
from scanrefund.http import HttpReply
from scanrefund.model.outcome import Signature
from scanrefund.wallets import wechat_wire
from scanrefund.wallets.certificates import certificate_of
from scanrefund.wallets.reading import Fields, Unreadable, child, parse_object
from scanrefund.wallets.sealing import unsealed
from scanrefund.wallets.signing import LiveKeys, VerifyingKey

CERTIFICATES: Final = "/v3/certificates"
COUNT_MAX: Final = 10  # during a switch two are live


def read_certificates(reply: HttpReply, apiv3_key: str, now: datetime) -> LiveKeys:
    """The keys of the certificates that are valid now, by serial number; none where anything is doubtful."""
    try:
        keys = _keys(reply, apiv3_key, now)
    except (Unreadable, KeyFault, UnicodeDecodeError):
        return {}
    signature = wechat_wire.signature_of(reply.headers, reply.body, keys, now)
    return keys if signature is Signature.VERIFIED else {}


def _keys(reply: HttpReply, apiv3_key: str, now: datetime) -> dict[str, VerifyingKey]:
    if reply.status != 200:
        raise Unreadable("no_certificates")
    listed = parse_object(reply.body.decode("utf-8")).get("data")
    if not isinstance(listed, list) or len(listed) > COUNT_MAX:
        raise Unreadable("wrong_data")
    return dict(one for item in listed if (one := _key(item, apiv3_key, now)))


def _key(item: Fields, apiv3_key: str, now: datetime) -> tuple[str, VerifyingKey] | None:
    if not isinstance(item, dict):
        raise Unreadable("wrong_data")
    pem = unsealed(child(item, "encrypt_certificate"), apiv3_key)
    certificate = certificate_of(pem, CERTIFICATES)
    return (certificate.serial_no, certificate.key) if certificate.is_valid(now) else None
