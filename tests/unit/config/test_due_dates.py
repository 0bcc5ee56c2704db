"""Maintenance windows, the licence and the file of versions, as the file writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from scanrefund import config
from scanrefund.errors import ConfigFault
from scanrefund.model.wallet import Wallet


def written(home: Path, text: str) -> Path:
    home.mkdir(exist_ok=True)
    path = home / "scanrefund.toml"
    path.write_text(f'language = "en"\n{text}', encoding="utf-8")
    return path


def test_a_window_is_by_the_shops_clock_unless_it_has_an_offset(home: Path) -> None:
    text = """
        [maintenance]
        notice_h = 2
        windows = [
          { from = 2026-12-03T01:00:00Z, to = 2026-12-03T02:00:00Z },
          { wallet = "wechat", from = 2026-12-01T23:00:00, to = 2026-12-02T05:00:00, words = "notice" },
        ]
    """
    planned = config.load(written(home, text)).due_dates.maintenance
    first, second = planned.windows
    assert planned.notice == timedelta(hours=2)
    assert (first.begins, first.ends) == (
        datetime(2026, 12, 1, 15, tzinfo=UTC),
        datetime(2026, 12, 1, 21, tzinfo=UTC),
    )
    assert (first.wallet, first.words, second.wallet) == (Wallet.WECHAT, "notice", None)


@pytest.mark.parametrize(
    ("window", "told"),
    [
        ("{ from = 2026-12-02T05:00:00, to = 2026-12-02T05:00:00 }", "windows.0: must end after"),
        ("{ from = 2026-12-02T05:00:00Z, to = 2026-12-03T05:00:00 }", "windows.0: must end after"),
        ('{ from = "tomorrow", to = 2026-12-02T05:00:00 }', "windows.0.from: must be a moment"),
        ("{ to = 2026-12-02T05:00:00 }", "windows.0.from: must be given"),
        (
            '{ wallet = "paypal", from = 2026-12-01T05:00:00, to = 2026-12-02T05:00:00 }',
            "windows.0.wallet: must be one of wechat · alipay · all",
        ),
    ],
)
def test_a_window_that_would_pause_nothing_is_refused(home: Path, window: str, told: str) -> None:
    with pytest.raises(ConfigFault) as caught:
        config.load(written(home, f"[maintenance]\nwindows = [{window}]"))
    assert told in str(caught.value)


@pytest.mark.parametrize("expires", ["2027-03-31", '"2027-03-31"'])
def test_a_licence_ends_on_a_day(home: Path, expires: str) -> None:
    found = config.load(written(home, f'[licence]\nnumber = "9131"\nexpires = {expires}')).due_dates.licence
    assert (found.number, found.expires, found.warn_days) == ("9131", date(2027, 3, 31), 30)


@pytest.mark.parametrize("expires", ['"31.3.2027"', "2027", "2027-03-31T10:00:00"])
def test_what_is_no_day_is_refused(home: Path, expires: str) -> None:
    with pytest.raises(ConfigFault, match=r"licence\.expires: must be a day"):
        config.load(written(home, f"[licence]\nexpires = {expires}"))


def test_the_file_of_versions_lies_beside_the_configuration(home: Path) -> None:
    path = written(home, '[versions]\nnewest_file = "newest.txt"')
    assert config.load(path).due_dates.newest == home / "newest.txt"
    assert config.load(written(home, "")).due_dates.newest is None


def test_windows_are_printed_as_the_file_has_them(home: Path) -> None:
    window = "{ from = 2026-12-01T23:00:00, to = 2026-12-02T05:00:00 }"
    _file, keys = config.effective(written(home, f"[maintenance]\nwindows = [{window}]"))
    assert keys["maintenance.windows"] == [
        {"wallet": "all", "from": "2026-12-01T23:00:00", "to": "2026-12-02T05:00:00", "words": ""}
    ]
