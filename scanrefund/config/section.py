"""What every table of the file has in common."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError


def _no_truth_value(value: Any) -> Any:
    """In TOML `true` is not a number, whatever Python thinks of it."""
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "a truth value is no number")
    return value


Whole = Annotated[int, BeforeValidator(_no_truth_value)]


class Section(BaseModel):
    """A table of the file. A key it does not know is an error, not a comment."""

    model_config = ConfigDict(extra="forbid", frozen=True)
