"""TOML and environment become the rooms' own settings; every fault is reported at once.

Nothing needs a file. The file is `--config PATH`, else SCANREFUND_CONFIG, else `scanrefund.toml` in the
data folder if it is there; `SCANREFUND_LIMITS__AMOUNT_CAP_FEN=…` overrides one key. No room reads
configuration: each defines its own settings type, filled here and handed over by `assemble.py`.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from scanrefund.aftercare.daily_backup import BackupSettings
from scanrefund.aftercare.report import ReportSettings
from scanrefund.aftercare.till_marks import TillSettings
from scanrefund.check.limits import Limits, PeopleLimits
from scanrefund.config.document import Counter, Document, Till
from scanrefund.config.notify_table import notify_settings
from scanrefund.config.problems import Problem, of_pydantic
from scanrefund.config.real_wallets import alipay_settings, wechat_settings
from scanrefund.config.receipt_table import slip_settings
from scanrefund.config.sandbox_folder import sandbox_wallets
from scanrefund.config.sources import config_file, data_folder, overlay, read_toml
from scanrefund.errors import ConfigFault, UsageFault
from scanrefund.http import HttpLimits
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.oddities import OddLimits
from scanrefund.ledger.purge import KeepFor
from scanrefund.model.evidence import EvidenceKind
from scanrefund.model.money import Money
from scanrefund.notify_desk import NotifySettings
from scanrefund.say.catalogue import Catalogue
from scanrefund.say.gaps import fill
from scanrefund.slip_desk import SlipSettings
from scanrefund.wallets.alipay_line import AlipaySettings
from scanrefund.wallets.wechat_line import WechatSettings

# `postgresql://user:password@host`: the part that nobody needs to read.
_PASSWORD: Final = re.compile(r"(://[^:/@]*:)[^@]*@")

__all__ = ["PageSettings", "Settings", "data_folder", "effective", "load", "sandbox_wallets"]


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
    till: TillSettings | None = None
    orders_inbox: Path | None = None
    training: bool = False
    evidence_wanted: tuple[EvidenceKind, ...] = ()


def load(path: Path | None = None, language: str | None = None) -> Settings:
    """The settings in force. `language` overrides the file's. Raises ConfigFault with every problem."""
    home = data_folder()
    document, base = _document(path, home, language)
    return _settings(document, home, base)


def effective(path: Path | None = None) -> tuple[Path | None, dict[str, Any]]:
    """The file read, and every key in force as `section.key` → value. Raises ConfigFault like `load`.

    The value of "auto" is None; a password in the ledger's address is masked.
    """
    home = data_folder()
    document, _ = _document(path, home, None)
    file, _ = config_file(path, home)
    keys = _flat(document.model_dump(), "") | {"ledger.url": _PASSWORD.sub(r"\1***@", document.ledger.url)}
    # A wallet that is not set up has no keys at all.
    return file, {key: value for key, value in keys.items() if not (value is None and "wallets." in key)}


def _flat(tables: dict[str, Any], prefix: str) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in tables.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return flat


def _document(path: Path | None, home: Path, language: str | None) -> tuple[Document, Path]:
    """The validated file with the environment laid over it, and the folder its paths are relative to."""
    file, problems = config_file(path, home)
    tables: dict[str, Any] = {}
    if file:
        tables, problems = read_toml(file)
    tables = overlay(tables, os.environ)
    if language:
        tables["language"] = language
    base = file.parent if file else home
    document, wrong = _validated(tables, base)
    # A file that cannot be read leaves nothing to say about its keys.
    problems = problems or wrong
    if problems or document is None:
        raise _fault(problems, tables.get("language"))
    return document, base


def _validated(tables: dict[str, Any], base: Path) -> tuple[Document | None, list[Problem]]:
    wallets = tables.get("wallets")
    wallets = wallets if isinstance(wallets, dict) else {}
    real = wallets.get("mode") == "real"
    missing = [Problem("wallets", "no_wallet")] if real and not {"wechat", "alipay"} & wallets.keys() else []
    try:
        document = Document.model_validate(tables, context={"base": base, "real": real})
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return None, of_pydantic(details) + missing
    return document, missing + _lease_problem(document) + _payer_problem(document)


def _lease_problem(document: Document) -> list[Problem]:
    """A lease shorter than one trip would let a second worker set out while the first is still away."""
    if document.dispatch.lease_s > document.http.deadline_s:
        return []
    return [Problem("dispatch.lease_s", "at_least", {"ge": document.http.deadline_s + 1})]


def _payer_problem(document: Document) -> list[Problem]:
    """A rule that is switched on but can never ask would only look like protection."""
    wechat = document.wallets.wechat
    if document.wallets.mode == "sandbox" or not document.limits.payer_match:
        return []
    if wechat is not None and wechat.apiv2_key_file is not None:
        return []
    return [Problem("limits.payer_match", "payer_match_key")]


def _fault(problems: list[Problem], language: object) -> ConfigFault:
    """The problems as sentences, in the language the configuration itself asks for."""
    catalogue = Catalogue.load(language if isinstance(language, str) else "")
    fault = ConfigFault(
        [
            f"{it.place}: {fill(catalogue.get(f'problem.{it.cause}') or it.cause, it.gaps, catalogue)}"
            for it in problems
        ]
    )
    fault.details["language"] = catalogue.language
    return fault


def _settings(document: Document, home: Path, base: Path) -> Settings:
    rehearsal = document.wallets.mode == "sandbox"
    sandbox_dir = base / document.wallets.sandbox_dir if document.wallets.sandbox_dir else home / "sandbox"
    trouble = None
    if rehearsal:
        wechat, alipay, trouble = _rehearsal_wallets(sandbox_dir)
    else:
        wechat, alipay = wechat_settings(document.wallets.wechat), alipay_settings(document.wallets.alipay)
    return Settings(
        home=home,
        language=document.language,
        shop_id=document.shop.id,
        shop_name=document.shop.name,
        counter=document.shop.counter,
        rehearsal=rehearsal,
        ledger=LedgerSettings(
            url=document.ledger.url or f"sqlite:///{(home / 'ledger.sqlite3').as_posix()}",
            busy_timeout_s=document.ledger.busy_timeout_s,
        ),
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
        slips=slip_settings(
            document.receipt, document.shop.name, document.shop.utc_offset_h, home, rehearsal=rehearsal
        ),
        till=_till(document.till),
        evidence_wanted=tuple(document.evidence.wanted),
        orders_inbox=base / document.orders.inbox_dir if document.orders.inbox_dir else None,
        report=_report(document, rehearsal=rehearsal),
        support=tuple(document.support.contacts),
    )


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


def _rehearsal_wallets(
    folder: Path,
) -> tuple[WechatSettings | None, AlipaySettings | None, UsageFault | None]:
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
