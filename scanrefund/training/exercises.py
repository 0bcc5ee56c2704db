"""The ten exercises: what the customer bought, what he shows, what goes wrong, and what a good clerk leaves.

The task is a sentence of the catalogues (`exercise.<name>`). Amounts stay under and over the limits that the
training counter has, whatever the shop's own are (`config/training_place.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from scanrefund.model.refund import RefundState
from scanrefund.model.wallet import Wallet

_S = RefundState
# WeChat Pay accepts first and tells later: no clerk waits for that.
_TAKEN: Final = frozenset({_S.PROCESSING, _S.SUCCEEDED})


class Shows(StrEnum):
    """What a customer holds out when he is asked for the payment code."""

    WECHAT_CODE = "wechat_code"
    ALIPAY_CODE = "alipay_code"
    OLD_WECHAT_CODE = "old_wechat_code"
    COLLECTION_CODE = "collection_code"


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise.

    `amount_fen` was paid, `earlier_fen` of it has gone back before, `goal_fen` is what must go back now.
    `shows` is what the customer holds out, ask by ask; the last one stays. `fault` is armed on the refund.
    `ends` are the states that count as done. `approved` says that somebody else must have agreed.
    `par_s` is the time a practised clerk takes.
    """

    name: str
    wallet: Wallet
    amount_fen: int
    goal_fen: int
    reason: str
    shows: tuple[Shows, ...]
    par_s: int
    earlier_fen: int = 0
    fault: str = ""
    ends: frozenset[RefundState] = _TAKEN
    approved: bool = False


_W, _A = Wallet.WECHAT, Wallet.ALIPAY

EXERCISES: Final[tuple[Exercise, ...]] = (
    Exercise("wechat_normal", _W, 12_800, 12_800, "faulty", (Shows.WECHAT_CODE,), par_s=30),
    Exercise("alipay_normal", _A, 5_900, 5_900, "changed_mind", (Shows.ALIPAY_CODE,), par_s=30),
    Exercise("partial", _W, 10_000, 4_000, "wrong_item", (Shows.WECHAT_CODE,), par_s=40),
    Exercise(
        "expired_code", _W, 4_550, 4_550, "faulty", (Shows.OLD_WECHAT_CODE, Shows.WECHAT_CODE), par_s=50
    ),
    Exercise(
        "wrong_wallet", _W, 8_800, 8_800, "changed_mind", (Shows.ALIPAY_CODE, Shows.WECHAT_CODE), par_s=50
    ),
    Exercise(
        "collection_code",
        _W,
        3_500,
        3_500,
        "paid_twice",
        (Shows.COLLECTION_CODE, Shows.WECHAT_CODE),
        par_s=50,
    ),
    Exercise("over_rest", _A, 10_000, 3_000, "faulty", (Shows.ALIPAY_CODE,), par_s=50, earlier_fen=7_000),
    Exercise(
        "unknown_answer",
        _A,
        6_600,
        6_600,
        "wrong_price",
        (Shows.ALIPAY_CODE,),
        par_s=90,
        fault="drop_after",
        ends=frozenset({_S.SUCCEEDED}),
    ),
    Exercise(
        "processing",
        _W,
        19_900,
        19_900,
        "out_of_stock",
        (Shows.WECHAT_CODE,),
        par_s=45,
        fault="processing",
    ),
    Exercise("needs_approval", _A, 88_800, 88_800, "faulty", (Shows.ALIPAY_CODE,), par_s=70, approved=True),
)
BY_NAME: Final = {exercise.name: exercise for exercise in EXERCISES}
