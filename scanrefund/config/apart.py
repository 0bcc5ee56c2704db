"""Settings of a place beside the shop's: its own folder and ledger, and nobody outside who hears of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from scanrefund.config.settings import Settings
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.notify_desk import NotifySettings


def apart(shop: Settings, home: Path) -> Settings:
    """The same in `home`: no message, till or backup of the shop's is reached, no file of its inbox taken.

    Wallets stay as they are: whoever asks looks at those himself.
    """
    printer = replace(shop.slips.printer, dummy_file=home / shop.slips.printer.dummy_file.name)
    return replace(
        shop,
        home=home,
        ledger=LedgerSettings(
            f"sqlite:///{(home / 'ledger.sqlite3').as_posix()}", shop.ledger.busy_timeout_s
        ),
        notify=NotifySettings(home / "messages.jsonl"),
        till=None,
        orders_inbox=None,
        backup=replace(shop.backup, folder=home / "backups", daily=False),
        slips=replace(shop.slips, printer=printer),
    )
