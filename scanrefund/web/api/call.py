"""One call of a till's that was let in, and the table's own words for an address of the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response

from scanrefund.model.till import Till
from scanrefund.web.call import Call
from scanrefund.web.fields import BODY_BYTES_MAX

ROOT: Final = "/api/v1"


@dataclass(frozen=True, slots=True)
class TillCall:
    """A call with the till it comes from. `again` says that its key was bound to the same call before."""

    call: Call
    till: Till
    key: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A document with its HTTP status."""

    document: Any
    status: int = 200


Handler = Callable[[TillCall], Answer]
# What needs no token: the schema and the reference, which tell nothing of this shop.
Open = Callable[[Call], Response]


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """One line of the table. `takes` and `gives` are names of `shapes.SHAPES`; `query` names what may follow
    the question mark.
    """

    method: str
    path: str
    name: str
    handler: Handler
    gives: str
    takes: str = ""
    query: tuple[str, ...] = ()
    bytes_max: int = BODY_BYTES_MAX
    statuses: tuple[int, ...] = (200,)
