"""What tests of messages share: a contact, a ledger's post with ways played by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from scanrefund.aftercare.letters import LetterWriter
from scanrefund.aftercare.notify import Letter, NotDelivered
from scanrefund.aftercare.outbox import Post
from scanrefund.aftercare.slip import SlipShop
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.outbox import Outbox
from scanrefund.ledger.trips import Lease
from scanrefund.model.contact import Channel, Contact
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, Refund, RefundState
from tests.unit.builders import KEYS, NOW, FakeClock, reserve

MAIL = Contact(Channel.EMAIL, "li.lei@example.com", "zh-Hans")
PHONE = Contact(Channel.SMS, "13812345678", "zh-Hans")
WRITER = LetterWriter(SlipShop("小店", phone="010-12345678"), "shop1", "zh-Hans", rehearsal=False)
LEASE = Lease("test", 30)


@dataclass
class HandWay:
    """A way that does what the next line of its script says, and remembers what it was handed."""

    script: list[Callable[[Letter], None]] = field(default_factory=list)
    taken: list[Letter] = field(default_factory=list)
    tries: int = 0

    def deliver(self, letter: Letter) -> None:
        self.tries += 1
        if self.script:
            self.script.pop(0)(letter)
        self.taken.append(letter)


def away(_letter: Letter) -> None:
    raise NotDelivered("away")


def refusing(_letter: Letter) -> None:
    raise NotDelivered("smtp_550", lasting=True)


def told_refund(ledger: Ledger, contact: Contact | None = MAIL, **changes: object) -> Refund:
    """A refund whose customer wants to hear of it."""
    return reserve(ledger, contact=contact, **changes)  # type: ignore[arg-type]


def moved(ledger: Ledger, refund: Refund, state: RefundState, outcome: Outcome) -> Refund:
    """The refund after one trip that brought it there."""
    command = Command.SEND if refund.state is RefundState.READY else Command.ASK
    attempt = ledger.begin(refund, command, LEASE, NOW)
    assert attempt is not None
    return ledger.end(attempt, Answer(outcome, "x"), state, {}, "", NOW)


def a_post(ledger: Ledger, clock: FakeClock, way: HandWay) -> Post:
    ways = {Channel.EMAIL: way, Channel.SMS: way, Channel.ALERT: way}
    return Post(ledger, Outbox(ledger, KEYS), clock.clock, ways, WRITER)
