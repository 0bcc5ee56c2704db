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


def test_a_licence_that_has_ended_makes_a_counter_not_ready(
    program: Program, wallets: Wallets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCANREFUND_LICENCE__EXPIRES", "2020-01-01")
    ended = program("doctor", "--json")
    [check] = [one for one in ended.document["checks"] if one["name"] == "licence"]
    assert (ended.code, check["ok"], check["cause"]) == (5, False, "expired")
    assert "2020-01-01" in check["detail"]


def test_a_counter_without_wallets_is_not(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    ended = program("doctor")
    assert ended.code == 5
    assert "scanrefund sandbox" in ended.out


def test_a_damaged_sandbox_is_a_row_of_the_table(program: Program, home: Path) -> None:
    (home / "sandbox").mkdir(parents=True, mode=0o700)
    home.chmod(0o700)
    (home / "sandbox" / "sandbox.json").write_text("{")
    ended = program("doctor", "--json")
    found = {check["name"]: check for check in ended.document["checks"]}
    assert ended.code == 5
    assert (found["wallet_wechat"]["ok"], found["wallet_alipay"]["ok"]) == (False, False)
    assert "sandbox.json" in found["wallet_wechat"]["cure"]
    assert (found["ledger"]["ok"], found["clock"]["ok"]) == (True, None)
    assert program("config", "check").code == 2


def test_an_impossible_data_folder_still_gives_the_whole_table(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("SCANREFUND_HOME", str(tmp_path / "file" / "home"))
    ended = program("doctor", "--json")
    found = {check["name"]: check for check in ended.document["checks"]}
    assert ended.code == 5
    assert (found["data_folder"]["ok"], found["disk_space"]["ok"]) == (False, None)
    assert found["data_folder"]["cure"]
    assert found["decoders"]["ok"] is True


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
    assert "me:secret" not in shown


def test_the_history_tells_what_earlier_self_tests_found(program: Program, wallets: Wallets) -> None:
    assert program("doctor", "--history", "--json").document == {"history": []}
    made = program("doctor", "--json").document
    [kept] = program("doctor", "--history", "--json").document["history"]
    assert (kept["counter"], kept["ready"]) == ("counter1", made["ready"])
    told = [{key: check[key] for key in ("name", "ok", "cause")} for check in made["checks"]]
    assert kept["checks"] == told
    assert "Camera" in program("doctor", "--history").out


def test_a_ledger_that_is_broken_does_not_break_the_doctor(program: Program, home: Path) -> None:
    program("doctor")
    (home / "ledger.sqlite3").write_bytes(b"no database" * 100)
    ended = program("doctor", "--json")
    assert ended.code == 5
    assert program("doctor", "--history", "--json").document["error"]["code"] == "ledger_not_a_database"
