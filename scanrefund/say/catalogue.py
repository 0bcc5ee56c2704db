"""The catalogues: what people read, by language and key. `say/<language>/*.toml`, merged and flattened.

A room keeps its own file in each language; two files of one language never hold the same key (a test sees
to it). Keys are the table names joined by dots: `[fault.camera_missing] text = …` is
`fault.camera_missing.text`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, Self

LANGUAGES: Final = ("zh-Hans", "zh-Hant", "en")
DEFAULT_LANGUAGE: Final = "zh-Hans"

_TRADITIONAL_SUBTAGS: Final = frozenset({"hant", "tw", "hk", "mo"})


def negotiate(wanted: str) -> str:
    """The catalogue for a language tag or locale name: `zh-CN`, `zh_TW.UTF-8`, `en-GB`.

    An explicit script wins over the region (`zh-Hans-HK`); a language we do not have gets the default.
    """
    language, *subtags = re.split("[-_]", re.sub("[.@].*", "", wanted).lower())
    if language == "en":
        return "en"
    if language == "zh" and "hans" not in subtags and _TRADITIONAL_SUBTAGS & set(subtags):
        return "zh-Hant"
    return DEFAULT_LANGUAGE


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every sentence of one language."""

    language: str
    texts: Mapping[str, str]

    @classmethod
    def load(cls, language: str) -> Self:
        """The catalogue that serves a language tag best; read from disk once."""
        served = negotiate(language)
        return cls(served, _texts(served))

    def get(self, key: str) -> str | None:
        """The text under a key, or None."""
        return self.texts.get(key)


@cache
def _texts(language: str) -> Mapping[str, str]:
    folder = files(__package__) / language
    sources = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name
    )
    merged: dict[str, str] = {}
    for source in sources:
        merged.update(flatten(tomllib.loads(source.read_text(encoding="utf-8"))))
    return MappingProxyType(merged)


def flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Nested TOML tables as (dotted key, text)."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)
