"""What the made-up customers hold out. The codes have the right form and belong to nobody."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from scanrefund.model.wallet import FACTS, Wallet
from scanrefund.training.exercises import Shows

# Both wallets' codes: two digits that tell the wallet, sixteen that tell nothing.
_BEGINS: Final = {Wallet.WECHAT: "13", Wallet.ALIPAY: "28"}
_DIGITS_AFTER: Final = 16
_COLLECTION_CODE: Final = "wxp://f2f0MadeUpForTheTrainingOnly000000"
_WALLET_OF: Final = {
    Shows.WECHAT_CODE: Wallet.WECHAT,
    Shows.OLD_WECHAT_CODE: Wallet.WECHAT,
    Shows.ALIPAY_CODE: Wallet.ALIPAY,
}


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What a customer holds out, as a scanner would type it, and when it first came on his screen."""

    shows: Shows
    text: str = field(repr=False)
    since: datetime


def held_out(shows: Shows, now: datetime) -> HeldOut:
    """A customer's screen. An old code has been on it for longer than any code lives."""
    wallet = _WALLET_OF.get(shows)
    if wallet is None:
        return HeldOut(shows, _COLLECTION_CODE, now)
    text = _BEGINS[wallet] + "".join(secrets.choice("0123456789") for _ in range(_DIGITS_AFTER))
    old = (
        timedelta(seconds=2 * FACTS[wallet].code_age_s_max) if shows is Shows.OLD_WECHAT_CODE else timedelta()
    )
    return HeldOut(shows, text, now - old)
