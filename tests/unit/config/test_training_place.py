"""The training never meets the shop: not its ledger, not its keys, not a wallet that is real."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scanrefund.aftercare.till_marks import TillSettings
from scanrefund.config import Settings, load
from scanrefund.config.training_place import training_settings
from scanrefund.errors import UsageFault
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.model.maintenance import Maintenance, Window
from scanrefund.notify_desk import NotifySettings

WECHAT = {
    **dict.fromkeys(("mchid", "appid", "merchant_serial_no"), "x"),
    **dict.fromkeys(("wechatpay_public_key_id", "apiv3_key", "apiv2_key"), "x"),
}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SCANREFUND_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir(exist_ok=True)
    return load()


def sandbox_at(shop: Settings, base_url: str) -> None:
    folder = shop.home / "training" / "sandbox"
    folder.mkdir()
    told = {"base_url": base_url, "wechat": WECHAT, "alipay": {"app_id": "x", "seller_id": "x"}}
    (folder / "sandbox.json").write_text(json.dumps(told))


def refused(shop: Settings) -> str:
    with pytest.raises(UsageFault) as fault:
        training_settings(shop)
    return fault.value.code


def test_everything_lies_in_a_folder_of_its_own(shop: Settings) -> None:
    real = replace(shop, rehearsal=False, ledger=LedgerSettings("postgresql://db/shop", 30))
    training = training_settings(real)
    assert training.training
    assert training.rehearsal
    assert training.home == shop.home / "training"
    assert training.ledger.url == f"sqlite:///{(shop.home / 'training' / 'ledger.sqlite3').as_posix()}"
    assert training.sandbox_dir == shop.home / "training" / "sandbox"
    assert training.wechat is None
    assert training.alipay is None
    assert training.shop_id == "TRAINING"
    assert training.page.port != shop.page.port


def test_nobody_outside_hears_of_an_exercise_and_no_file_of_the_shop_is_taken(shop: Settings) -> None:
    home = shop.home
    (home / "key").write_text("x")
    busy = replace(
        shop,
        notify=NotifySettings(home / "messages.jsonl", alerts=True, alert_urls=home / "urls"),
        till=TillSettings("https://till.example", home / "key"),
        orders_inbox=home / "inbox",
    )
    training = training_settings(busy)
    inside = shop.home / "training"
    assert training.notify == NotifySettings(inside / "messages.jsonl")
    assert (training.till, training.orders_inbox) == (None, None)
    assert (training.backup.folder, training.backup.daily) == (inside / "backups", False)
    assert (training.slips.training, training.slips.rehearsal) == (True, True)
    assert training.slips.printer.dummy_file.parent == inside


def test_no_setting_of_the_training_points_at_a_place_of_the_shop(shop: Settings) -> None:
    """A new setting that holds a path must be thought of here too."""
    told = repr(training_settings(shop))
    inside = str(shop.home / "training")
    assert str(shop.home) not in told.replace(inside, "")


def test_the_real_wallets_of_the_shop_are_not_taken_over(shop: Settings) -> None:
    training_settings(shop)
    sandbox_at(shop, "http://127.0.0.1:4711")
    told = training_settings(shop)
    assert told.wechat is not None
    assert told.wechat.base_url == "http://127.0.0.1:4711"


@pytest.mark.parametrize(
    "address", ["https://api.mch.weixin.qq.com", "http://192.168.1.9:8643", "https://127.0.0.1"]
)
def test_a_wallet_that_could_be_real_is_refused(shop: Settings, address: str) -> None:
    training_settings(shop)
    sandbox_at(shop, address)
    assert refused(shop) == "training_wallet_real"


def test_a_folder_that_the_training_did_not_make_is_left_alone(shop: Settings) -> None:
    foreign = shop.home / "training"
    foreign.mkdir()
    (foreign / "ledger.sqlite3").write_text("somebody's")
    assert refused(shop) == "training_folder_foreign"
    assert [one.name for one in foreign.iterdir()] == ["ledger.sqlite3"]


@pytest.mark.parametrize("target", [".", "elsewhere"])
def test_a_link_that_leads_elsewhere_is_refused_even_to_an_empty_folder(shop: Settings, target: str) -> None:
    (shop.home / target).mkdir(exist_ok=True)
    (shop.home / "training").symlink_to(shop.home / target, target_is_directory=True)
    assert refused(shop) == "training_folder_foreign"


def test_a_shop_whose_ledger_lies_in_the_training_is_refused(shop: Settings) -> None:
    inside = (shop.home / "training" / "ledger.sqlite3").as_posix()
    assert (
        refused(replace(shop, ledger=LedgerSettings(f"sqlite:///{inside}", 30))) == "training_shares_ledger"
    )


def test_the_shops_limits_do_not_change_the_exercises(shop: Settings) -> None:
    strict = replace(shop, limits=replace(shop.limits, release_required=True, payer_match=True))
    limits = training_settings(strict).limits
    assert (limits.release_required, limits.payer_match, limits.code_required) == (False, False, True)
    assert limits.people.approval_above.fen == 50_000


def test_a_wallets_maintenance_does_not_hold_an_exercise_back(shop: Settings) -> None:
    ends = datetime.now(UTC) + timedelta(hours=1)
    window = Window(ends - timedelta(hours=2), ends)
    busy = replace(shop, due_dates=replace(shop.due_dates, maintenance=Maintenance((window,))))
    assert training_settings(busy).due_dates.maintenance.windows == ()
