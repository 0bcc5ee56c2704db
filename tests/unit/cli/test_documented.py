"""docs/cli.md tells every command and every option."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from scanrefund.cli.main import app

PAGE = Path(__file__).parents[3] / "docs" / "cli.md"
# What makes a file's name of a word that is also a section's.
NO_KEYS = {"headers", "json", "key", "sqlite3", "txt"}


def commands(group: Any, name: str) -> Iterator[tuple[str, Any]]:
    for inner_name, inner in group.commands.items():
        if hasattr(inner, "commands"):
            yield from commands(inner, f"{name} {inner_name}")
        else:
            yield f"{name} {inner_name}", inner


def test_every_option_of_every_command_is_documented() -> None:
    sections = dict(
        part.split("\n", 1) for part in PAGE.read_text(encoding="utf-8").split("\n## ") if "\n" in part
    )
    missing = [
        f"{name} {option}"
        for name, command in commands(typer.main.get_command(app), "scanrefund")
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--") and option != "--help" and option not in sections.get(name, "")
    ]
    assert missing == []


def test_every_command_is_told_once() -> None:
    told = PAGE.read_text(encoding="utf-8")
    for name, _ in commands(typer.main.get_command(app), "scanrefund"):
        assert len(re.findall(rf"^`{name}[ `]", told, re.MULTILINE)) <= 1, name


def test_the_help_of_each_command_loses_no_word_to_its_markup() -> None:
    """Typer takes what stands in square brackets for a style, and shows nothing of it."""
    for name, command in commands(typer.main.get_command(app), "scanrefund"):
        helps = [command.help, *(getattr(parameter, "help", None) for parameter in command.params)]
        assert [told for told in helps if told and "[" in told] == [], name


def test_every_key_that_the_documents_name_is_one() -> None:
    # The page's own keys stand in [counter].
    inside: set[str] = set()
    sections: dict[str, set[str]] = {"page": set()}
    for line in (PAGE.parents[1] / "config.example.toml").read_text(encoding="utf-8").splitlines():
        if head := re.match(r"(?:# )?\[(?:wallets\.)?([a-z]+)\]", line):
            inside = sections.setdefault(head[1], set())
        elif key := re.match(r"(?:# )?([a-z0-9_]+) = ", line):
            inside.add(key[1])
    wrong = [
        (page.name, section, key)
        for page in sorted(PAGE.parent.glob("*.md"))
        for section, key in re.findall(r"`([a-z]+)\.([a-z0-9_]+)`", page.read_text(encoding="utf-8"))
        if section in sections and key not in sections[section] | NO_KEYS
    ]
    assert wrong == []
