"""The ways of this shop's messages, made from its settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scanrefund.aftercare.alert import AlertWay
from scanrefund.aftercare.mail import MailWay, SmtpSettings
from scanrefund.aftercare.notify import FileWay, Way
from scanrefund.aftercare.sms import SmsSettings, SmsWay
from scanrefund.http import Http
from scanrefund.model.contact import Channel


@dataclass(frozen=True, slots=True)
class NotifySettings:
    """How messages travel: None means a line in `file`. `alerts` is whether staff is told of alarms."""

    file: Path
    smtp: SmtpSettings | None = None
    sms: SmsSettings | None = None
    alerts: bool = False
    alert_urls: Path | None = None


def ways_of(settings: NotifySettings, http: Http) -> dict[Channel, Way]:
    """One way for every channel; a fourth channel is one more line here."""
    file = FileWay(settings.file)
    return {
        Channel.EMAIL: MailWay(settings.smtp) if settings.smtp else file,
        Channel.SMS: SmsWay(settings.sms, http) if settings.sms else file,
        Channel.ALERT: AlertWay(settings.alert_urls) if settings.alert_urls else file,
    }
