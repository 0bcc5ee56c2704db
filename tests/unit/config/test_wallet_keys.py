"""The wallets' keys in the configuration: several live ones, both of Alipay's modes, the shared secrets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanrefund import config
from scanrefund.errors import ConfigFault, KeyFault
from scanrefund.wallets.alipay_line import AlipaySettings
from scanrefund.wallets.wechat_line import WechatSettings

WECHAT = """
language = "en"
[wallets]
mode = "real"
[wallets.wechat]
mchid = "1900000001"
appid = "wx1"
merchant_serial_no = "5F"
merchant_private_key = "mine.pem"
public_key_id = "PUB_KEY_ID_1"
public_key = "theirs.pem"
"""
ALIPAY = """
language = "en"
[wallets]
mode = "real"
[wallets.alipay]
app_id = "2021"
seller_id = "2088"
app_private_key = "mine.pem"
"""
CERTIFICATES = 'app_cert = "app.crt"\nalipay_root_cert = "root.crt"\nalipay_cert = "alipay.crt"\n'
FILES = ("mine.pem", "theirs.pem", "next.pem", "app.crt", "root.crt", "alipay.crt")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    for name in FILES:
        (folder / name).write_text("x")
    (folder / "v3").write_text("3" * 32 + "\n")
    return folder


def load(shop: Path, text: str) -> config.Settings:
    path = shop / "scanrefund.toml"
    path.write_text(text, encoding="utf-8")
    return config.load(path)


def wechat(shop: Path, text: str) -> WechatSettings:
    settings = load(shop, WECHAT + text).wechat
    assert settings is not None
    return settings


def alipay(shop: Path, text: str) -> AlipaySettings:
    settings = load(shop, ALIPAY + text).alipay
    assert settings is not None
    return settings


def problems_of(shop: Path, text: str) -> list[str]:
    with pytest.raises(ConfigFault) as caught:
        load(shop, text)
    return caught.value.problems


def test_further_live_keys_stand_beside_the_first(shop: Path) -> None:
    assert wechat(shop, 'more_keys = { PUB_KEY_ID_2 = "next.pem" }').more_keys == {
        "PUB_KEY_ID_2": shop / "next.pem"
    }
    [problem] = problems_of(shop, WECHAT + 'more_keys = { PUB_KEY_ID_2 = "gone.pem" }')
    assert problem == f"wallets.wechat.more_keys.PUB_KEY_ID_2: no key file at {shop / 'gone.pem'}"


@pytest.mark.parametrize(
    ("text", "backup_url"),
    [
        ("", "https://api2.mch.weixin.qq.com"),
        ('backup_url = "auto"', "https://api2.mch.weixin.qq.com"),
        ('backup_url = ""', ""),
        ('backup_url = "https://spare.example/"', "https://spare.example"),
        ('base_url = "https://proxy.example"', ""),
    ],
)
def test_the_documented_second_address_belongs_to_the_documented_first(
    shop: Path, text: str, backup_url: str
) -> None:
    assert wechat(shop, text).backup_url == backup_url


def test_the_shared_secrets_are_read_from_their_files_and_never_print(shop: Path) -> None:
    settings = wechat(shop, 'apiv3_key_file = "v3"')
    assert (settings.apiv3_key, settings.apiv2_key) == ("3" * 32, "")
    assert "3" * 32 not in repr(settings)


@pytest.mark.parametrize("content", ["", "short", "3" * 31, "3" * 33, "3" * 31 + "-", "三" * 32])
def test_a_file_without_a_whole_secret_is_refused(shop: Path, content: str) -> None:
    (shop / "v3").write_text(content, encoding="utf-8")
    with pytest.raises(KeyFault, match="wallet_secret_wrong") as caught:
        wechat(shop, 'apiv3_key_file = "v3"')
    assert "3" * 31 not in str(caught.value)


def test_notices_go_to_a_safe_address_without_a_query(shop: Path) -> None:
    assert wechat(shop, 'notify_url = "https://a.example/n"').notify_url == "https://a.example/n"
    for wrong in ("http://a.example/n", "https://a.example/n?x=1", "n"):
        [problem] = problems_of(shop, WECHAT + f'notify_url = "{wrong}"')
        assert problem.startswith("wallets.wechat.notify_url: must be a web address")


def test_alipay_has_key_mode_or_certificate_mode(shop: Path) -> None:
    assert alipay(shop, 'alipay_public_key = "theirs.pem"').alipay_public_key == shop / "theirs.pem"
    settings = alipay(shop, CERTIFICATES + 'more_alipay_certs = ["next.pem"]')
    assert (settings.alipay_public_key, settings.alipay_cert) == (None, shop / "alipay.crt")
    assert settings.more_alipay_certs == (shop / "next.pem",)


@pytest.mark.parametrize(
    "text",
    ["", 'app_cert = "app.crt"', 'alipay_public_key = "theirs.pem"\n' + CERTIFICATES],
    ids=["none", "half", "both"],
)
def test_alipay_without_a_whole_mode_or_with_both_is_refused(shop: Path, text: str) -> None:
    [problem] = problems_of(shop, ALIPAY + text)
    assert problem.startswith("wallets.alipay: needs alipay_public_key, or app_cert")


def test_a_payer_match_that_could_never_ask_is_refused(shop: Path) -> None:
    on = "\n[limits]\npayer_match = true"
    assert problems_of(shop, WECHAT + on) == [
        "limits.payer_match: needs wallets.wechat.apiv2_key_file: WeChat Pay cannot be asked without it"
    ]
    assert load(shop, WECHAT + 'apiv2_key_file = "v3"' + on).limits.payer_match


def test_the_sandbox_gives_both_shared_secrets(home: Path) -> None:
    folder = home / "sandbox"
    folder.mkdir()
    wechat = {"mchid": "m", "appid": "a", "merchant_serial_no": "s", "wechatpay_public_key_id": "P"}
    told = {
        "base_url": "http://127.0.0.1:1",
        "wechat": wechat | {"apiv3_key": "3", "apiv2_key": "2"},
        "alipay": {"app_id": "i", "seller_id": "s"},
    }
    (folder / "sandbox.json").write_text(json.dumps(told))
    settings = config.load().wechat
    assert settings is not None
    assert (settings.apiv3_key, settings.apiv2_key, settings.backup_url) == ("3", "2", "")
