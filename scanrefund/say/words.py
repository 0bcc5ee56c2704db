"""One text of the catalogues, its gaps filled: for what is neither a fault nor a refusal."""

from __future__ import annotations

from collections.abc import Sequence

from scanrefund.say.catalogue import Catalogue
from scanrefund.say.gaps import fill


def say_contacts(language: str, contacts: Sequence[str]) -> tuple[str, ...]:
    """Whom to call: the wallets' lines in words of the language, any other text as it stands."""
    catalogue = Catalogue.load(language)
    return tuple(catalogue.get(f"support.line.{contact}") or contact for contact in contacts)


def say_alarm(language: str, alarm: str) -> str:
    """What an alarm of the book is about; a wallet's own code is named."""
    known = Catalogue.load(language).get(f"message.alarm_word.{alarm}")
    return known or say_words(language, "message.alarm_code", code=alarm)


def say_words(language: str, key: str, **gaps: object) -> str:
    """The text under a key in the language that serves best; the key itself where there is none."""
    catalogue = Catalogue.load(language)
    return fill(catalogue.get(key) or key, gaps, catalogue)
