"""What the library says of a wrong value, in the language of whoever typed it: its own words are English."""

from __future__ import annotations

import re
from typing import Final

from scanrefund.cli.invocation import Invocation

# How the library puts it, and our words for it; what stands in the brackets is named by the group.
_FORMS: Final = (
    (re.compile(r"is not one of (?P<choices>.+?)\.?$"), "one_of"),
    (re.compile(r"less than or equal to (?P<limit>-?\d+)"), "at_most"),
    (re.compile(r"greater than or equal to (?P<limit>-?\d+)"), "at_least"),
    (re.compile(r"valid integer"), "whole_number"),
)


def in_our_words(problem: str, invocation: Invocation) -> str:
    """The problem told anew; one of a form that nobody has met stays as it is."""
    for form, told in _FORMS:
        found = form.search(problem)
        if found:
            gaps = {name: value.replace("'", "") for name, value in found.groupdict().items()}
            return invocation.words(f"misuse.{told}", **gaps)
    return problem
