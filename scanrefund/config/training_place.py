"""Where the training happens: a folder of its own with its own ledger, keys and sandbox, and nothing real."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from scanrefund.check.limits import UNLIMITED, Limits
from scanrefund.config import PageSettings, Settings
from scanrefund.config.apart import apart
from scanrefund.config.document import REASONS
from scanrefund.config.sandbox_folder import sandbox_wallets
from scanrefund.errors import KeyFault, UsageFault, os_cause
from scanrefund.model.maintenance import NO_MAINTENANCE
from scanrefund.model.money import Money

FOLDER: Final = "training"
# Made with the folder: whatever else lies under that name was never the training's.
MARK: Final = "this-is-the-training"
# Stands in every refund number, so that no slip or list can pass for the shop's.
SHOP_ID: Final = "TRAINING"
# Beside the shop's own page, which may be open at the same time.
PORTS_ON: Final = 10
LARGE_AMOUNT_FEN: Final = 50_000
APPROVAL_ABOVE_FEN: Final = 50_000


def training_settings(shop: Settings) -> Settings:
    """The settings of the training beside a shop's. Its folder is made; its wallets are None until its
    sandbox has served once.

    Raises UsageFault training_folder_foreign, training_shares_ledger or training_wallet_real where anything
    of it could be the shop's, KeyFault where the folder cannot be made.
    """
    home = shop.home / FOLDER
    _refuse_the_shops_own(shop, home)
    _claim(home)
    sandbox_dir = home / "sandbox"
    wechat, alipay = sandbox_wallets(sandbox_dir)
    for told in (wechat, alipay):
        if told is not None:
            _refuse_real(told.base_url)
    place = apart(shop, home)
    return replace(
        place,
        shop_id=SHOP_ID,
        rehearsal=True,
        training=True,
        slips=replace(place.slips, rehearsal=True, training=True),
        limits=_limits(shop.limits),
        # The training's sandbox answers when the shop's wallets do not.
        due_dates=replace(place.due_dates, maintenance=NO_MAINTENANCE),
        wechat=wechat,
        alipay=alipay,
        sandbox_dir=sandbox_dir,
        sandbox_trouble=None,
        page=_page(shop.page),
    )


def _refuse_the_shops_own(shop: Settings, home: Path) -> None:
    """Neither a link that leads to the shop's folder nor a shop whose ledger lies in the training's."""
    if home.resolve() != shop.home.resolve() / FOLDER:
        raise UsageFault("training_folder_foreign", path=home)
    if f"/{FOLDER}/" in shop.ledger.url and home.resolve().as_posix() in shop.ledger.url:
        raise UsageFault("training_shares_ledger", path=home)


def _claim(home: Path) -> None:
    """Make the folder, or know it again by its mark."""
    mark = home / MARK
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(home.iterdir()) and not mark.is_file():
            raise UsageFault("training_folder_foreign", path=home)
        mark.touch(mode=0o600)
    except OSError as error:
        raise KeyFault("data_folder_unusable", path=home, cause=os_cause(error)) from error


def _refuse_real(base_url: str) -> None:
    parts = urlsplit(base_url)
    if parts.scheme != "http" or parts.hostname != "127.0.0.1":
        raise UsageFault("training_wallet_real", host=parts.hostname or base_url)


def _limits(shop: Limits) -> Limits:
    """The same for everybody: each exercise has one right way, whatever rules the shop has."""
    hours = shop.people.utc_offset_h
    people = replace(UNLIMITED, approval_above=Money(APPROVAL_ABOVE_FEN), utc_offset_h=hours)
    return replace(
        shop,
        amount_cap=Money(2_000_000),
        return_window_days=365,
        code_required=True,
        reason_required=True,
        picture_may_refund=True,
        refund_spacing_s=0,
        refunds_per_order_max=50,
        release_required=False,
        wallet_must_confirm_order=False,
        payer_match=False,
        people=people,
    )


def _page(shop: PageSettings) -> PageSettings:
    port = shop.port + PORTS_ON if 0 < shop.port <= 65_535 - PORTS_ON else 0
    return replace(shop, port=port, reasons=tuple(REASONS), large_amount_fen=LARGE_AMOUNT_FEN)
