"""The tables of the file about the shop's licence and about newer versions of the program."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from scanrefund.aftercare.due_dates import Licence
from scanrefund.config.section import Section, Whole


def _day(value: Any) -> str:
    """A day as TOML has it or as text, `2027-03-31`; empty: not told."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    try:
        return value if value == "" else date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise PydanticCustomError("day", "no day") from None


class ShopLicence(Section):
    """The table `[licence]`."""

    number: Annotated[str, Field(max_length=60)] = ""
    expires: Annotated[str, BeforeValidator(_day)] = ""
    warn_days: Annotated[Whole, Field(ge=0, le=365)] = 30


class Versions(Section):
    """The table `[versions]`."""

    newest_file: Annotated[str, Field(max_length=500)] = ""


def licence(told: ShopLicence, utc_offset_h: int) -> Licence:
    """The licence as the self test reads it."""
    expires = date.fromisoformat(told.expires) if told.expires else None
    return Licence(told.number, expires, told.warn_days, utc_offset_h)


def newest_file(told: Versions, base: Path) -> Path | None:
    """The file that names the newest version; a relative path begins at `base`."""
    return base / told.newest_file if told.newest_file else None
