"""The post: takes what waits in the outbox to its ways, beside the refunds and never in front of them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from scanrefund.aftercare.letters import LetterWriter
from scanrefund.aftercare.notify import Letter, NotDelivered, Way
from scanrefund.dispatch.clock import Clock
from scanrefund.dispatch.worker import OnFault, OnRefund
from scanrefund.errors import Fault, KeyFault
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.outbox import Outbox
from scanrefund.model.contact import Channel
from scanrefund.model.message import Event, Message

ROUND_MAX: Final = 50
# A minute, doubled with each try, an hour at most: a server that is away for a night is met again.
FIRST_S: Final = 60.0
MAX_S: Final = 3600.0
# Ten hours in all. Later nobody waits for the news; `notices retry` sends it all the same.
TRIES_MAX: Final = 15


class Post:
    """Delivers messages in a thread of its own: a refund waits for no message, and no message sends one."""

    def __init__(
        self, ledger: Ledger, outbox: Outbox, clock: Clock, ways: Mapping[Channel, Way], writer: LetterWriter
    ) -> None:
        self._ledger = ledger
        self._outbox = outbox
        self._clock = clock
        self._ways = ways
        self._writer = writer
        self._round: threading.Thread | None = None
        self._fault: Fault | None = None
        self._closing = threading.Event()

    def run_once(self, on_refund: OnRefund, on_fault: OnFault) -> int:  # noqa: ARG002  (the form of a job)
        """Begin a round if something is due and none is under way; returns at once, without a trip made."""
        fault, self._fault = self._fault, None
        if fault is not None:
            on_fault(None, fault)
        busy = self._round is not None and self._round.is_alive()
        if not busy and not self._closing.is_set() and self._outbox.due(self._clock.now(), 1):
            self._round = threading.Thread(target=self._go_round, name="post", daemon=True)
            self._round.start()
        return 0

    def deliver_due(self) -> int:
        """Try everything that is due now, here; how many were sent."""
        due = self._outbox.due(self._clock.now(), ROUND_MAX)
        return sum(self._try(message) for message in due if not self._closing.is_set())

    def finish(self) -> None:
        """Let the round under way end, then try what else is due: for a worker that ends when all is done."""
        if self._round is not None:
            self._round.join()
        self.deliver_due()

    def close(self) -> None:
        """No further message; the one under way has its deadline."""
        self._closing.set()
        if self._round is not None:
            self._round.join()

    def _go_round(self) -> None:
        try:
            self.deliver_due()
        except Fault as fault:
            self._fault = fault

    def _try(self, message: Message) -> bool:
        """One try, with no transaction open while it lasts."""
        if not self._outbox.claim(message, self._clock.now()):
            return False
        tries = message.tries + 1
        try:
            letter = self._letter(message)
            self._ways[letter.channel].deliver(letter)
        except NotDelivered as why:
            self._failed(message, tries, why)
            return False
        self._outbox.sent(replace(message, channel=letter.channel), self._clock.now())
        return True

    def _failed(self, message: Message, tries: int, why: NotDelivered) -> None:
        now = self._clock.now()
        if why.lasting or tries >= TRIES_MAX:
            self._outbox.give_up(message, why.trouble, now)
        else:
            wait_s = min(FIRST_S * 2.0 ** (tries - 1), MAX_S)
            self._outbox.failed(message, why.trouble, now + timedelta(seconds=wait_s))

    def _letter(self, message: Message) -> Letter:
        """Raises NotDelivered where there is nobody to write to any more."""
        if message.event is Event.ALARM:
            return self._writer.of_alarm(message)
        refund = None if message.event is Event.ORDER_CANCELLED else self._ledger.refund(message.subject)
        try:
            contact = self._outbox.contact(refund.order_id if refund else message.subject)
        except KeyFault:
            raise NotDelivered("contact_of_other_keys") from None
        if contact is None:
            raise NotDelivered("contact_forgotten", lasting=True)
        if refund is None:
            return self._writer.of_order(message, contact)
        return self._writer.of_refund(message, contact, refund)
