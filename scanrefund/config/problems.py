"""What is wrong with a configuration, as places and causes. The sentences are in `say/*/cli.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic_core import ErrorDetails

# What pydantic calls an error → the cause people are told. Anything else is simply a wrong value.
_CAUSES: Final = {
    "extra_forbidden": "unknown_key",
    "missing": "missing",
    "int_type": "whole_number",
    "int_parsing": "whole_number",
    "int_parsing_size": "whole_number",
    "int_from_float": "whole_number",
    "bool_type": "true_or_false",
    "bool_parsing": "true_or_false",
    "string_type": "text",
    "string_too_short": "text",
    "string_too_long": "text_too_long",
    "list_type": "list",
    "too_short": "list",
    "too_long": "list",
    "string_pattern_mismatch": "name",
    "literal_error": "one_of",
    "enum": "one_of",
    "greater_than_equal": "at_least",
    "less_than_equal": "at_most",
    "model_type": "table",
    "key_file_missing": "key_file_missing",
    "web_address": "web_address",
    "alipay_keys": "alipay_keys",
    "printer_place": "printer_place",
    "notify_smtp": "notify_smtp",
    "notify_sms": "notify_sms",
    "notify_alerts": "notify_alerts",
    "till_key": "till_key",
    "window_order": "window_order",
    "day": "day",
    "datetime_parsing": "moment",
    "datetime_type": "moment",
    "datetime_from_date_parsing": "moment",
}

_QUOTED: Final = re.compile(r"'([^']*)'")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, what, and what its sentence needs. Never a value: some are secret."""

    place: str
    cause: str
    gaps: Mapping[str, object] = field(default_factory=dict)


def of_pydantic(errors: Iterable[ErrorDetails]) -> list[Problem]:
    """Pydantic's list as ours, in the order of the file's keys."""
    return [_of_one(error) for error in errors]


def _of_one(error: ErrorDetails) -> Problem:
    gaps: dict[str, Any] = {
        name: value for name, value in error.get("ctx", {}).items() if isinstance(value, str | int | float)
    }
    if "expected" in gaps:
        # Pydantic's own words: `'sandbox' or 'real'`.
        gaps["expected"] = " · ".join(_QUOTED.findall(str(gaps["expected"])))
    place = ".".join(str(part) for part in error["loc"])
    return Problem(place, _CAUSES.get(error["type"], "wrong_value"), gaps)
