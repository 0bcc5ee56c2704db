"""Planted bugs: each one small change of behaviour that an invariant must notice.

A bug that no invariant notices means that an invariant is missing.
"""

from __future__ import annotations

from typing import Final

from tests.simulation.bugs.approval_bugs import APPROVAL_BUGS
from tests.simulation.bugs.desk_bugs import DESK_BUGS
from tests.simulation.bugs.ledger_bugs import LEDGER_BUGS
from tests.simulation.bugs.pause_bugs import PAUSE_BUGS
from tests.simulation.bugs.people_bugs import PEOPLE_BUGS
from tests.simulation.bugs.planting import Bug
from tests.simulation.bugs.step_bugs import STEP_BUGS
from tests.simulation.bugs.till_bugs import TILL_BUGS
from tests.simulation.bugs.trip_bugs import TRIP_BUGS

BUGS: Final[tuple[Bug, ...]] = (
    *STEP_BUGS,
    *TRIP_BUGS,
    *LEDGER_BUGS,
    *DESK_BUGS,
    *PEOPLE_BUGS,
    *PAUSE_BUGS,
    *APPROVAL_BUGS,
    *TILL_BUGS,
)
