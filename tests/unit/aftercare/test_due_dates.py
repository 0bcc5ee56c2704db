from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from scanrefund.aftercare.due_dates import Licence, licence, maintenance, newer_version
from scanrefund.model.maintenance import Maintenance, Window
from scanrefund.model.wallet import Wallet

# In the shop it is the second of December already.
NOW = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expires", "verdict", "cause", "days"),
    [
        (date(2027, 1, 2), True, "good", 31),
        (date(2027, 1, 1), None, "soon", 30),
        (date(2026, 12, 2), None, "soon", 0),
        (date(2026, 12, 1), False, "expired", 1),
    ],
)
def test_a_licence_is_warned_of_thirty_days_before_and_fails_after_its_last_day(
    expires: date, verdict: bool | None, cause: str, days: int
) -> None:
    found = licence(Licence("91310000MA1", expires), NOW)
    assert (found[0], found[1], found[2]["days"]) == (verdict, cause, days)


def test_a_licence_nobody_told_of_is_not_judged() -> None:
    assert licence(Licence(), NOW)[:2] == (None, "not_set_up")


def test_maintenance_under_way_is_told_before_what_is_ahead() -> None:
    ahead = Window(NOW + timedelta(hours=3), NOW + timedelta(hours=4), Wallet.ALIPAY)
    running = Window(NOW, NOW + timedelta(hours=1))
    assert maintenance(Maintenance((running, ahead)), NOW)[1:] == (
        "under_way",
        {"wallet": "all", "begins_at": running.begins, "ends_at": running.ends},
    )
    assert maintenance(Maintenance((ahead,)), NOW)[:2] == (None, "ahead")
    assert maintenance(Maintenance((ahead,), timedelta()), NOW)[:2] == (True, "good")


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("0.10.0\n", "newer"),
        ("\ufeffv1.2\nfaster", "newer"),
        ("0.9", "good"),
        ("0.9.0.0", "good"),
        ("0.8.99", "good"),
        ("soon", "unreadable"),
        ("", "unreadable"),
        # No notice: of what is longer only the first kilobyte is read.
        (" " * 1_000 + "9.9", "unreadable"),
    ],
)
def test_a_newer_version_is_read_from_the_file_that_names_it(tmp_path: Path, text: str, cause: str) -> None:
    newest = tmp_path / "newest.txt"
    newest.write_text(text, encoding="utf-8")
    verdict, found, _gaps = newer_version(newest, "0.9.0")
    assert (found, verdict) == (cause, True if cause == "good" else None)


def test_without_the_file_nobody_is_bidden_to_update(tmp_path: Path) -> None:
    assert newer_version(None, "0.9.0")[:2] == (None, "not_set_up")
    assert newer_version(tmp_path / "none", "0.9.0")[:2] == (None, "no_file")
