"""`doctor` and `config check` end with what they found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Program, Wallets


@pytest.fixture(autouse=True)
def no_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANREFUND_SCAN__CAMERA", "no-such-video.avi")


def test_a_counter_with_its_wallets_is_ready(program: Program, wallets: Wallets) -> None:
    ended = program("doctor", "--json")
    found = {check["name"]: check for check in ended.document["checks"]}
    assert [name for name, check in found.items() if check["ok"] is False] == []
    assert (ended.code, ended.document["ready"]) == (0, True)
    assert (found["camera"]["ok"], found["camera"]["cause"]) == (None, "camera_file_missing")
    assert (found["clock"]["cause"], found["wallet_alipay"]["cause"]) == ("good", "good")


def test_a_counter_without_wallets_is_not(program: Program) -> None:
    ended = program("doctor")
    assert ended.code == 5
    assert "scanrefund sandbox" in ended.out


def test_the_configuration_in_force_is_shown(program: Program, home: Path) -> None:
    home.mkdir()
    (home / "scanrefund.toml").write_text('[ledger]\nurl = "postgresql://me:secret@db/x"\n')
    told = program("config", "check", "--json").document
    assert told["ok"] is True
    assert told["file"] == str(home / "scanrefund.toml")
    assert told["keys"]["limits.amount_cap_fen"] == 2_000_000
    assert told["keys"]["limits.picture_may_refund"] is None
    assert told["keys"]["ledger.url"] == "postgresql://me:***@db/x"
    shown = program("config", "check").out
    assert "limits.refund_spacing_s" in shown
    assert "secret" not in shown
