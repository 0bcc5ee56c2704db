"""The table of the file about maintenance windows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, field_serializer, model_validator
from pydantic_core import PydanticCustomError

from scanrefund.config.section import Section, Whole
from scanrefund.model.maintenance import Maintenance, Window
from scanrefund.model.shop_clock import shop_zone
from scanrefund.model.wallet import Wallet

# More than a shop is ever told of at once; the list is walked for every refund.
WINDOWS_MAX = 100


class PlannedWindow(Section):
    """One entry of `maintenance.windows`."""

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)

    wallet: Literal["wechat", "alipay", "all"] = "all"
    begins: Annotated[datetime, Field(alias="from")]
    ends: Annotated[datetime, Field(alias="to")]
    words: Annotated[str, Field(max_length=200)] = ""

    @field_serializer("begins", "ends")
    def _as_text(self, moment: datetime) -> str:
        return moment.isoformat()

    @model_validator(mode="after")
    def _in_order(self) -> PlannedWindow:
        """One that ends before it begins is a slip of the pen, and would pause nothing."""
        if (self.begins.tzinfo is None) != (self.ends.tzinfo is None) or self.ends <= self.begins:
            raise PydanticCustomError("window_order", "ends before it begins")
        return self


class PlannedMaintenance(Section):
    """The table `[maintenance]`."""

    notice_h: Annotated[Whole, Field(ge=0, le=720)] = 24
    windows: Annotated[list[PlannedWindow], Field(max_length=WINDOWS_MAX)] = Field(default_factory=list)


def maintenance(told: PlannedMaintenance, utc_offset_h: int) -> Maintenance:
    """The windows as dispatch and doors need them; a time without an offset is by the shop's clock."""
    zone = shop_zone(utc_offset_h)

    def aware(moment: datetime) -> datetime:
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)

    windows = [
        Window(
            begins=aware(one.begins),
            ends=aware(one.ends),
            wallet=None if one.wallet == "all" else Wallet(one.wallet),
            words=one.words,
        )
        for one in told.windows
    ]
    windows.sort(key=lambda one: one.begins)
    return Maintenance(tuple(windows), timedelta(hours=told.notice_h))
