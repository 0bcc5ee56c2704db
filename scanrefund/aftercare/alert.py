"""Alerts to staff by whatever the shop uses (WeCom, DingTalk, Feishu, Bark, ntfy, …): Apprise knows them."""

from __future__ import annotations

from pathlib import Path

from scanrefund.aftercare.notify import Letter, NotDelivered
from scanrefund.errors import Fault
from scanrefund.keys import refuse_if_others_read


class AlertWay:
    """Tells every address in a file, one a line (they hold tokens, so the file is its owner's alone)."""

    def __init__(self, urls_file: Path) -> None:
        self._urls_file = urls_file

    def deliver(self, letter: Letter) -> None:
        try:
            from apprise import Apprise  # noqa: PLC0415  (an extra, and slow to load)
        except ImportError:
            raise NotDelivered("notify_extra_missing") from None
        staff = Apprise()
        if not staff.add(self._urls()) or not len(staff):
            raise NotDelivered("alert_urls_wrong")
        if not staff.notify(title=letter.subject, body=letter.body):
            raise NotDelivered("alert_not_taken")

    def _urls(self) -> list[str]:
        try:
            refuse_if_others_read(self._urls_file)
            lines = self._urls_file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError, Fault):
            raise NotDelivered("alert_urls_file") from None
        return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
