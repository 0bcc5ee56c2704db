"""One line of a bill beside what our books say of it: which differences there are, and their sums. Pure.

Every rule keeps one promise: what theirs counts less what ours counts on this day is the sum of the
differences it names. So the sums of a day prove that nothing was passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from scanrefund.model.bill_line import BillLine, LineKind, LineState
from scanrefund.model.difference import Difference, DifferenceKind
from scanrefund.model.refund import OPEN, RefundState
from scanrefund.model.wallet import Wallet, safe_number

_K = DifferenceKind
_S = RefundState
# Booked, and not known to have ended.
_STILL_OPEN: Final = frozenset({_S.PROCESSING, _S.ABNORMAL})


@dataclass(frozen=True, slots=True)
class OurRefund:
    """`is_booked`: the wallet told us that it took it in, on `day` in Beijing, None where only it knows.

    It did so on no day before `since`.
    """

    refund_id: str
    order_id: str
    amount_fen: int
    state: RefundState
    is_booked: bool
    day: date | None
    since: date


@dataclass(frozen=True, slots=True)
class OurSale:
    """`day` is the day of payment in Beijing, None for an order that nobody told us was paid."""

    order_id: str
    amount_fen: int
    day: date | None


@dataclass(frozen=True, slots=True)
class Matched:
    """Whose bill of which day is beside the books."""

    wallet: Wallet
    day: date

    def refund(self, line: BillLine, ours: OurRefund | None, *, knows_order: bool) -> Iterator[Difference]:
        """A refund of the bill, and ours of that number, if our books hold one."""
        theirs_fen = counted_fen(line)
        found = _of_line(self.wallet, line, theirs_fen)
        if ours is None:
            kind = _K.REFUND_NOT_OURS if knows_order else _K.REFUND_OF_UNKNOWN_ORDER
            yield replace(found, kind=kind)
            return
        found = replace(found, ours_fen=ours.amount_fen, ours_state=ours.state.value)
        if not ours.is_booked:
            yield from self._not_booked(found, line, ours)
        elif ours.day != self.day:
            yield replace(found, kind=_K.DAY_DIFFERS, day=ours.day)
            yield from _other_words(found, line, ours)
        elif line.state is LineState.FAILED:
            yield replace(found, kind=_K.THEIRS_FAILED, amount_fen=-ours.amount_fen)
        else:
            if line.amount_fen != ours.amount_fen:
                yield replace(found, kind=_K.AMOUNT_DIFFERS, amount_fen=theirs_fen - ours.amount_fen)
            yield from _open_words(found, line, ours)

    def sale(self, line: BillLine, ours: OurSale | None) -> Iterator[Difference]:
        """A sale of the bill, and our order of that number, if our books hold one."""
        if ours is not None and (ours.day, ours.amount_fen) == (self.day, line.amount_fen):
            return
        found = _of_line(self.wallet, line, line.amount_fen)
        if ours is None:
            yield replace(found, kind=_K.SALE_UNKNOWN)
            return
        found = replace(found, ours_fen=ours.amount_fen)
        if ours.day is None:
            yield replace(found, kind=_K.SALE_OURS_UNPAID)
        elif ours.day != self.day:
            yield replace(found, kind=_K.SALE_DAY_DIFFERS, day=ours.day)
        else:
            by_fen = line.amount_fen - ours.amount_fen
            yield replace(found, kind=_K.SALE_AMOUNT_DIFFERS, amount_fen=by_fen)
            return
        if line.amount_fen != ours.amount_fen:
            yield replace(found, kind=_K.SALE_AMOUNT_DIFFERS, amount_fen=0)

    def twice(self, line: BillLine) -> Difference:
        """A line whose number stood in the bill before."""
        is_sale = line.kind is LineKind.SALE
        kind = _K.SALE_COUNTED_TWICE if is_sale else _K.COUNTED_TWICE
        return replace(_of_line(self.wallet, line, counted_fen(line)), kind=kind)

    def lone_refund(self, ours: OurRefund, elsewhere: date | None) -> Difference:
        """A refund we booked on this day, which the bill does not tell; perhaps another day's does."""
        return Difference(
            kind=_K.DAY_DIFFERS if elsewhere else _K.REFUND_MISSING,
            wallet=self.wallet,
            amount_fen=-ours.amount_fen,
            order_id=ours.order_id,
            refund_id=ours.refund_id,
            ours_fen=ours.amount_fen,
            ours_state=ours.state.value,
            day=elsewhere,
        )

    def lone_sale(self, ours: OurSale, elsewhere: date | None) -> Difference:
        """An order paid on this day as the till told it, which the bill does not tell."""
        return Difference(
            kind=_K.SALE_DAY_DIFFERS if elsewhere else _K.SALE_MISSING,
            wallet=self.wallet,
            amount_fen=-ours.amount_fen,
            order_id=ours.order_id,
            ours_fen=ours.amount_fen,
            day=elsewhere,
        )

    def _not_booked(self, found: Difference, line: BillLine, ours: OurRefund) -> Iterator[Difference]:
        """What the wallet failed and we closed is the same; anything else is not."""
        is_open = ours.state in OPEN
        if line.state is not LineState.FAILED or is_open:
            yield replace(found, kind=_K.OURS_OPEN if is_open else _K.OURS_CLOSED)
            if line.amount_fen != ours.amount_fen:
                yield replace(found, kind=_K.AMOUNT_DIFFERS, amount_fen=0)


def counted_fen(line: BillLine) -> int:
    """What a line counts in the bill's sum: what failed moved nothing."""
    return 0 if line.state is LineState.FAILED else line.amount_fen


def _other_words(found: Difference, line: BillLine, ours: OurRefund) -> Iterator[Difference]:
    """What else differs, after the whole sum has been named."""
    if line.state is LineState.FAILED:
        yield replace(found, kind=_K.THEIRS_FAILED, amount_fen=0)
    elif line.amount_fen != ours.amount_fen:
        yield replace(found, kind=_K.AMOUNT_DIFFERS, amount_fen=0)
    yield from _open_words(found, line, ours)


def _open_words(found: Difference, line: BillLine, ours: OurRefund) -> Iterator[Difference]:
    """The wallet's bill of the next morning knows the end, and our books do not."""
    if line.state is LineState.DONE and ours.state in _STILL_OPEN:
        yield replace(found, kind=_K.OURS_OPEN, amount_fen=0)


def _of_line(wallet: Wallet, line: BillLine, theirs_fen: int) -> Difference:
    """What the line alone tells; its kind is for the caller to say."""
    return Difference(
        kind=_K.REFUND_NOT_OURS,
        wallet=wallet,
        amount_fen=theirs_fen,
        # Numbers of somebody else's making: one with the form of a payment code is masked like any.
        order_id=safe_number(line.order_id),
        refund_id=safe_number(line.refund_id),
        wallet_number=safe_number(line.wallet_refund_id or line.wallet_order_id),
        theirs_fen=line.amount_fen,
        theirs_state=line.state.value,
        line=line.number,
    )
