"""Keys of the configuration that the documents name are there, and devices are told of as they are set."""

from __future__ import annotations

import re

from scanrefund.config.document import Document
from scanrefund.config.section import Section
from tests.tidy.source import ROOT

SECTIONS = {
    name: field.annotation.model_fields
    for name, field in Document.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, Section)
}
# Pages whose back-quoted words with a dot are keys; elsewhere they may be fields of an answer.
PAGES = ("configuration.md", "devices.md", "maintenance.md", "paper.md")
# A word after the dot that is no key: files, and columns of tables.
NO_KEYS = {"toml", "md", "py", "csv", "sqlite3", "json", "js"}


def named_in(text: str) -> set[tuple[str, str]]:
    """Every `section.key` in a text."""
    return {
        (section, key)
        for section, key in re.findall(r"`([a-z_]+)\.([a-z0-9_]+)(?: = [^`]*)?`", text)
        if section in SECTIONS and key not in NO_KEYS
    }


def test_every_key_these_pages_name_is_there() -> None:
    wrong = [
        f"{page}: {section}.{key}"
        for page in PAGES
        for section, key in sorted(named_in((ROOT / "docs" / page).read_text("utf-8")))
        if key not in SECTIONS[section]
    ]
    assert wrong == []


def test_a_regions_rules_and_every_device_have_their_keys() -> None:
    configuration = (ROOT / "docs/configuration.md").read_text("utf-8")
    region = configuration.partition("## Rules of a region")[2].partition("\n## ")[0]
    assert len(named_in(region)) >= 15
    devices = (ROOT / "docs/devices.md").read_text("utf-8")
    assert {("scan", "camera"), ("receipt", "printer"), ("receipt", "columns"), ("receipt", "code")} <= (
        named_in(devices)
    )


def test_every_test_that_devices_name_is_there() -> None:
    named = re.findall(r"`(tests/[^`]+)`", (ROOT / "docs/devices.md").read_text("utf-8"))
    assert len(named) >= 5
    assert [one for one in named if not (ROOT / one).exists()] == []
