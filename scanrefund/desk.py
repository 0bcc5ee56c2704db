"""The whole refund on one page: gather, lock, check, reserve, send."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from scanrefund.aftercare.receipt import Receipt, Writer
from scanrefund.check.amount_rules import earliest_send
from scanrefund.check.case import Case
from scanrefund.check.limits import Limits
from scanrefund.check.rules import Verdict, first_refusal, verdicts
from scanrefund.dispatch.clock import Clock
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.errors import LedgerFault, UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger.by_hand import ByHand
from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.locked_order import LockedOrder
from scanrefund.ledger.refunds import Draft
from scanrefund.ledger.self_tests import SelfTests
from scanrefund.model.order import Order
from scanrefund.model.outcome import OrderAnswer
from scanrefund.model.refund import Refund, RefundState
from scanrefund.model.refusal import Reason
from scanrefund.model.shown import Reading, Source
from scanrefund.model.wallet import Wallet, safe_number
from scanrefund.payer_match import match_payer
from scanrefund.people.till import TillPeople, draft_people, who, with_people
from scanrefund.slip_check import refund_id_of, vouched
from scanrefund.wallets.gateway import RefundGateway
from scanrefund.wish import Evidence, RefundRequest, Wish, wisher

# While a clerk waits, the desk looks at the ledger this often; another process may be at work.
LOOK_S: Final = 0.5

# As wide as its column: PostgreSQL keeps no longer one, and a shortened one would be another wish's.
REQUEST_ID_CHARS_MAX: Final = 64

# States that need a wallet or a person, and no more waiting at the counter.
_NOTHING_TO_WAIT_FOR: Final = frozenset({RefundState.HELD, RefundState.ABNORMAL, RefundState.WAIT_APPROVAL})

# What the word of a second person can cure.
_ASKS_A_SECOND: Final = frozenset({Reason.NEEDS_APPROVAL, Reason.APPROVAL_WRONG})


@dataclass(frozen=True, slots=True)
class Counter:
    """Who this desk is."""

    name: str
    limits: Limits


class Desk:
    """One counter's desk. Build with `assemble.open_house`."""

    def __init__(
        self,
        counter: Counter,
        keys: Keys,
        ledger: Ledger,
        gateways: Mapping[Wallet, RefundGateway],
        dispatcher: Dispatcher,
        clock: Clock,
        writer: Writer,
        people: TillPeople,
    ) -> None:
        self._counter = counter
        self._keys = keys
        self._ledger = ledger
        self._gateways = gateways
        self._dispatcher = dispatcher
        self._clock = clock
        self._writer = writer
        self._people = people
        self._self_tests = SelfTests(ledger)

    def refund(self, request: RefundRequest) -> Receipt:
        """Check a wish and, if nothing speaks against it, send it. The same wish again is served again."""
        wish = self._named(request)
        earlier = self._ledger.refund_of_request(wish.request_id)
        if earlier is not None:
            return self._serve_again(request, earlier)
        decided = self._decide(wish, self._gather(wish))
        if isinstance(decided, Receipt):
            return decided
        return self._writer.of_refund(self._first_trip(decided))

    @retried
    def _decide(self, wish: Wish, evidence: Evidence) -> Receipt | Refund:
        """Lock, then check, then write, in one transaction: a new refund, or the receipt that ends it."""
        with self._ledger.locked(wish.request.order_id) as locked:
            case = self._case(wish, locked.order, locked, evidence)
            # Read after the case: a wish served meanwhile for another order has used its code up too.
            earlier = locked.of_request(wish.request_id)
            if earlier is not None:
                return self._serve_again(wish.request, earlier)
            refusal = first_refusal(case)
            if refusal is not None:
                locked.record(refusal, case.now, who(case, self._counter.name))
                wallet = case.order.wallet if case.order else None
                # Of an unknown order nobody knows what remains.
                amount = case.amount if case.order else case.asked_amount
                return self._writer.of_refusal(refusal, locked.name, wallet, amount)
            return self._reserve(locked, case, wish)

    def _first_trip(self, refund: Refund) -> Refund:
        """The refund is written: a ledger that breaks from here on leaves it open, never failed."""
        try:
            return self._dispatcher.dispatch(refund)
        except LedgerFault:
            return refund

    def rehearse(self, request: RefundRequest) -> list[Verdict]:
        """Every rule with its verdict. Binds nothing, sends nothing but a question about the order."""
        wish = self._named(request)
        evidence = self._look(request.order_id)
        return verdicts(self._case(wish, self._ledger.order(request.order_id), self._ledger, evidence))

    def see(self, reading: Reading | None) -> str | None:
        """Note the first sight of a payment code; its fingerprint, or None where none was shown."""
        if reading is None or reading.shown.code is None or reading.shown.wallet is None:
            return None
        code = reading.shown.code
        fingerprint = self._keys.fingerprint(code.reveal())
        # A live code ages from when it was read, however long a clerk then thinks. A picture's time is only
        # its file's word, and has rules of its own.
        read_at = None if reading.source is Source.PICTURE else reading.taken_at
        self._ledger.sight(fingerprint, code, reading.shown.wallet, read_at or self._clock.now())
        return fingerprint

    def wait(
        self, refund_id: str, wait_s: float, on_look: Callable[[Receipt], None] = lambda _receipt: None
    ) -> Receipt:
        """Bring a refund on while a clerk waits, `wait_s` seconds at most."""
        refund = self._required(refund_id)
        until = self._clock.now() + timedelta(seconds=wait_s)
        while self._is_worth_waiting_for(refund) and self._clock.now() < until:
            after = self._dispatcher.dispatch(refund) if self._is_due(refund) else refund
            if after.epoch == refund.epoch:
                on_look(self._writer.of_refund(refund))
                self._clock.sleep(LOOK_S)
                after = self._required(refund_id)
            refund = after
        return self._writer.of_refund(refund)

    def _is_worth_waiting_for(self, refund: Refund) -> bool:
        if self._writer.put_off_until(refund) is not None and not self._is_due(refund):
            return False
        return refund.is_open and refund.state not in _NOTHING_TO_WAIT_FOR

    def _is_due(self, refund: Refund) -> bool:
        return refund.next_try_at is not None and refund.next_try_at <= self._clock.now()

    def status(self, refund_id: str, *, ask: bool = False) -> Receipt:
        """How a refund stands; with `ask`, after one trip to the wallet, also where it has ended.

        `refund_id` may be the whole text of a slip of ours. Raises UsageFault slip_forged, refund_unknown.
        """
        refund = self._required(refund_id_of(refund_id, self._keys))
        if ask:
            trip = self._dispatcher.dispatch if refund.next_command else self._dispatcher.ask
            refund = trip(refund)
        return self._writer.standing(refund, self._clock.now(), replaced=self._is_replaced(refund))

    def _is_replaced(self, refund: Refund) -> bool:
        return refund.left_unpaid and bool(ByHand(self._ledger).replacement(refund.refund_id))

    def refunds(self, *, open_only: bool, order_id: str | None, limit: int) -> list[Receipt]:
        """The newest refunds first."""
        found = self._ledger.refunds(open_only=open_only, order_id=order_id, limit=limit)
        now = self._clock.now()
        return [self._writer.standing(refund, now) for refund in found]

    def _named(self, request: RefundRequest) -> Wish:
        """A slip shown for a code is named as ours or as forged: either is no payment code."""
        if request.reading is not None:
            request = replace(request, reading=vouched(request.reading, self._keys))
        fingerprint = self.see(request.reading)
        return Wish(request, self._request_id(request, fingerprint), fingerprint)

    def _request_id(self, request: RefundRequest, fingerprint: str | None) -> str:
        if len(request.request_id) > REQUEST_ID_CHARS_MAX:
            raise UsageFault("request_id_too_long", limit=REQUEST_ID_CHARS_MAX)
        if request.request_id:
            return request.request_id
        if fingerprint is None:
            return uuid.uuid4().hex
        amount = str(request.amount.fen) if request.amount else "rest"
        return self._keys.request(request.order_id, amount, fingerprint)

    def _serve_again(self, request: RefundRequest, earlier: Refund) -> Receipt:
        other_amount = request.amount is not None and request.amount != earlier.amount
        if earlier.order_id != request.order_id or other_amount:
            raise UsageFault("request_id_reused", request_id=request.request_id, refund_id=earlier.refund_id)
        return self._writer.of_refund(earlier, again=True)

    def _look(self, order_id: str) -> Evidence:
        failed = self._self_tests.failed(self._counter.name)
        return Evidence(self._ask_wallet(order_id), failed_checks=failed)

    def _ask_wallet(self, order_id: str) -> OrderAnswer | None:
        """The wallet's own word on the order. Network here, never inside a transaction."""
        order = self._ledger.order(order_id)
        gateway = self._gateways.get(order.wallet) if order else None
        return gateway.order(order) if order and gateway else None

    def _gather(self, wish: Wish) -> Evidence:
        """The wallet's word on the order; a second person's where one is needed and offered; last of all,
        where the shop wants it and nothing else says no, the wallet's word on the payer: it uses the code up.
        """
        request = wish.request
        evidence = self._look(request.order_id)
        order = self._ledger.order(request.order_id)
        case = self._case(wish, order, self._ledger, evidence)
        refusal = first_refusal(case)
        if request.approval is not None and refusal is not None and refusal.reason in _ASKS_A_SECOND:
            word = self._people.hear(case, wisher(wish, evidence), request.approval)
            evidence = replace(evidence, word=word)
            refusal = first_refusal(self._case(wish, order, self._ledger, evidence))
        gateway = self._gateways.get(order.wallet) if order else None
        if gateway is None or refusal is not None or not self._counter.limits.payer_match:
            return evidence
        return replace(evidence, payer=match_payer(gateway, evidence.wallet_says, request.reading))

    def _case(
        self, wish: Wish, order: Order | None, source: LockedOrder | Ledger, evidence: Evidence
    ) -> Case:
        request = wish.request
        case = Case(
            now=self._clock.now(),
            limits=self._counter.limits,
            order_id=request.order_id,
            order=order,
            asked_amount=request.amount,
            reason=request.reason,
            reading=request.reading,
            sighting=source.sighting(wish.fingerprint) if wish.fingerprint else None,
            wallet_says=evidence.wallet_says,
            payer=evidence.payer,
            is_behind=order is not None and source.is_behind(order),
            failed_checks=evidence.failed_checks,
        )
        if isinstance(source, Ledger):
            return self._people.looked_at(case, wisher(wish, evidence))
        return with_people(case, wisher(wish, evidence), source)

    def _reserve(self, locked: LockedOrder, case: Case, wish: Wish) -> Refund:
        if case.order is None:
            raise UsageFault("order_unknown", order_id=case.order_id)
        gateway = self._gateways.get(case.order.wallet)
        if gateway is None:
            raise UsageFault("wallet_not_set_up", wallet=case.order.wallet.value)
        draft = Draft(
            request_id=wish.request_id,
            code_fingerprint=wish.fingerprint,
            account=gateway.account,
            amount=case.amount,
            reason=case.reason.strip(),
            clerk=wish.request.clerk,
            counter=self._counter.name,
            not_before=earliest_send(case),
            people=draft_people(case),
            contact=wish.request.contact,
            applicant=wish.request.applicant,
            customer_agreed=wish.request.customer_agreed,
        )
        return locked.reserve(
            draft, lambda order, number: gateway.compose(order, number, draft.amount, draft.reason), case.now
        )

    def _required(self, refund_id: str) -> Refund:
        refund = self._ledger.refund(refund_id)
        if refund is None:
            raise UsageFault("refund_unknown", refund_id=safe_number(refund_id))
        return refund
