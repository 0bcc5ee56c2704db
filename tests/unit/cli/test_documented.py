"""docs/cli.md tells every command and every option."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from scanrefund.cli.main import app

PAGE = Path(__file__).parents[3] / "docs" / "cli.md"


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
