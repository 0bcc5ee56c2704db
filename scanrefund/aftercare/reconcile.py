"""Reconciling a day: the wallets' bills and the till's export beside our books, line by line, both ways.

Nothing here changes a refund. A bill tells of a morning that is over; only the wallet's own signed answer
about one refund moves it, and asking for that is what the proposals say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from scanrefund.aftercare.difference_store import DifferenceStore
from scanrefund.aftercare.matching import BATCH_ROWS, Matching
from scanrefund.aftercare.matching_rules import Matched
from scanrefund.aftercare.our_books import our_refunds, our_sales
from scanrefund.aftercare.till_export import till_lines
from scanrefund.aftercare.till_matching import TillMatching
from scanrefund.dispatch.clock import Clock
from scanrefund.errors import UsageFault
from scanrefund.ledger.bookings import Bookings
from scanrefund.ledger.fees import Fees, RefundFee
from scanrefund.model.bill import BillAnswer, BillKind, BillLook
from scanrefund.model.bill_line import BillContent, BillLine, LineKind, LineState
from scanrefund.model.difference import Difference, DifferenceKind, Scope, Side, Sum
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.bill_files import BillAccounts, TextHash, of_file, of_text
from scanrefund.wallets.bill_table import BadBill
from scanrefund.wallets.gateway import WalletGateway
from scanrefund.wallets.reading import BEIJING

_DAY: Final = timedelta(days=1)
# A refund is known to its end within eight days (docs/reliability); so far back its bill is looked for.
DAYS_BACK_MAX: Final = timedelta(days=10)
OnLines = Callable[[int], None]


@dataclass(slots=True)
class Reconciliation:
    """What came out: a scope for each wallet and for the till, and all differences, while it is open."""

    day: date
    scopes: list[Scope] = field(default_factory=list)
    store: DifferenceStore = field(default_factory=DifferenceStore)
    till: TillMatching = field(default_factory=TillMatching)

    def differences(self) -> Iterator[Difference]:
        """All of them, a scope's together; there may be a million."""
        return self.store.all()

    def close(self) -> None:
        self.store.close()
        self.till.close()


@dataclass(frozen=True, slots=True)
class _Bill:
    """A bill being compared, and where its lines are told. `may_ask` lets other days' bills be fetched."""

    content: BillContent
    text_hash: TextHash
    on_lines: OnLines
    may_ask: bool


class Reconciler:
    """Build with `assemble.open_house`."""

    def __init__(
        self,
        bookings: Bookings,
        gateways: Mapping[Wallet, WalletGateway],
        accounts: BillAccounts,
        clock: Clock,
        fees: Fees | None = None,
    ) -> None:
        self._fees = fees
        self._bookings = bookings
        self._gateways = gateways
        self._accounts = accounts
        self._clock = clock

    @contextmanager
    def reconcile(
        self,
        day: date,
        wallet: Wallet | None = None,
        bills: Sequence[Path] = (),
        till: Path | None = None,
        on_lines: OnLines = lambda _read: None,
    ) -> Iterator[Reconciliation]:
        """Compare one day of Beijing's clock; open until left.

        With bill files only their wallets are compared and nothing is fetched; else every wallet that is set
        up, or `wallet` alone. Raises UsageFault for a day that is not over and for files that cannot be read.
        Network here, but for files.
        """
        if day >= self._today():
            raise UsageFault("day_not_over", day=day.isoformat())
        done = Reconciliation(day)
        try:
            if bills:
                self._from_files(done, bills, on_lines)
            else:
                self._fetched(done, wallet, on_lines)
            if till is not None:
                done.scopes.append(self._till(done, till))
            yield done
        finally:
            done.close()

    def _fetched(self, done: Reconciliation, wallet: Wallet | None, on_lines: OnLines) -> None:
        wanted = [one for one in self._gateways if wallet in (None, one)]
        if not wanted:
            raise UsageFault("wallet_not_set_up", wallet=wallet or "")
        for one in wanted:
            answer = self._gateways[one].bill(done.day, BillKind.TRADES)
            done.scopes.append(self._of_answer(done, one, answer, on_lines))

    def _of_answer(
        self, done: Reconciliation, wallet: Wallet, answer: BillAnswer, on_lines: OnLines
    ) -> Scope:
        if answer.look is BillLook.EMPTY:
            empty = BillContent(wallet, done.day, has_sales=True, has_refunds=True, lines=iter(()))
            return self._compared(done, _Bill(empty, TextHash(), on_lines, may_ask=True), look=BillLook.EMPTY)
        if answer.look is not BillLook.FETCHED:
            return Scope(wallet, answer.look, code=answer.code, message=answer.message)
        text_hash = TextHash()
        try:
            content = of_text(answer.texts, done.day, self._accounts, text_hash)
            return self._compared(done, _Bill(content, text_hash, on_lines, may_ask=True))
        except BadBill as bad:
            # What the wallet sent under its own signature cannot be read: nothing is compared.
            return Scope(
                wallet, BillLook.NOT_FETCHED, code=bad.trouble, message=f"{bad.line} {bad.text}".strip()
            )

    def _from_files(self, done: Reconciliation, bills: Sequence[Path], on_lines: OnLines) -> None:
        for path in bills:
            text_hash = TextHash()
            with of_file(path, done.day, self._accounts, text_hash) as content:
                if any(scope.wallet is content.wallet for scope in done.scopes):
                    raise UsageFault("bill_twice", file=path.name, wallet=content.wallet.value)
                bill = _Bill(content, text_hash, on_lines, may_ask=False)
                done.scopes.append(self._compared(done, bill))

    def _compared(self, done: Reconciliation, bill: _Bill, look: BillLook = BillLook.FETCHED) -> Scope:
        wallet = bill.content.wallet
        with Matching(wallet, done.day) as matching:
            lines = self._fill(matching, bill)
            matching.settle()
            since = matching.lonely_since()
            if bill.may_ask and since is not None:
                self._look_elsewhere(matching, since)
            done.store.add(_differences(matching, bill.content))
            self._keep_fees(matching)
            # Found at the wallet, sent by no life these books know: of its day only this bill tells the till.
            done.till.add_ours(LineKind.REFUND, matching.dated_by_the_bill())
            return Scope(
                wallet=wallet,
                look=look,
                lines=lines,
                sums=_sums(_told_fen(matching, bill.content), done, wallet),
                counts=done.store.counts(wallet),
                fees_back=matching.fees_back(),
                bill_sha256=bill.text_hash.hex(),
                content_sha256=matching.content_sha256(done.store),
            )

    def _keep_fees(self, matching: Matching) -> None:
        """What the bill tells of the fees of our refunds; of one that failed it tells nothing."""
        if self._fees is None:
            return
        told = (
            RefundFee(ours.refund_id, line.fee_fen_thousandths)
            for line, ours, _knows_order in matching.told_refunds()
            if ours is not None and line.state is not LineState.FAILED
        )
        while batch := list(islice(told, BATCH_ROWS)):
            self._fees.keep(matching.wallet, matching.day, batch, self._clock.now())

    def _fill(self, matching: Matching, bill: _Bill) -> int:
        """All that our books have on that day, the bill's lines, and ours of their numbers."""
        start, end = stretch_of(matching.day)
        if bill.content.has_refunds:
            matching.add_refunds(our_refunds(self._bookings.refunds_taken_in(start, end), matching.wallet))
        if bill.content.has_sales:
            matching.add_sales(our_sales(self._bookings.sales_paid(start, end), matching.wallet))
        read = 0

        def on_batch(batch: list[BillLine]) -> None:
            nonlocal read
            self._add_ours(matching, batch)
            read += len(batch)
            bill.on_lines(read)

        return matching.add_lines(bill.content.lines, on_batch)

    def _add_ours(self, matching: Matching, batch: list[BillLine]) -> None:
        refund_ids = matching.new_refunds(sorted({line.refund_id for line in batch if line.refund_id}))
        if refund_ids:
            matching.add_refunds(our_refunds(self._bookings.refunds_of(refund_ids), matching.wallet))
        order_ids = matching.new_sales(sorted({line.order_id for line in batch}))
        if order_ids:
            matching.add_sales(our_sales(self._bookings.sales_of(order_ids), matching.wallet))

    def _look_elsewhere(self, matching: Matching, since: date) -> None:
        """What was sent on one day may have been heard of on another; the wallet's other bills tell."""
        gateway = self._gateways.get(matching.wallet)
        if gateway is None:
            return
        first = max(since, matching.day - DAYS_BACK_MAX) - _DAY
        for n in range((matching.day - first).days + 2):
            day = first + n * _DAY
            if day == matching.day or day >= self._today():
                continue
            answer = gateway.bill(day, BillKind.TRADES)
            if answer.look is BillLook.FETCHED:
                self._look_into(matching, answer, day)

    def _look_into(self, matching: Matching, answer: BillAnswer, day: date) -> None:
        """In a bill that cannot be read nothing is found: what is missing stays missing."""
        with suppress(BadBill):
            content = of_text(answer.texts, day, self._accounts, TextHash())
            matching.look_elsewhere(content.lines, day)

    def _today(self) -> date:
        return self._clock.now().astimezone(BEIJING).date()

    def _till(self, done: Reconciliation, path: Path) -> Scope:
        """After the bills: they tell the days of refunds whose day our books do not know."""
        start, end = stretch_of(done.day)
        matching, ours = done.till, self._bookings
        lines = matching.add_told(till_lines(path))
        for refunds in (ours.refunds_taken_in(start, end), ours.refunds_by_hand(start, end)):
            matching.add_ours(LineKind.REFUND, ((one.order_id, one.amount_fen) for one in refunds))
        sales = ours.sales_paid(start, end)
        matching.add_ours(LineKind.SALE, ((one.order_id, one.amount_fen) for one in sales))
        done.store.add(matching.differences())
        return Scope(
            wallet=None,
            look=BillLook.FETCHED,
            lines=lines,
            sums=_sums(matching.sums_fen(), done, None),
            counts=done.store.counts(None),
            content_sha256=matching.content_sha256(done.store),
        )


def stretch_of(day: date) -> tuple[datetime, datetime]:
    """A day of Beijing's clock, from its first moment to the next day's."""
    start = datetime.combine(day, time(), BEIJING).astimezone(UTC)
    return start, start + _DAY


def _differences(matching: Matching, content: BillContent) -> Iterator[Difference]:
    rules = Matched(matching.wallet, matching.day)
    for line, refund, knows_order in matching.told_refunds():
        yield from rules.refund(line, refund, knows_order=knows_order)
    for line, sale in matching.told_sales():
        yield from rules.sale(line, sale)
    yield from map(rules.twice, matching.told_twice())
    for lone, elsewhere in matching.lone_refunds():
        yield rules.lone_refund(lone, elsewhere)
    # A bill of refunds alone shows its orders' numbers, and says nothing of their sale.
    if content.has_sales:
        for lone_sale, elsewhere in matching.lone_sales():
            yield rules.lone_sale(lone_sale, elsewhere)
    if fee_fen := matching.fee_fen():
        yield Difference(DifferenceKind.FEE, matching.wallet, fee_fen, theirs_fen=fee_fen)


def _told_fen(matching: Matching, content: BillContent) -> dict[Side, tuple[int, int]]:
    """What the bill and our books count, without the sales in a bill that tells none."""
    told = matching.sums_fen() | {Side.FEES: (matching.fee_fen(), 0)}
    return {side: fen for side, fen in told.items() if content.has_sales or side is not Side.SALES}


def _sums(
    told: Mapping[Side, tuple[int, int]], done: Reconciliation, wallet: Wallet | None
) -> dict[Side, Sum]:
    return {
        side: Sum(theirs_fen, ours_fen, done.store.sum_fen(wallet, side))
        for side, (theirs_fen, ours_fen) in told.items()
    }
