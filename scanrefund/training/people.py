"""The people of the training: an owner and a supervisor that are always there, and everybody who practises.

They share one PIN that stands on the screen: there is nothing to protect, and nobody types the real one here.
"""

from __future__ import annotations

from typing import Final

from scanrefund.errors import UsageFault
from scanrefund.model.staff import Role, Secret, Staff
from scanrefund.staff_desk import StaffDesk

PRACTICE_PIN: Final = "739164"
OWNER_ID: Final = "s1"
SUPERVISOR_ID: Final = "s2"
PEOPLE_MAX: Final = 200


def settle(staff: StaffDesk, owner: str, supervisor: str) -> None:
    """At the first start: the owner and the supervisor of the training, under these names."""
    if staff.has_staff():
        return
    staff.first_owner(owner, Secret(PRACTICE_PIN))
    staff.add(OWNER_ID, supervisor, Role.SUPERVISOR, Secret(PRACTICE_PIN))


def joined(staff: StaffDesk, name: str) -> Staff:
    """Whoever practises under this name, new or back. Raises UsageFault name_wrong or training_is_full."""
    wanted = " ".join(name.split())
    here = staff.names()
    found = next((one for one in here if one.name == wanted), None)
    if found is not None:
        return found
    if len(here) >= PEOPLE_MAX:
        raise UsageFault("training_is_full", limit=PEOPLE_MAX)
    return staff.add(OWNER_ID, name, Role.CLERK, Secret(PRACTICE_PIN))
