"""The refunds that are played, and what must come of them whatever happens on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scanrefund.model.refund import RefundState
from scanrefund.model.wallet import Wallet
from tests.crashes.wallet import Ask, Plan, Send

ORDER_FEN: Final = 10_000

_S = RefundState


@dataclass(frozen=True, slots=True)
class Play:
    """One order of 100 yuan, the clerk's wishes one after the other, and what the wallet does with each.

    `ends` are the states each refund may end in. `paid_fen` is what the customer must have when the clerk
    repeats his wishes after every restart: no less (lost) and no more (doubled).
    `from_nothing` starts on an empty disk: the first start makes the tables. `releases` has a supervisor who
    lets every held refund go on.
    """

    name: str
    wallet: Wallet
    wishes_fen: tuple[int, ...]
    plans: tuple[Plan, ...]
    ends: tuple[frozenset[RefundState], ...]
    paid_fen: int
    from_nothing: bool = False
    releases: bool = False

    def plan_of(self, refund_id: str) -> Plan:
        """The plan for a number, by its sequence."""
        return self.plans[_place(refund_id, len(self.plans))]

    def ends_of(self, refund_id: str) -> frozenset[RefundState]:
        """Where a number may end, by its sequence."""
        return self.ends[_place(refund_id, len(self.ends))]


def _place(refund_id: str, length: int) -> int:
    return min(int(refund_id.rsplit("_", 1)[1]), length) - 1


def _one(name: str, wallet: Wallet, plan: Plan, paid_fen: int, *ends: RefundState) -> Play:
    return Play(name, wallet, (ORDER_FEN,), (plan,), (frozenset(ends),), paid_fen)


_W, _A = Wallet.WECHAT, Wallet.ALIPAY
_ACCEPTS = (Send.ACCEPTS,)

PLAYS: Final = (
    _one("pays", _A, Plan(), ORDER_FEN, _S.SUCCEEDED),
    _one("accepts", _W, Plan(_ACCEPTS, (Ask.TELLS, Ask.SETTLES)), ORDER_FEN, _S.SUCCEEDED),
    _one("answer_lost", _A, Plan((Send.PAYS_SILENTLY,)), ORDER_FEN, _S.SUCCEEDED),
    _one("lost_on_the_way", _W, Plan((Send.IS_LOST, Send.ACCEPTS)), ORDER_FEN, _S.SUCCEEDED),
    _one(
        "silence",
        _W,
        Plan((Send.PAYS_SILENTLY,), (Ask.IS_SILENT, Ask.IS_SILENT, Ask.TELLS)),
        ORDER_FEN,
        _S.SUCCEEDED,
    ),
    # A refusal after a trip that nobody heard the end of needs a person: HELD. Without one it closes.
    _one("declined", _W, Plan((Send.DECLINES,)), 0, _S.CLOSED, _S.HELD),
    _one("held", _A, Plan((Send.HOLDS,)), 0, _S.HELD),
    _one("closed", _W, Plan(_ACCEPTS, (Ask.TELLS, Ask.CLOSES)), 0, _S.CLOSED),
    _one("returned", _W, Plan(_ACCEPTS, (Ask.STICKS, Ask.RETURNS)), 0, _S.RETURNED_TO_MERCHANT),
    # Without the supervisor it stays held, and the customer has nothing yet.
    Play(
        "released",
        _W,
        (ORDER_FEN,),
        (Plan((Send.HOLDS, Send.PAYS)),),
        (frozenset({_S.SUCCEEDED, _S.HELD}),),
        ORDER_FEN,
        releases=True,
    ),
    Play("part", _A, (3_000,), (Plan(),), (frozenset({_S.SUCCEEDED}),), 3_000),
    # The third wish is one fen too much and must be refused, however often it is repeated.
    Play("two_parts", _A, (6_000, 4_000, 1), (Plan(),), (frozenset({_S.SUCCEEDED}),), ORDER_FEN),
    # What the wallet closed is free again for a second refund with a number of its own.
    Play(
        "closed_then_paid",
        _W,
        (ORDER_FEN, ORDER_FEN),
        (Plan(_ACCEPTS, (Ask.CLOSES,)), Plan()),
        (frozenset({_S.CLOSED}), frozenset({_S.SUCCEEDED})),
        ORDER_FEN,
    ),
    Play(
        "first_start",
        _A,
        (ORDER_FEN,),
        (Plan(),),
        (frozenset({_S.SUCCEEDED}),),
        ORDER_FEN,
        from_nothing=True,
    ),
)


def play_named(name: str) -> Play:
    """One play. Raises KeyError."""
    return {play.name: play for play in PLAYS}[name]
