"""`config.example.toml` holds every key, and loads to the defaults."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from scanrefund import config
from scanrefund.config.document import Alipay, Document, Wechat
from scanrefund.config.section import Section

EXAMPLE = Path(__file__).parents[3] / "config.example.toml"


def keys_of(section: Section, prefix: str = "") -> dict[str, Any]:
    keys: dict[str, Any] = {}
    for name, value in section:
        keys |= keys_of(value, f"{prefix}{name}.") if isinstance(value, Section) else {prefix + name: value}
    return keys


def flat(tables: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    keys: dict[str, Any] = {}
    for name, value in tables.items():
        keys |= flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return keys


def test_the_example_loads_to_the_defaults(home: Path) -> None:
    assert config.load(EXAMPLE) == config.load()


def test_the_example_holds_every_key_with_its_default() -> None:
    told = flat(tomllib.loads(EXAMPLE.read_text(encoding="utf-8")))
    known = {key: value for key, value in keys_of(Document()).items() if not key.startswith("wallets.")}
    known |= {"wallets.mode": "sandbox", "wallets.sandbox_dir": ""}
    assert told.keys() == known.keys()
    assert {key: None if value == "auto" else value for key, value in told.items()} == known


def test_the_example_shows_every_key_of_both_wallets() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    bare = re.sub(r"(?m)^# (?=\[wallets\.|\w+ = )", "", text)
    wallets = tomllib.loads(bare)["wallets"]
    assert wallets["wechat"].keys() == Wechat.model_fields.keys()
    assert wallets["alipay"].keys() == Alipay.model_fields.keys()


def test_every_key_of_the_example_is_explained() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines):
        if re.match(r"\w+ = ", line):
            assert lines[number - 1].startswith("# "), line
