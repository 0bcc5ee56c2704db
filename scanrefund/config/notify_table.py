"""The table of the file about messages: how customers and staff are told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from scanrefund.aftercare.mail import SmtpSettings
from scanrefund.aftercare.sms import SmsSettings
from scanrefund.config.section import Section, Whole
from scanrefund.model.message import Event
from scanrefund.notify_desk import NotifySettings

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def _secret_file(value: str, info: ValidationInfo) -> str:
    """The absolute path of a file that must be there; empty for none."""
    if not value:
        return ""
    path = Path((info.context or {}).get("base", ".")) / value
    if not path.is_file():
        raise PydanticCustomError("key_file_missing", "no file", {"path": str(path)})
    return str(path)


SecretFile = Annotated[str, Field(max_length=500), AfterValidator(_secret_file)]
Line = Annotated[str, Field(max_length=200, pattern=r"^[^\r\n]*$")]


class Notify(Section):
    """The table `[notify]`."""

    email: Literal["file", "smtp"] = "file"
    sms: Literal["file", "webhook"] = "file"
    alerts: Literal["none", "file", "apprise"] = "none"
    deadline_s: Annotated[Whole, Field(ge=1, le=60)] = 15
    smtp_host: Line = ""
    smtp_port: Annotated[Whole, Field(ge=1, le=65_535)] = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_from: Line = ""
    smtp_user: Line = ""
    smtp_password_file: SecretFile = ""
    smtp_ca_file: SecretFile = ""
    sms_url: Line = ""
    sms_secret_file: SecretFile = ""
    sms_accepted: Line = ""
    sms_succeeded: Line = ""
    sms_failed: Line = ""
    sms_cancelled: Line = ""
    alert_urls_file: SecretFile = ""

    @model_validator(mode="after")
    def _whole(self) -> Notify:
        """A way that is switched on but can never deliver would only look like one."""
        if self.email == "smtp" and not _mail_is_whole(self):
            raise PydanticCustomError("notify_smtp", "incomplete")
        if self.sms == "webhook" and not _sms_is_whole(self):
            raise PydanticCustomError("notify_sms", "incomplete")
        if self.alerts == "apprise" and not self.alert_urls_file:
            raise PydanticCustomError("notify_alerts", "incomplete")
        return self


def _mail_is_whole(told: Notify) -> bool:
    """A password and a customer's address never cross a network in the clear."""
    local, at, domain = told.smtp_from.partition("@")
    safe = told.smtp_security != "none" or told.smtp_host in LOOPBACK
    return bool(told.smtp_host and local and at and domain and safe and " " not in told.smtp_from)


def _sms_is_whole(told: Notify) -> bool:
    try:
        url = urlsplit(told.sms_url)
    except ValueError:
        return False
    safe = url.scheme == "https" or (url.scheme == "http" and url.hostname in LOOPBACK)
    templates = (told.sms_accepted, told.sms_succeeded, told.sms_failed, told.sms_cancelled)
    return bool(safe and url.hostname and told.sms_secret_file and all(templates))


def notify_settings(told: Notify, shop_name: str, home: Path) -> NotifySettings:
    """The ways of the file. A way that is not set up writes into the data folder."""
    smtp = sms = None
    if told.email == "smtp":
        smtp = SmtpSettings(
            host=told.smtp_host,
            port=told.smtp_port,
            security=told.smtp_security,
            sender=told.smtp_from,
            sender_name=shop_name,
            user=told.smtp_user,
            password_file=_path(told.smtp_password_file),
            ca_file=_path(told.smtp_ca_file),
            deadline_s=told.deadline_s,
        )
    if told.sms == "webhook":
        sms = SmsSettings(told.sms_url, Path(told.sms_secret_file), _templates(told), told.deadline_s)
    urls = _path(told.alert_urls_file) if told.alerts == "apprise" else None
    return NotifySettings(home / "messages.jsonl", smtp, sms, alerts=told.alerts != "none", alert_urls=urls)


def _templates(told: Notify) -> dict[Event, str]:
    return {
        Event.REFUND_ACCEPTED: told.sms_accepted,
        Event.REFUND_SUCCEEDED: told.sms_succeeded,
        Event.REFUND_FAILED: told.sms_failed,
        Event.ORDER_CANCELLED: told.sms_cancelled,
    }


def _path(text: str) -> Path | None:
    return Path(text) if text else None
