"""Keys of the configuration that the documents name are there, and devices are told of as they are set."""

from __future__ import annotations

import re

from pydantic import BaseModel

from scanrefund.config.document import Document
from scanrefund.config.section import Section
from tests.tidy.source import ROOT


def sections_of(model: type[BaseModel]) -> dict[str, set[str]]:
    """Every section below a model by its own name, with its keys."""
    found: dict[str, set[str]] = {}
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            found |= {name: set(field.annotation.model_fields), **sections_of(field.annotation)}
    return found


# The page's own keys stand in [counter].
SECTIONS = sections_of(Document) | {"page": set()}
# A word after the dot that is no key: files, and the fields of a call.
NO_KEYS = {"toml", "md", "py", "csv", "sqlite3", "json", "js", "txt", "key", "headers"}


def named_in(text: str) -> set[tuple[str, str]]:
    """Every `section.key` in a text."""
    return {
        (section, key)
        for section, key in re.findall(r"`([a-z_]+)\.([a-z0-9_]+)(?: = [^`]*)?`", text)
        if section in SECTIONS and key not in NO_KEYS
    }


def test_every_key_that_the_documents_name_is_there() -> None:
    wrong = [
        f"{page.name}: {section}.{key}"
        for page in sorted((ROOT / "docs").glob("*.md"))
        for section, key in sorted(named_in(page.read_text("utf-8")))
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
