"""What a history begins with: the moment, its orders, its maintenance window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from scanrefund.model.maintenance import NO_MAINTENANCE, Maintenance, Window
from scanrefund.model.money import Money
from scanrefund.model.order import Order, OrderState
from scanrefund.model.wallet import Wallet
from tests.simulation.world import World

BEGIN: Final = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def maintenance_of(world: World) -> Maintenance:
    """The window of a world, where it has one."""
    if world.pause_s is None:
        return NO_MAINTENANCE
    begins, ends = (BEGIN + timedelta(seconds=seconds) for seconds in world.pause_s)
    return Maintenance((Window(begins, ends),))


def order_of(number: int, dice: Random) -> Order:
    """One order, paid an hour before the history begins."""
    wallet = dice.choice(tuple(Wallet))
    prefix = "42" if wallet is Wallet.WECHAT else "20"
    return Order(
        order_id=f"A{number + 1}",
        wallet=wallet,
        wallet_order_id=f"{prefix}{number:026d}",
        amount=Money(dice.choice((100, 999, 10_000))),
        paid_at=BEGIN - timedelta(hours=1),
        state=OrderState.PAID,
    )
