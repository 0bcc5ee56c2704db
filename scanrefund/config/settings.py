"""The rooms' own settings, all in one value, filled from the document."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scanrefund.aftercare.daily_backup import BackupSettings
from scanrefund.aftercare.due_dates import NO_DUE_DATES, DueDates
from scanrefund.aftercare.report import ReportSettings
from scanrefund.aftercare.till_marks import TillSettings
from scanrefund.check.limits import Limits, PeopleLimits
from scanrefund.complaint_desk import CareSettings
from scanrefund.config.customers_table import care_settings
from scanrefund.config.document import Counter, Document, Till
from scanrefund.config.licence_table import licence, newest_file
from scanrefund.config.maintenance_table import maintenance
from scanrefund.config.notify_table import notify_settings
from scanrefund.config.real_wallets import alipay_settings, wechat_settings
from scanrefund.config.receipt_table import slip_settings
from scanrefund.config.sandbox_folder import sandbox_wallets
from scanrefund.errors import UsageFault
from scanrefund.http import HttpLimits
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.oddities import OddLimits
from scanrefund.ledger.purge import KeepFor
from scanrefund.model.evidence import EvidenceKind
from scanrefund.model.money import Money
from scanrefund.notify_desk import NotifySettings
from scanrefund.slip_desk import SlipSettings
from scanrefund.wallets.alipay_line import AlipaySettings
from scanrefund.wallets.wechat_line import WechatSettings


@dataclass(frozen=True, slots=True)
class PageSettings:
    """The counter page: its loopback port, the reasons by digit, when it locks itself, from which amount on
    the clerk types the amount to confirm it.
    """

    port: int
    reasons: tuple[str, ...]
    idle_lock_s: int
    large_amount_fen: int


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything `assemble.py` needs, room by room. Paths are absolute.

    `rehearsal` is true against the sandbox. `wechat` and `alipay` are None where the shop has not got that
    wallet, or where no sandbox has been started yet. `sandbox_trouble` is why the sandbox's folder cannot
    be used; commands that need no wallet do without. `training` is true for those of
    `training_place`.
    """

    home: Path
    language: str
    shop_id: str
    shop_name: str
    counter: str
    rehearsal: bool
    ledger: LedgerSettings
    limits: Limits
    http: HttpLimits
    wechat: WechatSettings | None
    alipay: AlipaySettings | None
    sandbox_dir: Path
    sandbox_trouble: UsageFault | None
    camera: str
    watch_s_max: int
    workers: int
    wait_s: int
    lease_s: int
    page: PageSettings
    backup: BackupSettings
    keep_for: KeepFor
    slips: SlipSettings
    notify: NotifySettings
    report: ReportSettings
    support: tuple[str, ...]
    care: CareSettings
    till: TillSettings | None = None
    orders_inbox: Path | None = None
    training: bool = False
    evidence_wanted: tuple[EvidenceKind, ...] = ()
    due_dates: DueDates = NO_DUE_DATES

    @property
    def wallets(self) -> tuple[WechatSettings | AlipaySettings, ...]:
        """Those that this shop has got."""
        return tuple(told for told in (self.wechat, self.alipay) if told is not None)

    @property
    def sandbox_url(self) -> str:
        """Where the sandbox that plays them serves; empty where none was started, or the wallets are real."""
        return self.wallets[0].base_url if self.rehearsal and self.wallets else ""


def settings_of(document: Document, home: Path, base: Path) -> Settings:
    """The document as the rooms want it; relative paths begin at `base`, the folder of its file."""
    rehearsal = document.wallets.mode == "sandbox"
    sandbox_dir = base / document.wallets.sandbox_dir if document.wallets.sandbox_dir else home / "sandbox"
    wechat, alipay, trouble = _wallets(document, sandbox_dir)
    return Settings(
        home=home,
        language=document.language,
        shop_id=document.shop.id,
        shop_name=document.shop.name,
        counter=document.shop.counter,
        rehearsal=rehearsal,
        ledger=_ledger(document, home),
        notify=notify_settings(document.notify, document.shop.name, home),
        limits=_limits(document, rehearsal=rehearsal),
        http=HttpLimits(**document.http.model_dump()),
        wechat=wechat,
        alipay=alipay,
        sandbox_dir=sandbox_dir,
        sandbox_trouble=trouble,
        camera=document.scan.camera,
        watch_s_max=document.scan.watch_s_max,
        workers=document.scan.workers,
        wait_s=document.dispatch.wait_s,
        lease_s=document.dispatch.lease_s,
        page=_page(document.counter),
        backup=_backup(document, home, base),
        keep_for=KeepFor(**document.privacy.model_dump()),
        slips=_slips(document, home, rehearsal=rehearsal),
        till=_till(document.till),
        evidence_wanted=tuple(document.evidence.wanted),
        orders_inbox=base / document.orders.inbox_dir if document.orders.inbox_dir else None,
        report=_report(document, rehearsal=rehearsal),
        support=tuple(document.support.contacts),
        care=care_settings(document.customers, document.shop.utc_offset_h),
        due_dates=_due_dates(document, base),
    )


def _due_dates(document: Document, base: Path) -> DueDates:
    offset_h = document.shop.utc_offset_h
    windows = maintenance(document.maintenance, offset_h)
    return DueDates(windows, licence(document.licence, offset_h), newest_file(document.versions, base))


_Wallets = tuple[WechatSettings | None, AlipaySettings | None, UsageFault | None]


def _wallets(document: Document, sandbox_dir: Path) -> _Wallets:
    if document.wallets.mode == "sandbox":
        return _rehearsal_wallets(sandbox_dir)
    return wechat_settings(document.wallets.wechat), alipay_settings(document.wallets.alipay), None


def _ledger(document: Document, home: Path) -> LedgerSettings:
    url = document.ledger.url or f"sqlite:///{(home / 'ledger.sqlite3').as_posix()}"
    return LedgerSettings(url=url, busy_timeout_s=document.ledger.busy_timeout_s)


def _slips(document: Document, home: Path, *, rehearsal: bool) -> SlipSettings:
    shop = document.shop
    return slip_settings(document.receipt, shop.name, shop.utc_offset_h, home, rehearsal=rehearsal)


def _till(told: Till) -> TillSettings | None:
    if not told.webhook_url:
        return None
    return TillSettings(told.webhook_url, Path(told.webhook_key_file))


def _page(told: Counter) -> PageSettings:
    return PageSettings(told.port, tuple(told.reasons), told.idle_lock_s, told.large_amount_fen)


def _backup(document: Document, home: Path, base: Path) -> BackupSettings:
    told = document.backup
    folder = base / told.folder if told.folder else home / "backups"
    return BackupSettings(folder, told.daily, told.keep, document.shop.utc_offset_h)


def _report(document: Document, *, rehearsal: bool) -> ReportSettings:
    odd = OddLimits(near_fen=document.people.approval_above_fen, **document.report.model_dump())
    return ReportSettings(document.shop.name, rehearsal, document.shop.utc_offset_h, odd)


def _rehearsal_wallets(folder: Path) -> _Wallets:
    try:
        return *sandbox_wallets(folder), None
    except UsageFault as trouble:
        return None, None, trouble


def _limits(document: Document, *, rehearsal: bool) -> Limits:
    """Policy as the ladder reads it. In rehearsal, "auto" drops what only real money needs."""
    told = document.limits
    spacing_s = told.refund_spacing_s
    picture = told.picture_may_refund
    return Limits(
        amount_cap=Money(told.amount_cap_fen),
        next_day_cap=Money(told.next_day_cap_fen),
        return_window_days=told.return_window_days,
        code_required=told.code_required,
        reason_required=told.reason_required,
        picture_may_refund=rehearsal if picture is None else picture,
        picture_age_s_max=told.picture_age_s_max,
        refund_spacing_s=0 if spacing_s is None and rehearsal else spacing_s,
        refunds_per_order_max=told.refunds_per_order_max,
        release_required=document.orders.release_required,
        wallet_must_confirm_order=told.wallet_must_confirm_order,
        payer_match=told.payer_match,
        people=_people(document),
    )


def _people(document: Document) -> PeopleLimits:
    told = document.people
    return PeopleLimits(
        day_amount_max=Money(told.day_amount_fen),
        day_count_max=told.day_count,
        hour_amount_max=Money(told.hour_amount_fen),
        hour_count_max=told.hour_count,
        day_no_code_count_max=told.day_no_code_count,
        approval_above=Money(told.approval_above_fen),
        approval_order_age_days=told.approval_order_age_days,
        approval_next_day=told.approval_next_day,
        approval_repeat=told.approval_repeat,
        approval_own_sale=told.approval_own_sale,
        utc_offset_h=document.shop.utc_offset_h,
        day_turns_h=document.shop.day_turns_h,
    )
