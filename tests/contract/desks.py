"""A counter's desk at a ledger that several share."""

from __future__ import annotations

from scanrefund.aftercare.receipt import Writer
from scanrefund.desk import Counter, Desk
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.keys import Keys
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.wallet import Wallet
from tests.people import a_till
from tests.unit.builders import KEYS, LIMITS, FakeClock, FakeWallet


def a_desk(ledger: Ledger, wallet: FakeWallet, keys: Keys = KEYS) -> Desk:
    clock = FakeClock().clock
    gateways = {Wallet.WECHAT: wallet}
    return Desk(
        counter=Counter("counter1", LIMITS),
        keys=keys,
        ledger=ledger,
        gateways=gateways,
        dispatcher=Dispatcher(ledger, gateways, clock, lease_s=30),
        clock=clock,
        writer=Writer("en", rehearsal=True),
        people=a_till(ledger, keys, clock),
    )
