"""`evidence` and `support-bundle`: whatever is secret is searched for in everything that comes out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.aftercare.papers import anywhere, unpacked
from tests.unit.cli.conftest import HEADER, Program, Wallets

OWNER, PIN = "张三丰", "482913"


@pytest.fixture(autouse=True)
def no_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANREFUND_SCAN__CAMERA", "http://admin:camera-password@127.0.0.1:1/no-such")


@pytest.fixture
def code(
    program: Program, wallets: Wallets, sold: Callable[[str, str], None], request: pytest.FixtureRequest
) -> str:
    """The payment code of a refund that was made; each test has an order of its own."""
    order_id = request.node.name[:30]
    sold("wechat", order_id)
    digits = wallets.fresh_code("wechat")
    reason = f"see {digits}"
    wish = ("refund", "--order", order_id, "--amount", "10", "--reason", reason, "--yes", "--json")
    assert program(*wish, stdin=f"{digits}\n").code == 0
    return digits


def test_the_evidence_of_a_refund_is_one_file(program: Program, code: str, tmp_path: Path) -> None:
    refund_id = program("refunds", "--json").document[0]["refund_id"]
    out = tmp_path / "evidence.zip"
    made = program("evidence", "bundle", refund_id, "--out", out, "--json")
    assert (made.code, made.document["whole"]) == (0, True)
    assert anywhere(out, code) == []
    assert refund_id in unpacked(out)["index.html"]
    assert (
        program("evidence", "bundle", refund_id, "--out", out, "--json").document["error"]["code"]
        == "file_is_there"
    )
    missing = program("evidence", "bundle", "SRT_nothing", "--out", tmp_path / "no.zip", "--json")
    assert (missing.code, missing.document["error"]["code"]) == (2, "refund_unknown")
    assert not (tmp_path / "no.zip").exists()
    told = program("incident", refund_id, "--json").document
    assert refund_id in told["text"]
    assert told["contacts"] == ["WeChat Pay 95017", "Alipay 95188"]
    assert "95017" in program("incident", refund_id).out


def secrets_of(home: Path, sandbox: Path) -> list[str]:
    """Everything of this counter that nobody else may know."""
    keys = [path.read_text().strip() for path in (home / "keys").iterdir()]
    told = json.loads((sandbox / "sandbox.json").read_text())
    keys += [told["wechat"]["apiv3_key"], told["wechat"]["apiv2_key"], told["wechat"]["mchid"]]
    pems = [path.read_text().splitlines()[1] for path in sandbox.rglob("*private_key.pem")]
    assert len(pems) >= 2
    return keys + pems


def test_no_secret_stands_in_the_bundle_for_support(
    program: Program,
    code: str,
    rehearsal: tuple[Path, Wallets],
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert program("staff", "add", "--name", OWNER, "--pin-stdin", stdin=f"{PIN}\n").code == 0
    (home / "crash.log").write_text(f"--- crash\nat {code} postgresql://boss:db-password@host/x\n")
    out = tmp_path / "support.zip"
    made = program("support-bundle", out, "--json")
    assert made.code == 0
    files = unpacked(out)
    pieces = {"versions.json", "config.json", "doctor.json", "ledger.json", "crash.txt", "SHA256SUMS"}
    assert files.keys() == pieces
    secrets = [*secrets_of(home, rehearsal[0]), code, OWNER, PIN, "camera-password", "db-password"]
    assert {secret: anywhere(out, secret) for secret in secrets if anywhere(out, secret)} == {}
    ledger = json.loads(files["ledger.json"])
    assert (ledger["rows"]["orders"], ledger["broken_entry"]) == (1, None)
    assert "--- crash" in files["crash.txt"]
    assert json.loads(files["config.json"])["limits.code_required"] is True


def test_real_wallets_give_their_addresses_only(program: Program, home: Path, tmp_path: Path) -> None:
    home.mkdir()
    secret = {name: f"secret-{name}" for name in ("mchid", "appid", "merchant_serial_no", "public_key_id")}
    files = {name: f"files/{name}" for name in ("merchant_private_key", "public_key", "apiv3_key_file")}
    lines = [f'{name} = "{value}"' for name, value in {**secret, **files}.items()]
    (home / "scanrefund.toml").write_text("\n".join(["[wallets.wechat]", *lines, ""]))
    out = tmp_path / "support.zip"
    assert program("support-bundle", out).code == 0
    config = json.loads(unpacked(out)["config.json"])
    assert {config[f"wallets.wechat.{name}"] for name in (*secret, *files)} == {"(set)"}
    assert config["wallets.wechat.base_url"].startswith("https://")
    assert anywhere(out, "secret-") == []


def test_where_nothing_can_be_opened_the_bundle_says_why(
    program: Program, home: Path, tmp_path: Path
) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text(f"{HEADER}\n")
    program("orders", "import", orders)
    (home / "ledger.sqlite3").write_bytes(b"no database" * 100)
    assert program("support-bundle", tmp_path / "one.zip").code == 0
    assert "ledger_not_a_database" in unpacked(tmp_path / "one.zip")["ledger.json"]
    (home / "scanrefund.toml").write_text("[limits]\namount_cap = 1\n")
    assert program("support-bundle", tmp_path / "two.zip").code == 0
    assert "amount_cap" in unpacked(tmp_path / "two.zip")["config.json"]
