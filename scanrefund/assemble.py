"""Settings become a house: the only file that knows all the rooms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from scanrefund.aftercare.daily_backup import DailyBackup
from scanrefund.aftercare.letters import LetterWriter
from scanrefund.aftercare.outbox import Post
from scanrefund.aftercare.receipt import Writer
from scanrefund.aftercare.reconcile import Reconciler
from scanrefund.aftercare.signing import Signing
from scanrefund.aftercare.till_marks import Till, TillTeller
from scanrefund.approval_desk import ApprovalDesk
from scanrefund.books_desk import BooksDesk
from scanrefund.cash_slip_desk import CashSlipDesk, CashSlipSettings
from scanrefund.complaint_desk import ComplaintDesk
from scanrefund.config import Settings
from scanrefund.customer_desk import CustomerDesk
from scanrefund.desk import Counter, Desk
from scanrefund.dispatch.clock import SYSTEM, Clock
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.dispatch.hints import Hints
from scanrefund.dispatch.recovery import Recovery
from scanrefund.dispatch.worker import Job, Worker
from scanrefund.evidence_desk import EvidenceDesk
from scanrefund.hold_desk import HoldDesk
from scanrefund.house import House
from scanrefund.http import Http
from scanrefund.keys import Keys
from scanrefund.ledger.applicants import Applicants
from scanrefund.ledger.bookings import Bookings
from scanrefund.ledger.complaints import Complaints
from scanrefund.ledger.customers import Customers
from scanrefund.ledger.evidence import EvidenceBox
from scanrefund.ledger.fees import Fees
from scanrefund.ledger.holds import Holds
from scanrefund.ledger.ledger import Ledger, Shop
from scanrefund.ledger.mark_box import MarkBox
from scanrefund.ledger.notices import Notices
from scanrefund.ledger.order_actions import OrderActions
from scanrefund.ledger.outbox import Outbox
from scanrefund.ledger.roster import Roster
from scanrefund.ledger.sign_ins import SignIns
from scanrefund.ledger.sign_offs import SignOffs
from scanrefund.ledger.tills import Tills
from scanrefund.ledger.waiting import Waiting
from scanrefund.ledger.witness import FILE_NAME, Witness
from scanrefund.model.evidence import FOLDER
from scanrefund.model.wallet import Wallet
from scanrefund.notice_desk import NoticeDesk
from scanrefund.notify_desk import ways_of
from scanrefund.order_inbox import OrderInbox
from scanrefund.order_sources.fetch import OrderFetch
from scanrefund.orders_desk import OrdersDesk
from scanrefund.people.pins import PinHasher
from scanrefund.people.recogniser import Recogniser
from scanrefund.people.till import TillPeople
from scanrefund.readiness import Surroundings
from scanrefund.reversal_desk import ReversalDesk
from scanrefund.search_desk import SearchDesk
from scanrefund.slip_desk import SlipDesk
from scanrefund.staff_desk import StaffDesk, Trusted
from scanrefund.supervisor_desk import SupervisorDesk
from scanrefund.till_desk import TillDesk
from scanrefund.wallets.alipay import AlipayGateway
from scanrefund.wallets.bill_files import BillAccounts
from scanrefund.wallets.gateway import WalletGateway
from scanrefund.wallets.wechat import WechatGateway


def open_house(settings: Settings, clock: Clock = SYSTEM) -> House:
    """Open keys and ledger and put the desk together. Touches no network."""
    keys = Keys.open(settings.home)
    ledger = _open_ledger(settings, keys, clock)
    gateways = wallet_gateways(settings)
    dispatcher = Dispatcher(ledger, gateways, clock, settings.lease_s, settings.due_dates.maintenance)
    writer = _writer(settings, settings.language)
    desk_in, staff = _with_people(settings, keys, ledger, gateways, dispatcher, clock)
    outbox, post = _telling(settings, ledger, keys, clock)
    backup = _backup(settings, ledger, keys, dispatcher, clock)
    orders, marks = OrdersDesk(ledger, keys, clock), MarkBox(ledger)
    jobs = [Hints(ledger, dispatcher, clock).run_once, post.run_once, backup.run_once]
    jobs += _order_jobs(settings, ledger.shop, orders, marks, clock)
    return House(
        keys=keys,
        ledger=ledger,
        gateways=gateways,
        desk=desk_in(settings.language),
        desk_in=desk_in,
        orders=orders,
        reversals=_reversals(settings, ledger, desk_in(settings.language), gateways, clock),
        marks=marks,
        fetch=OrderFetch(ledger, gateways, keys, clock),
        evidence=EvidenceDesk(EvidenceBox(ledger), keys, settings.home, settings.evidence_wanted, clock),
        supervisor=SupervisorDesk(ledger, dispatcher, clock, writer),
        recovery=Recovery(ledger, gateways, dispatcher, clock),
        worker=Worker(ledger, dispatcher, clock, jobs),
        notices=NoticeDesk(gateways, Notices(ledger)),
        staff=staff,
        approvals=ApprovalDesk(staff, Waiting(ledger), dispatcher, clock, writer),
        search=SearchDesk(ledger, gateways, settings.limits, clock),
        tills=TillDesk(Tills(ledger), keys, clock),
        books=_books(settings, ledger, gateways, clock),
        outbox=outbox,
        post=post,
        backup=backup,
        slips=SlipDesk(ledger, keys, clock, settings.slips),
        cash_slips=CashSlipDesk(ledger, clock, _cash_slips(settings), staff.find),
        **_of_customers(settings, ledger, keys, clock),
        clock=clock,
    )


def _reversals(
    settings: Settings, ledger: Ledger, desk: Desk, gateways: Mapping[Wallet, WalletGateway], clock: Clock
) -> ReversalDesk:
    return ReversalDesk(OrderActions(ledger), desk, gateways, clock, settings.limits.people.utc_offset_h)


def _books(
    settings: Settings, ledger: Ledger, gateways: Mapping[Wallet, WalletGateway], clock: Clock
) -> BooksDesk:
    reconciler = Reconciler(Bookings(ledger), gateways, bill_accounts(settings), clock, Fees(ledger))
    witness = Witness(settings.home / FILE_NAME)
    return BooksDesk(ledger, witness, reconciler, Signing(SignOffs(ledger), clock), clock)


def _cash_slips(settings: Settings) -> CashSlipSettings:
    slips = settings.slips
    return CashSlipSettings(settings.shop_name, slips.printer, settings.rehearsal, slips.shop.utc_offset_h)


def _writer(settings: Settings, language: str) -> Writer:
    return Writer(language, settings.rehearsal, settings.training, settings.due_dates.maintenance)


def _of_customers(settings: Settings, ledger: Ledger, keys: Keys, clock: Clock) -> dict[str, Any]:
    """What looks after whoever stands before the counter, by the names of the house."""
    return {
        "customers": CustomerDesk(Customers(ledger), keys, clock),
        "holds": HoldDesk(Holds(ledger), clock),
        "complaints": ComplaintDesk(Complaints(ledger, keys), settings.care, clock),
        "fees": Fees(ledger),
        "applicants": Applicants(ledger, keys),
    }


def _open_ledger(settings: Settings, keys: Keys, clock: Clock) -> Ledger:
    witness = Witness(settings.home / FILE_NAME)
    ledger = Ledger.open(settings.ledger, keys, Shop(settings.shop_id, settings.rehearsal), witness)
    ledger.hear_witness(clock.now())
    return ledger


def _with_people(
    settings: Settings,
    keys: Keys,
    ledger: Ledger,
    gateways: Mapping[Wallet, WalletGateway],
    dispatcher: Dispatcher,
    clock: Clock,
) -> tuple[Callable[[str], Desk], StaffDesk]:
    """The desk in any language, and that of its staff."""
    roster, hasher = Roster(ledger, keys), PinHasher()
    recogniser = Recogniser(SignIns(ledger), keys, hasher, clock, settings.counter)
    till = TillPeople(ledger, roster, recogniser)
    counter = Counter(settings.counter, settings.limits)

    def desk_in(language: str) -> Desk:
        writer = _writer(settings, language)
        return Desk(counter, keys, ledger, gateways, dispatcher, clock, writer, till)

    trusted = Trusted(recogniser, keys, hasher)
    writer = _writer(settings, settings.language)
    return desk_in, StaffDesk(roster, Waiting(ledger), trusted, dispatcher, clock, writer)


def _backup(
    settings: Settings, ledger: Ledger, keys: Keys, dispatcher: Dispatcher, clock: Clock
) -> DailyBackup:
    def is_quiet() -> bool:
        return not ledger.due(clock.now(), 1, dispatcher.accounts)

    photos = settings.home / FOLDER
    return DailyBackup(
        ledger, settings.ledger, keys, settings.backup, clock, is_quiet=is_quiet, photos=photos
    )


def _telling(settings: Settings, ledger: Ledger, keys: Keys, clock: Clock) -> tuple[Outbox, Post]:
    """What customers and staff are told, and who takes it to them."""
    ledger.alerts = settings.notify.alerts
    outbox = Outbox(ledger, keys)
    writer = LetterWriter(settings.slips.shop, settings.shop_id, settings.language, settings.rehearsal)
    return outbox, Post(ledger, outbox, clock, ways_of(settings.notify, Http(settings.http)), writer)


def _order_jobs(
    settings: Settings, shop: Shop, orders: OrdersDesk, marks: MarkBox, clock: Clock
) -> list[Job]:
    """What the worker does about orders, where the shop has set it up."""
    jobs: list[Job] = []
    if settings.till is not None:
        till = Till(settings.till.url, settings.till.key())
        jobs.append(TillTeller(marks, till, shop, Http(settings.http), clock).run_once)
    if settings.orders_inbox is not None:
        jobs.append(OrderInbox(settings.orders_inbox, orders, clock, settings.language).run_once)
    return jobs


def wallet_gateways(settings: Settings) -> dict[Wallet, WalletGateway]:
    """The wallets this shop has got; a third wallet is one more line here."""
    http = Http(settings.http)
    gateways: dict[Wallet, WalletGateway] = {}
    if settings.wechat is not None:
        gateways[Wallet.WECHAT] = WechatGateway(settings.wechat, http)
    if settings.alipay is not None:
        gateways[Wallet.ALIPAY] = AlipayGateway(settings.alipay, http)
    return gateways


def bill_accounts(settings: Settings) -> BillAccounts:
    """Whose bills are this shop's."""
    return BillAccounts(
        wechat=settings.wechat.mchid if settings.wechat else "",
        alipay=settings.alipay.seller_id if settings.alipay else "",
    )


def _copies(settings: Settings) -> Path | None:
    """Where the self test looks for copies; None where the keeper of a server sees to them."""
    on_server = not settings.ledger.url.startswith("sqlite:")
    return None if on_server and not settings.backup.daily else settings.backup.folder


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
        backups=_copies(settings),
        printer=settings.slips.printer,
        due_dates=settings.due_dates,
    )
