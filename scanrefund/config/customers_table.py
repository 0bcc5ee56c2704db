"""The table of the file about how customers are served."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from scanrefund.complaint_desk import CareSettings
from scanrefund.config.section import Section, Whole


class Customers(Section):
    """The table `[customers]`."""

    answer_within_days: Annotated[Whole, Field(ge=1, le=90)] = 7
    ask_opinion: bool = False


def care_settings(told: Customers, utc_offset_h: int) -> CareSettings:
    """What the complaint desk needs of the file."""
    return CareSettings(told.answer_within_days, utc_offset_h, told.ask_opinion)
