"""The people of a shop that knows its staff: who serves, who approves, how each proves to be himself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from scanrefund.dispatch.clock import Clock
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.keys import Keys
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.staff import Role, Secret
from tests.people import a_staff_desk

OWNER: Final = "s1"
SUPERVISORS: Final = ("s2", "s3")
CLERKS: Final = ("s4", "s5")
MAY_APPROVE: Final = frozenset({OWNER, *SUPERVISORS})
# Made up; one for each of them.
PINS: Final = {"s1": "804613", "s2": "7305926", "s3": "2840617", "s4": "59260481", "s5": "470938"}
# In a ledger without staff anybody is believed.
ANYBODY: Final = Hand("Chen", "simulated")
_OPENED_AT: Final = datetime(2026, 11, 22, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Shift:
    """Who is at one counter."""

    clerk: str
    supervisor: str


def shift_of(counter: int) -> Shift:
    """Neighbouring counters have other people."""
    return Shift(CLERKS[counter % len(CLERKS)], SUPERVISORS[counter % len(SUPERVISORS)])


def secret(staff_id: str) -> Secret:
    """What somebody types."""
    return Secret(PINS[staff_id])


def hire(ledger: Ledger, keys: Keys) -> None:
    """Let them all work here."""
    clock = Clock(lambda: _OPENED_AT, lambda _seconds: None)
    desk = a_staff_desk(ledger, keys, Dispatcher(ledger, {}, clock, 30), clock)
    desk.first_owner("Zhao", secret(OWNER))
    roles = dict.fromkeys(SUPERVISORS, Role.SUPERVISOR) | dict.fromkeys(CLERKS, Role.CLERK)
    for staff_id, role in roles.items():
        desk.add(OWNER, f"{role.value} {staff_id}", role, secret(staff_id))
