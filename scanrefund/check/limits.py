"""Every number of the shop's policy, with its unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scanrefund.model.money import AMOUNT_FEN_MAX, Money


@dataclass(frozen=True, slots=True)
class PeopleLimits:
    """What one person may do without another, in a shop whose ledger knows staff.

    A day and an hour are the shop's own, `utc_offset_h` hours ahead of UTC; its day begins `day_turns_h`
    hours after midnight. Whatever was written down counts, however it ended. The `approval_…` fields say when
    somebody else must agree: above an amount, for orders paid more than so many days ago, on another day,
    refunded before, or sold by the clerk himself.
    """

    day_amount_max: Money
    day_count_max: int
    hour_amount_max: Money
    hour_count_max: int
    day_no_code_count_max: int
    approval_above: Money
    approval_order_age_days: int
    approval_next_day: bool
    approval_repeat: bool
    approval_own_sale: bool
    utc_offset_h: int
    day_turns_h: int = 0


_NO_COUNT: Final = 1_000_000

# For whoever builds limits without people: one person may do everything, within what an order can hold.
UNLIMITED: Final = PeopleLimits(
    day_amount_max=Money(AMOUNT_FEN_MAX * 1_000),
    day_count_max=_NO_COUNT,
    hour_amount_max=Money(AMOUNT_FEN_MAX * 1_000),
    hour_count_max=_NO_COUNT,
    day_no_code_count_max=_NO_COUNT,
    approval_above=Money(AMOUNT_FEN_MAX),
    approval_order_age_days=_NO_COUNT,
    approval_next_day=False,
    approval_repeat=False,
    approval_own_sale=False,
    utc_offset_h=8,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the shop allows. Defaults live in `config.py`; wallets' own facts in `model/wallet.py`.

    `refund_spacing_s` is the least time between two refunds of one order, None for the wallet's own.
    `wallet_must_confirm_order` refuses while the wallet cannot be asked about the order. `payer_match` asks
    the wallet whose code was shown. `next_day_cap` is the most one refund may be where the order was paid on
    an earlier day of the shop: that money is settled, and comes out of today's balance. `people` counts only
    in a ledger that knows staff.
    """

    amount_cap: Money
    return_window_days: int
    code_required: bool
    reason_required: bool
    picture_may_refund: bool
    picture_age_s_max: int
    refund_spacing_s: int | None
    refunds_per_order_max: int
    release_required: bool
    wallet_must_confirm_order: bool
    payer_match: bool = False
    next_day_cap: Money | None = None
    people: PeopleLimits = UNLIMITED
