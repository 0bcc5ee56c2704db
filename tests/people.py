"""People for tests: the rooms about staff with PINs that cost little to check. Every PIN here is made up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scanrefund.aftercare.receipt import Writer
from scanrefund.dispatch.clock import Clock
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.keys import Keys
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.roster import Roster
from scanrefund.ledger.sign_ins import SignIns
from scanrefund.ledger.waiting import Waiting
from scanrefund.model.staff import Role, Secret, Staff
from scanrefund.people.pins import Cost, PinHasher
from scanrefund.people.recogniser import Recogniser
from scanrefund.people.till import TillPeople
from scanrefund.staff_desk import StaffDesk, Trusted

# Argon2id at its cheapest: the tests are about who may try, not about what a guess costs.
CHEAP: Final = PinHasher(Cost(memory_kib=8, rounds=1, lanes=1))

OWNER_PIN, SUPERVISOR_PIN, CLERK_PIN = "804613", "7305926", "59260481"
WRONG_PIN = "470938"


def a_recogniser(ledger: Ledger, keys: Keys, clock: Clock) -> Recogniser:
    return Recogniser(SignIns(ledger), keys, CHEAP, clock, "counter1")


def a_till(ledger: Ledger, keys: Keys, clock: Clock) -> TillPeople:
    """What a desk needs of the people; in a ledger without staff it says nothing."""
    return TillPeople(ledger, Roster(ledger, keys), a_recogniser(ledger, keys, clock))


def a_staff_desk(ledger: Ledger, keys: Keys, dispatcher: Dispatcher, clock: Clock) -> StaffDesk:
    trusted = Trusted(a_recogniser(ledger, keys, clock), keys, CHEAP)
    writer = Writer("en", rehearsal=True)
    return StaffDesk(Roster(ledger, keys), Waiting(ledger), trusted, dispatcher, clock, writer)


@dataclass(frozen=True)
class Crew:
    """The people most tests need."""

    owner: Staff
    supervisor: Staff
    clerk: Staff


def hire(desk: StaffDesk) -> Crew:
    owner = desk.first_owner("Zhao", Secret(OWNER_PIN))
    supervisor = desk.add(owner.staff_id, "Li", Role.SUPERVISOR, Secret(SUPERVISOR_PIN))
    return Crew(owner, supervisor, desk.add(owner.staff_id, "Wang", Role.CLERK, Secret(CLERK_PIN)))
