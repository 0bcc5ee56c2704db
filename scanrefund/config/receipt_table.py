"""The tables of the file about slips: what stands on them, and where they are printed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from scanrefund.aftercare.printer import DUMMY, PrinterSettings
from scanrefund.aftercare.slip import SlipShop
from scanrefund.config.section import Section, Whole
from scanrefund.slip_desk import SlipSettings

_NETWORK: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})")
_PORT_MAX: Final = 65_535


def _printer_place(value: str) -> str:
    """Empty, `dummy`, an absolute path or `host:port`."""
    network = _NETWORK.fullmatch(value)
    fits = network is not None and 0 < int(network[2]) <= _PORT_MAX
    if value in ("", DUMMY) or value.startswith(("/", "\\\\")) or fits:
        return value
    raise PydanticCustomError("printer_place", "no printer")


class Receipt(Section):
    """The table `[receipt]`."""

    printer: Annotated[str, Field(max_length=200), AfterValidator(_printer_place)] = ""
    columns: Annotated[Whole, Field(ge=24, le=64)] = 48
    code: Literal["printer", "picture"] = "printer"
    drawer: bool = False
    deadline_s: Annotated[Whole, Field(ge=1, le=60)] = 10
    policy: Annotated[str, Field(max_length=500)] = ""
    phone: Annotated[str, Field(max_length=40)] = ""


def slip_settings(
    told: Receipt, shop_name: str, utc_offset_h: int, home: Path, *, rehearsal: bool
) -> SlipSettings:
    """What the slip desk needs of the file."""
    printer = PrinterSettings(
        place=told.printer,
        columns=told.columns,
        code_as_picture=told.code == "picture",
        deadline_s=told.deadline_s,
        has_drawer=told.drawer,
        dummy_file=home / "printed.bin",
    )
    return SlipSettings(SlipShop(shop_name, told.policy, told.phone, utc_offset_h), printer, rehearsal)
