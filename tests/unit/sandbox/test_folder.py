"""The folder: exactly the contract's files and keys, private, written once."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

import pytest
from cryptography import x509

from scanrefund.sandbox.folder import Folder

WECHAT = {"mchid", "appid", "merchant_serial_no", "wechatpay_public_key_id", "apiv3_key", "apiv2_key"}
FILES = {
    "wechat": "merchant_private_key.pem merchant_certificate.pem wechatpay_public_key.pem"
    " platform_certificate.pem",
    "alipay": "app_private_key.pem app_public_key.pem alipay_public_key.pem app_cert.crt alipay_cert.crt"
    " alipay_root_cert.crt",
}


def contents(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def test_the_folder_holds_the_contracts_files(folder: Path) -> None:
    for name, files in FILES.items():
        assert {file.name for file in (folder / name).iterdir()} == set(files.split())


def test_the_description_holds_exactly_the_contracts_keys(folder: Path) -> None:
    Folder(folder, seed=1).announce("http://127.0.0.1:8643")
    said = json.loads((folder / "sandbox.json").read_text())
    assert said.keys() == {"base_url", "wechat", "alipay"}
    assert said["wechat"].keys() == WECHAT
    assert said["alipay"].keys() == {"app_id", "seller_id"}
    cert = x509.load_pem_x509_certificate((folder / "wechat/merchant_certificate.pem").read_bytes())
    assert said["wechat"]["merchant_serial_no"] == f"{cert.serial_number:X}"
    assert len(said["wechat"]["merchant_serial_no"]) == 40
    assert len(said["wechat"]["apiv3_key"]) == 32


def test_the_desks_configuration_names_this_folder(folder: Path, tmp_path: Path) -> None:
    odd = tmp_path / 'quote"back\\slash' if os.name == "posix" else tmp_path / "plain"
    Folder(folder.rename(odd), seed=1)
    (odd / "scanrefund.toml").unlink()
    Folder(odd, seed=1)
    settings = tomllib.loads((odd / "scanrefund.toml").read_text("utf-8"))
    assert settings == {"wallets": {"mode": "sandbox", "sandbox_dir": str(odd)}}


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_nobody_else_can_read_a_key(folder: Path) -> None:
    Folder(folder, seed=1).announce("http://127.0.0.1:8643")
    for path in folder.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_second_start_changes_nothing_but_the_address(folder: Path) -> None:
    Folder(folder, seed=1).announce("http://127.0.0.1:1")
    first = contents(folder)
    Folder(folder, seed=2).announce("http://127.0.0.1:1")
    assert contents(folder) == first
    Folder(folder, seed=2).announce("http://127.0.0.1:2")
    second = contents(folder)
    assert [name for name in first if first[name] != second[name]] == ["sandbox.json"]
    old, new = (json.loads(files["sandbox.json"]) for files in (first, second))
    assert {**new, "base_url": old["base_url"]} == old


def test_a_start_that_was_killed_half_way_is_finished_by_the_next(folder: Path) -> None:
    key = (folder / "server/alipay_private_key.pem").read_bytes()
    (folder / "alipay/alipay_public_key.pem").unlink()
    (folder / "alipay/app_cert.crt").unlink()
    (folder / "alipay/app_cert.crt.half").write_text("half")
    Folder(folder, seed=1)
    assert (folder / "server/alipay_private_key.pem").read_bytes() == key
    assert (folder / "alipay/alipay_public_key.pem").exists()
    x509.load_pem_x509_certificate((folder / "alipay/app_cert.crt").read_bytes())


def test_the_seed_decides_the_ids(keys: Path, folder: Path) -> None:
    Folder(folder, seed=7).announce("http://127.0.0.1:1")
    first = Folder(folder, seed=7).description()
    (folder / "sandbox.json").unlink()
    Folder(folder, seed=7).announce("http://127.0.0.1:1")
    again = Folder(folder, seed=7).description()
    assert again["alipay"] == first["alipay"]
    assert again["wechat"]["mchid"] == first["wechat"]["mchid"]
    (folder / "sandbox.json").unlink()
    Folder(folder, seed=8).announce("http://127.0.0.1:1")
    assert Folder(folder, seed=8).description()["alipay"] != first["alipay"]
