"""Letters as SMS: a template's id and its variables, posted to the shop's gateway and signed.

Never free text: mainland China's operators take none.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scanrefund.aftercare.notify import Letter, NotDelivered
from scanrefund.aftercare.signed_post import signed_headers
from scanrefund.errors import Fault, NetworkFault
from scanrefund.http import Http, HttpLimits
from scanrefund.keys import refuse_if_others_read
from scanrefund.model.message import Event

# No, but not for ever: too early, too many, a request that was slow.
_LATER: Final = frozenset({408, 409, 425, 429})


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """The gateway's address, the file of the secret shared with it, and each event's template."""

    url: str
    secret_file: Path
    templates: Mapping[Event, str]
    deadline_s: int = 15


class SmsWay:
    """Posts `{"message_id", "template", "phone", "variables"}`. 2xx takes it, most 4xx refuse it for good."""

    def __init__(self, settings: SmsSettings, http: Http, epoch_s: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._http = http
        self._epoch_s = epoch_s

    def deliver(self, letter: Letter) -> None:
        template = self._settings.templates.get(letter.event, "")
        if letter.contact is None or not template:
            raise NotDelivered("sms_no_template", lasting=True)
        told = {
            "message_id": letter.message_id,
            "template": template,
            "phone": letter.contact.address,
            "variables": dict(letter.variables),
        }
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        limit_s = self._settings.deadline_s
        limits = HttpLimits(limit_s, limit_s, limit_s, self._http.limits.body_bytes_max)
        try:
            headers = signed_headers(self._secret(), letter.message_id, body, self._epoch_s())
            reply = self._http.exchange("POST", self._settings.url, headers=headers, body=body, limits=limits)
        except NetworkFault as fault:
            raise NotDelivered(f"sms_{fault.code}") from None
        if not 200 <= reply.status < 300:
            lasting = 400 <= reply.status < 500 and reply.status not in _LATER
            raise NotDelivered(f"sms_{reply.status}", lasting=lasting)

    def _secret(self) -> bytes:
        path = self._settings.secret_file
        try:
            refuse_if_others_read(path)
            return path.read_text(encoding="utf-8").strip().encode()
        except (OSError, Fault):
            raise NotDelivered("sms_secret_file") from None
