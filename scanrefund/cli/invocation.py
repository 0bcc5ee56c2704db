"""What one run of the program was asked for, before any command: configuration, language, form of output."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from scanrefund.errors import Fault, KeyFault, os_cause
from scanrefund.keys import Keys
from scanrefund.model.wallet import Wallet
from scanrefund.say.catalogue import negotiate
from scanrefund.say.words import say_words

if TYPE_CHECKING:
    # Configuration and house pull in half the world; `--help` must answer at once.
    from scanrefund.config import Settings
    from scanrefund.house import House


@dataclass(slots=True)
class Invocation:
    """One run. `language` is the option's, until settings are loaded and say which one is in force."""

    as_json: bool = False
    config: Path | None = None
    language: str | None = None
    command: str = ""

    def spoken(self) -> str:
        """The language to speak now, known or not yet."""
        return negotiate(self.language or os.environ.get("SCANREFUND_LANGUAGE", ""))

    def words(self, key: str, **gaps: object) -> str:
        """A text of the catalogues in the language in force."""
        return say_words(self.spoken(), key, **gaps)

    def wallet(self, wallet: Wallet | None) -> str:
        """A wallet's name as people say it."""
        return self.words(f"wallet.{wallet.value}.name") if wallet else ""

    def settings(self) -> Settings:
        """The settings in force. Raises ConfigFault."""
        from scanrefund.config import load

        settings = load(self.config, self.language)
        self.language = settings.language
        return settings

    @contextmanager
    def house(self, settings: Settings, *, wallets: bool) -> Iterator[House]:
        """The desk with everything behind it. `wallets` says that the command cannot do without one."""
        from scanrefund.assemble import open_house

        if wallets and settings.sandbox_trouble is not None:
            raise settings.sandbox_trouble
        if wallets and not settings.wallets:
            raise Fault("sandbox_missing", dir=settings.sandbox_dir)
        make_private(settings.home)
        with open_house(settings) as house:
            yield house

    def keys(self, settings: Settings) -> Keys:
        """The counter's keys alone, for commands that only fingerprint."""
        make_private(settings.home)
        return Keys.open(settings.home)


def make_private(folder: Path) -> None:
    """Make a folder at its first use, for its owner alone. Raises KeyFault where that cannot be done."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise KeyFault("data_folder_unusable", path=folder, cause=os_cause(error)) from error


def of(ctx: typer.Context) -> Invocation:
    """The invocation this command belongs to."""
    found = ctx.find_object(Invocation)
    return found if found is not None else Invocation()
