"""What stands in a sentence's gaps: values as people read them.

Filling never fails: a gap without a value shows `—`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Final

from scanrefund.model.money import Money
from scanrefund.model.printable import written_out
from scanrefund.say.catalogue import Catalogue

MISSING: Final = "—"
GAP: Final = re.compile(r"\{([a-z_]+)\}")

# Gaps whose values are words of ours: the family of catalogue keys that translates them.
_WORDS: Final[Mapping[str, str]] = {
    "wallet": "wallet",
    "order_wallet": "wallet",
    "code_wallet": "wallet",
    "state": "order_state",
    "ours": "order_state",
    "theirs": "order_state",
    "field": "field",
    "why": "frozen",
    "cancelled_why": "cancelled",
    "trouble": "trouble",
    "cause": "os_error",
    "because": "because",
    "role": "role",
    "permission": "permission",
    "check": "readiness",
}

# A duration is told in the largest unit that still counts at least two.
_UNITS: Final = ((86_400, "days"), (3_600, "hours"), (60, "minutes"), (1, "seconds"))


def gaps_of(text: str) -> frozenset[str]:
    """The names in braces."""
    return frozenset(GAP.findall(text))


def fill(text: str, detail: Mapping[str, object], catalogue: Catalogue) -> str:
    """The text with every gap filled from the detail, else from the catalogue's phrases, else with `—`.

    `max_fen` also fills `{max}` as yuan, `age_s` also fills `{age}` in words.
    """
    shown = _shown(detail, catalogue)

    def value(gap: re.Match[str]) -> str:
        name = gap[1]
        return shown.get(name) or catalogue.get(f"phrase.{name}") or MISSING

    return GAP.sub(value, text)


def _shown(detail: Mapping[str, object], catalogue: Catalogue) -> dict[str, str]:
    shown: dict[str, str] = {}
    for name, value in detail.items():
        shown[name] = _as_read(name, value, catalogue)
        if isinstance(value, int) and name.endswith("_fen"):
            shown[name.removesuffix("_fen")] = str(Money(int(value)))
        elif isinstance(value, int | float) and name.endswith("_s"):
            shown[name.removesuffix("_s")] = _duration(int(value), catalogue)
    return shown


def _as_read(name: str, value: object, catalogue: Catalogue) -> str:
    if isinstance(value, datetime):
        return _local(value)
    text = str(value.value) if isinstance(value, Enum) else "" if value is None else str(value)
    if name == "when" or name.endswith("_at"):
        return _local_text(text)
    family = _WORDS.get(name)
    return (catalogue.get(f"{family}.{text}.name") if family else None) or written_out(text)


def _local(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def _local_text(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return _local(moment) if moment.tzinfo else text


def _duration(seconds: int, catalogue: Catalogue) -> str:
    size_s, unit = next((u for u in _UNITS if abs(seconds) >= 2 * u[0]), _UNITS[-1])
    template = catalogue.get(f"unit.{unit}") or "{n}"
    return template.replace("{n}", str(seconds // size_s))
