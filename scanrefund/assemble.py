"""Settings become a house: the only file that knows all the rooms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType

from scanrefund.aftercare.daily_backup import DailyBackup
from scanrefund.aftercare.receipt import Writer
from scanrefund.config import Settings
from scanrefund.desk import Counter, Desk
from scanrefund.dispatch.clock import SYSTEM, Clock
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.dispatch.hints import Hints
from scanrefund.dispatch.recovery import Recovery
from scanrefund.dispatch.worker import Worker
from scanrefund.http import Http
from scanrefund.keys import Keys
from scanrefund.ledger.ledger import Ledger, Shop
from scanrefund.ledger.notices import Notices
from scanrefund.ledger.roster import Roster
from scanrefund.ledger.sign_ins import SignIns
from scanrefund.ledger.waiting import Waiting
from scanrefund.ledger.witness import FILE_NAME, Witness
from scanrefund.model.wallet import Wallet
from scanrefund.notice_desk import NoticeDesk
from scanrefund.orders_desk import OrdersDesk
from scanrefund.people.pins import PinHasher
from scanrefund.people.recogniser import Recogniser
from scanrefund.people.till import TillPeople
from scanrefund.readiness import Surroundings
from scanrefund.search_desk import SearchDesk
from scanrefund.staff_desk import StaffDesk, Trusted
from scanrefund.supervisor_desk import SupervisorDesk
from scanrefund.wallets.alipay import AlipayGateway
from scanrefund.wallets.gateway import WalletGateway
from scanrefund.wallets.wechat import WechatGateway


@dataclass(frozen=True, slots=True)
class House:
    """Every room, open. Close it, or use it as a context manager.

    `desk` speaks the configured language, `desk_in` gives one that speaks another.
    """

    keys: Keys
    ledger: Ledger
    gateways: Mapping[Wallet, WalletGateway]
    desk: Desk
    desk_in: Callable[[str], Desk]
    orders: OrdersDesk
    supervisor: SupervisorDesk
    recovery: Recovery
    worker: Worker
    notices: NoticeDesk
    staff: StaffDesk
    search: SearchDesk
    clock: Clock

    def close(self) -> None:
        """Let go of the database."""
        self.ledger.close()

    def __enter__(self) -> House:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_house(settings: Settings, clock: Clock = SYSTEM) -> House:
    """Open keys and ledger and put the desk together. Touches no network."""
    keys = Keys.open(settings.home)
    witness = Witness(settings.home / FILE_NAME)
    ledger = Ledger.open(settings.ledger, keys, Shop(settings.shop_id, settings.rehearsal), witness)
    ledger.hear_witness(clock.now())
    gateways = wallet_gateways(settings)
    dispatcher = Dispatcher(ledger, gateways, clock, settings.lease_s)
    writer = Writer(settings.language, settings.rehearsal)
    roster, hasher = Roster(ledger, keys), PinHasher()
    recogniser = Recogniser(SignIns(ledger), keys, hasher, clock, settings.counter)
    till = TillPeople(ledger, roster, recogniser)
    counter = Counter(settings.counter, settings.limits)

    def desk_in(language: str) -> Desk:
        spoken = Writer(language, settings.rehearsal)
        return Desk(counter, keys, ledger, gateways, dispatcher, clock, spoken, till)

    trusted = Trusted(recogniser, keys, hasher)
    staff = StaffDesk(roster, Waiting(ledger), trusted, dispatcher, clock, writer)
    backup = _daily_backup(settings, ledger, keys, dispatcher, clock)
    worker = Worker(ledger, dispatcher, clock, [Hints(ledger, dispatcher, clock).run_once, backup.run_once])
    orders = OrdersDesk(ledger, keys, clock)
    supervisor = SupervisorDesk(ledger, dispatcher, clock, writer)
    recovery = Recovery(ledger, gateways, dispatcher, clock)
    notices = NoticeDesk(gateways, Notices(ledger))
    search = SearchDesk(ledger, gateways, settings.limits, clock)
    return House(
        keys=keys,
        ledger=ledger,
        gateways=gateways,
        desk=desk_in(settings.language),
        desk_in=desk_in,
        orders=orders,
        supervisor=supervisor,
        recovery=recovery,
        worker=worker,
        notices=notices,
        staff=staff,
        search=search,
        clock=clock,
    )


def _daily_backup(
    settings: Settings, ledger: Ledger, keys: Keys, dispatcher: Dispatcher, clock: Clock
) -> DailyBackup:
    def is_quiet() -> bool:
        return not ledger.due(clock.now(), 1, dispatcher.accounts)

    return DailyBackup(ledger, settings.ledger, keys, settings.backup, clock, is_quiet)


def wallet_gateways(settings: Settings) -> dict[Wallet, WalletGateway]:
    """The wallets this shop has got; a third wallet is one more line here."""
    http = Http(settings.http)
    gateways: dict[Wallet, WalletGateway] = {}
    if settings.wechat is not None:
        gateways[Wallet.WECHAT] = WechatGateway(settings.wechat, http)
    if settings.alipay is not None:
        gateways[Wallet.ALIPAY] = AlipayGateway(settings.alipay, http)
    return gateways


def surroundings(settings: Settings, clock: Clock = SYSTEM) -> Surroundings:
    """What the self test of this counter looks at."""
    addresses = {
        wallet: told.base_url
        for wallet, told in ((Wallet.WECHAT, settings.wechat), (Wallet.ALIPAY, settings.alipay))
        if told is not None
    }

    def gateways() -> Mapping[Wallet, WalletGateway]:
        if settings.sandbox_trouble is not None:
            raise settings.sandbox_trouble
        return wallet_gateways(settings)

    return Surroundings(
        home=settings.home,
        shop=Shop(settings.shop_id, settings.rehearsal),
        ledger=settings.ledger,
        camera=settings.camera,
        http=Http(settings.http),
        gateways=gateways,
        addresses=addresses,
        now=clock.now,
        backups=settings.backup.folder if settings.ledger.url.startswith("sqlite:") else None,
    )
