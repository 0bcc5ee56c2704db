"""How a customer wants to hear of a refund: an e-mail address or a telephone number, and a language.

The name of whoever asked stands beside it. These personal data never print themselves, and are shown masked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

# What RFC 5321 lets anybody send to, less quoted names; no blank, no line end, nothing that begins a header.
_EMAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
_EMAIL_CHARS_MAX: Final = 254
# Mobile numbers of mainland China, or any number with its country (E.164).
_PHONE: Final = re.compile(r"(?:\+86)?1[3-9][0-9]{9}|\+[1-9][0-9]{6,14}")
_BETWEEN: Final = str.maketrans("", "", " -")


class Channel(StrEnum):
    """How a message travels. ALERT goes to staff."""

    EMAIL = "email"
    SMS = "sms"
    ALERT = "alert"


class NoContact(ValueError):
    """A text that is neither an e-mail address nor a telephone number. Does not repeat it."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One address, and the language its owner is written to in."""

    channel: Channel
    address: str = field(repr=False)
    language: str

    @property
    def masked(self) -> str:
        """`l•••@example.com`, `138••••5678`: enough to ask "is this you?"."""
        if self.channel is Channel.EMAIL:
            name, _, domain = self.address.partition("@")
            return f"{name[0]}•••@{domain}"[:64]
        return f"{self.address[:3]}{'•' * max(len(self.address) - 7, 1)}{self.address[-4:]}"


def contact_of(text: str, language: str) -> Contact:
    """The contact a person gave. Raises NoContact."""
    text = text.strip()
    if len(text) <= _EMAIL_CHARS_MAX and _EMAIL.fullmatch(text):
        return Contact(Channel.EMAIL, text, language)
    number = text.translate(_BETWEEN)
    if _PHONE.fullmatch(number):
        return Contact(Channel.SMS, number, language)
    raise NoContact


# A name on a form; longer ones are written short there too.
NAME_CHARS_MAX: Final = 60
_NAME: Final = re.compile(r"[^\W\d_](?:[ .'’·\-]{0,2}[^\W\d_])*\.?")


class NoApplicant(ValueError):
    """A text that is no name of a person. Does not repeat it."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who asks for a refund."""

    name: str = field(repr=False)

    @property
    def masked(self) -> str:
        """`张•••`: enough to ask "is this you?"; as long for every name."""
        return f"{self.name[0]}•••"


def applicant_of(text: str) -> Applicant:
    """The name a person gave: letters of any script, no digits. Raises NoApplicant."""
    name = " ".join(text.split())
    if len(name) > NAME_CHARS_MAX or not _NAME.fullmatch(name):
        raise NoApplicant
    return Applicant(name)
