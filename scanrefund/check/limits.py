"""Every number of the shop's policy, with its unit."""

from __future__ import annotations

from dataclasses import dataclass

from scanrefund.model.money import Money


@dataclass(frozen=True, slots=True)
class Limits:
    """What the shop allows. Defaults live in `config.py`; wallets' own facts in `model/wallet.py`.

    `refund_spacing_s` is the least time between two refunds of one order, None for the wallet's own.
    `wallet_must_confirm_order` refuses while the wallet cannot be asked about the order. `payer_match` asks
    the wallet whose code was shown.
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
