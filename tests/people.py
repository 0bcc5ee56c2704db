"""People for tests: the rooms about staff with PINs that cost little to check. Every PIN here is made up."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from scanrefund.aftercare.receipt import Writer
from scanrefund.check.limits import UNLIMITED
from scanrefund.desk import Counter, Desk
from scanrefund.dispatch.clock import Clock
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.keys import Keys
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.roster import Roster
from scanrefund.ledger.sign_ins import SignIns
from scanrefund.ledger.waiting import Waiting
from scanrefund.model.money import Money
from scanrefund.model.refund import Refund
from scanrefund.model.refusal import Reason
from scanrefund.model.staff import Credential, Role, Secret, Staff
from scanrefund.model.wallet import Wallet
from scanrefund.people.pins import Cost, PinHasher
from scanrefund.people.recogniser import Recogniser
from scanrefund.people.till import TillPeople
from scanrefund.staff_desk import StaffDesk, Trusted
from scanrefund.wallets.gateway import RefundGateway
from scanrefund.wish import RefundRequest
from tests.unit.builders import KEYS, LIMITS, ORDER, FakeClock, FakeWallet, a_reading, shown_code

# Argon2id at its cheapest: the tests are about who may try, not about what a guess costs.
CHEAP: Final = PinHasher(Cost(memory_kib=8, rounds=1, lanes=1))

OWNER_PIN, SUPERVISOR_PIN, CLERK_PIN = "804613", "7305926", "59260481"
WRONG_PIN = "470938"

# Limits under which every refund needs a second person.
ALL: Final[Mapping[str, Any]] = {"approval_above": Money(0)}


def a_recogniser(ledger: Ledger, keys: Keys, clock: Clock, hasher: PinHasher = CHEAP) -> Recogniser:
    return Recogniser(SignIns(ledger), keys, hasher, clock, "counter1")


def a_till(ledger: Ledger, keys: Keys, clock: Clock) -> TillPeople:
    """What a desk needs of the people; in a ledger without staff it says nothing."""
    return TillPeople(ledger, Roster(ledger, keys), a_recogniser(ledger, keys, clock))


def a_staff_desk(ledger: Ledger, keys: Keys, dispatcher: Dispatcher, clock: Clock) -> StaffDesk:
    trusted = Trusted(a_recogniser(ledger, keys, clock), keys, CHEAP)
    writer = Writer("en", rehearsal=True)
    return StaffDesk(Roster(ledger, keys), Waiting(ledger), trusted, dispatcher, clock, writer)


def secret_of(address: str) -> bytes:
    """What an authenticator app keeps of an `otpauth://` address."""
    text = address.partition("secret=")[2].partition("&")[0]
    return base64.b32decode(text + "=" * (-len(text) % 8))


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


class PeopleShop:
    """A counter of a shop whose ledger knows staff: s1 owns it, s2 supervises, s3 serves."""

    owner, supervisor, clerk = "s1", "s2", "s3"

    def __init__(
        self, ledger: Ledger, limits: Mapping[str, Any] | None = None, wallet: FakeWallet | None = None
    ) -> None:
        self.ledger, self.time = ledger, FakeClock()
        self.wallet = wallet or FakeWallet()
        gateways: Mapping[Wallet, RefundGateway] = {Wallet.WECHAT: self.wallet}
        clock = self.time.clock
        self.dispatcher = Dispatcher(ledger, gateways, clock, lease_s=30)
        shop = replace(LIMITS, people=replace(UNLIMITED, **(limits or {})))
        writer = Writer("en", rehearsal=True)
        till = a_till(ledger, KEYS, clock)
        self.desk = Desk(
            Counter("counter1", shop), KEYS, ledger, gateways, self.dispatcher, clock, writer, till
        )
        self.staff = a_staff_desk(ledger, KEYS, self.dispatcher, clock)

    def wish(self, amount_fen: int = 2_500, number: int = 0, **changes: Any) -> RefundRequest:
        """The clerk's wish with a fresh code; each `number` is another wish with another code."""
        shown = a_reading(shown_code(f"13450000000000{number:04d}"), taken_at=self.time.at)
        wish = RefundRequest(
            ORDER.order_id, Money(amount_fen), "broken", shown, f"wish-{number}", clerk=self.clerk
        )
        return replace(wish, **changes)

    def word(self, staff_id: str = "s2", secret: str = SUPERVISOR_PIN) -> Credential:
        """Somebody who approves."""
        return Credential(staff_id, Secret(secret))

    def waits(self, **changes: Any) -> Refund:
        """A wish that went into the queue."""
        receipt = self.desk.refund(self.wish(queue=True, **changes))
        assert receipt.refund_id is not None
        return self.refund(receipt.refund_id)

    def refund(self, refund_id: str) -> Refund:
        found = self.ledger.refund(refund_id)
        assert found is not None
        return found

    def booked(self, kind: str = "") -> list[tuple[str, dict[str, Any]]]:
        """What the book holds of one kind, or all of it: subject and facts."""
        with self.ledger.reading() as connection:
            rows = connection.exec_driver_sql("SELECT kind, subject, facts FROM book ORDER BY number")
            return [(row.subject, json.loads(row.facts)) for row in rows if kind in ("", row.kind)]


def tried(shop: PeopleShop, **changes: Any) -> tuple[Reason | None, Any]:
    """The reason of a refusal and why, as the book has it."""
    receipt = shop.desk.refund(shop.wish(**changes))
    facts = shop.booked("refund_refused")[-1][1] if receipt.reason else {}
    return receipt.reason, facts.get("because")


def shop_secret(shop: PeopleShop, staff_id: str) -> bytes:
    """What the codes of the moment of a person are made of."""
    with shop.ledger.reading() as connection:
        closed = connection.exec_driver_sql(
            f"SELECT totp FROM staff WHERE staff_id='{staff_id}'"
        ).scalar_one()
    return KEYS.opened(staff_id, closed)
