"""The door between the shop's counter and its practice counter: opened at the page, walked through by whoever
serves it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scanrefund.errors import Fault

if TYPE_CHECKING:
    from scanrefund.web.site import Site


@dataclass(slots=True)
class PracticeDoor:
    """One turn at one side of the door; whoever serves the page makes a new one for each.

    `shop` is the shop's site where this side is the practice counter, and stays open behind it. `prepare`
    raises the fault that keeps the practice counter shut. `trouble` is the one that kept it shut last.
    """

    prepare: Callable[[], object]
    shop: Site | None = None
    trouble: Fault | None = None
    wanted: threading.Event = field(default_factory=threading.Event)
