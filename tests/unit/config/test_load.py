"""Settings come from one file and the environment, and every fault is named at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanrefund import config
from scanrefund.errors import ConfigFault
from scanrefund.model.money import Money
from scanrefund.say.catalogue import LANGUAGES

REAL_WALLETS = """
language = "en"
[wallets]
mode = "real"
[wallets.wechat]
mchid = "1900000001"
appid = "wx1"
merchant_serial_no = "5F"
merchant_private_key = "keys/mine.pem"
public_key_id = "PUB_KEY_ID_1"
public_key = "keys/theirs.pem"
"""


def written(folder: Path, text: str, name: str = "scanrefund.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(path: Path | None = None) -> list[str]:
    with pytest.raises(ConfigFault) as caught:
        config.load(path)
    return caught.value.problems


def test_nothing_needs_a_file(home: Path) -> None:
    settings = config.load()
    assert settings.home == home
    assert settings.language == "zh-Hans"
    assert settings.rehearsal
    assert settings.ledger.url == f"sqlite:///{home.as_posix()}/ledger.sqlite3"
    assert settings.sandbox_dir == home / "sandbox"
    assert (settings.wechat, settings.alipay) == (None, None)
    assert settings.limits.amount_cap == Money(2_000_000)


def test_the_file_of_the_data_folder_is_found(home: Path) -> None:
    written(home, "[limits]\namount_cap_fen = 5")
    assert config.load().limits.amount_cap == Money(5)


def test_a_named_file_wins_over_the_environments_and_that_over_the_data_folders(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(home, '[shop]\nid = "usual"')
    monkeypatch.setenv("SCANREFUND_CONFIG", str(written(tmp_path, '[shop]\nid = "env"', "env.toml")))
    assert config.load().shop_id == "env"
    assert config.load(written(tmp_path, '[shop]\nid = "named"', "named.toml")).shop_id == "named"


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    [problem] = problems_of(tmp_path / "none.toml")
    assert problem.startswith(str(tmp_path / "none.toml"))


def test_the_environment_overrides_one_key(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(home, "[limits]\namount_cap_fen = 5\nreturn_window_days = 7")
    monkeypatch.setenv("SCANREFUND_LIMITS__AMOUNT_CAP_FEN", "9")
    monkeypatch.setenv("SCANREFUND_LIMITS__PICTURE_MAY_REFUND", "false")
    limits = config.load().limits
    assert (limits.amount_cap, limits.return_window_days, limits.picture_may_refund) == (Money(9), 7, False)


def test_a_misspelt_name_in_the_environment_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANREFUND_LIMTS__AMOUNT_CAP_FEN", "9")
    [problem] = problems_of()
    assert problem.startswith("limts: ")


def test_every_problem_is_named_at_once_with_its_place(home: Path) -> None:
    written(
        home,
        """
        language = "en"
        shoe = 1
        [limits]
        amount_cap_fen = "lots"
        return_window_days = 0
        code_required = "perhaps"
        amount_cap = 1
        [shop]
        id = "no/slash"
        [scan]
        workers = true
        """,
    )
    places = {problem.split(": ")[0]: problem.split(": ")[1] for problem in problems_of()}
    assert places == {
        "shoe": "there is no such key",
        "limits.amount_cap_fen": "must be a whole number",
        "limits.return_window_days": "must be at least 1",
        "limits.code_required": "must be true or false",
        "limits.amount_cap": "there is no such key",
        "shop.id": "must be 1 to 12 letters or digits (A–Z, a–z, 0–9)",
        "scan.workers": "must be a whole number",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_problems_are_told_in_the_files_language(home: Path, language: str) -> None:
    written(home, f'language = "{language}"\nshoe = 1')
    told = {"zh-Hans": "没有这个配置项", "zh-Hant": "沒有這個設定項", "en": "there is no such key"}
    assert problems_of() == [f"shoe: {told[language]}"]


def test_broken_toml_says_line_and_column(home: Path) -> None:
    written(home, 'language = "en"\n[shop]\nid = = 3\n')
    [problem] = problems_of()
    assert "3" in problem
    assert "6" in problem
    assert problem.startswith(str(home / "scanrefund.toml"))


def test_toml_that_breaks_off_says_line_and_column(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANREFUND_LANGUAGE", "en")
    written(home, '[shop]\nid = """abc')
    [problem] = problems_of()
    assert "line 2, column 12" in problem


def test_a_file_that_is_not_text_is_named(home: Path) -> None:
    (home / "scanrefund.toml").write_bytes(b"\xff\xfe\x00")
    [problem] = problems_of()
    assert "UTF-8" in problem


def test_a_byte_order_mark_is_no_fault(home: Path) -> None:
    (home / "scanrefund.toml").write_bytes(b'\xef\xbb\xbflanguage = "en"')
    assert config.load().language == "en"


def test_a_value_never_stands_in_a_problem(home: Path) -> None:
    written(home, '[ledger]\nurl = ["postgresql://u:hunter2@host/db"]')
    assert "hunter2" not in "".join(problems_of())


def test_a_lease_outlives_a_trip(home: Path) -> None:
    written(home, 'language = "en"\n[dispatch]\nlease_s = 20\n[http]\ndeadline_s = 20')
    assert problems_of() == ["dispatch.lease_s: must be at least 21"]


def test_the_number_of_a_camera_may_be_written_as_a_number(home: Path) -> None:
    written(home, "[scan]\ncamera = 1")
    assert config.load().camera == "1"


def test_auto_depends_on_whose_money_moves(home: Path, tmp_path: Path) -> None:
    rehearsal = config.load().limits
    assert (rehearsal.picture_may_refund, rehearsal.refund_spacing_s) == (True, 0)
    (tmp_path / "keys").mkdir()
    for name in ("mine.pem", "theirs.pem"):
        (tmp_path / "keys" / name).write_text("key")
    real = config.load(written(tmp_path, REAL_WALLETS, "real.toml"))
    assert not real.rehearsal
    assert (real.limits.picture_may_refund, real.limits.refund_spacing_s) == (False, None)
    assert real.wechat is not None
    assert real.wechat.merchant_private_key == tmp_path / "keys" / "mine.pem"
    assert real.wechat.base_url == "https://api.mch.weixin.qq.com"
    assert real.alipay is None
    # Nothing of the rehearsal ever speaks to it.
    assert real.sandbox_url == ""


def test_real_money_needs_its_key_files(tmp_path: Path) -> None:
    path = written(tmp_path, REAL_WALLETS, "real.toml")
    assert problems_of(path) == [
        f"wallets.wechat.merchant_private_key: no key file at {tmp_path / 'keys/mine.pem'}",
        f"wallets.wechat.public_key: no key file at {tmp_path / 'keys/theirs.pem'}",
    ]


def test_real_money_needs_a_wallet(home: Path) -> None:
    written(home, 'language = "en"\n[wallets]\nmode = "real"\n[shop]\nid = ""')
    assert [problem.split(":")[0] for problem in problems_of()] == ["shop.id", "wallets"]


@pytest.mark.parametrize(
    "address", ["http://api.example.com", "ftp://127.0.0.1", "api.example.com", "https://"]
)
def test_money_travels_over_tls_only(home: Path, address: str) -> None:
    written(home, f'language = "en"\n[wallets.wechat]\nbase_url = "{address}"')
    assert any(problem.startswith("wallets.wechat.base_url: must be a web") for problem in problems_of())


def sandbox_folder(folder: Path) -> Path:
    folder.mkdir(parents=True)
    ids = {
        "base_url": "http://127.0.0.1:8643",
        "wechat": {
            "mchid": "m",
            "appid": "a",
            "merchant_serial_no": "s",
            "wechatpay_public_key_id": "PUB_KEY_ID_1",
            "apiv3_key": "k",
            "apiv2_key": "k",
        },
        "alipay": {"app_id": "i", "seller_id": "2088"},
    }
    (folder / "sandbox.json").write_text(json.dumps(ids))
    return folder


def test_the_sandbox_is_found_by_its_folder(home: Path) -> None:
    folder = sandbox_folder(home / "sandbox")
    settings = config.load()
    assert settings.wechat is not None
    assert settings.alipay is not None
    assert settings.wechat.base_url == settings.alipay.base_url == "http://127.0.0.1:8643"
    assert settings.sandbox_url == "http://127.0.0.1:8643"
    assert settings.wechat.public_key == folder / "wechat" / "wechatpay_public_key.pem"
    assert settings.wechat.public_key_id == "PUB_KEY_ID_1"
    assert settings.alipay.alipay_public_key == folder / "alipay" / "alipay_public_key.pem"


def test_a_damaged_sandbox_folder_is_named(home: Path) -> None:
    (sandbox_folder(home / "sandbox") / "sandbox.json").write_text('{"base_url": "x"}')
    settings = config.load()
    assert settings.sandbox_trouble is not None
    assert settings.sandbox_trouble.code == "sandbox_folder_damaged"
    assert (settings.wechat, settings.alipay) == (None, None)


def test_the_sandbox_folder_is_relative_to_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, '[wallets]\nsandbox_dir = "play"', "shop.toml")
    assert config.load(path).sandbox_dir == tmp_path / "play"


def test_the_language_of_the_command_line_wins(home: Path) -> None:
    written(home, 'language = "zh-Hant"')
    assert config.load(language="en").language == "en"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("reasons = []", "counter.reasons"),
        ('reasons = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]', "counter.reasons"),
        ('reasons = "faulty"', "counter.reasons"),
        (f'reasons = ["{"x" * 41}"]', "counter.reasons.0"),
        ("port = 65536", "counter.port"),
        ("idle_lock_s = 0", "counter.idle_lock_s"),
    ],
)
def test_a_counter_page_that_cannot_be_is_named(home: Path, line: str, told: str) -> None:
    written(home, f"[counter]\n{line}\n")
    with pytest.raises(ConfigFault) as wrong:
        config.load()
    assert [problem.partition(":")[0] for problem in wrong.value.problems] == [told]
