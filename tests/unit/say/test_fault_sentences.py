"""Every fault raised anywhere in the program has a sentence, and gives what the sentence asks for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import scanrefund
from scanrefund import errors
from scanrefund.say.catalogue import LANGUAGES, Catalogue
from scanrefund.say.gaps import gaps_of

ROOT = Path(scanrefund.__file__).parent

# Faults whose own constructor fixes the code and the details.
FIXED = {"ConfigFault": ("config_wrong", frozenset({"count", "problems"}))}


@dataclass(frozen=True)
class Raised:
    """One place that makes a fault. `details` is None where they cannot be read from the source (`**x`)."""

    place: str
    code: str
    details: frozenset[str] | None


def fault_names(trees: list[ast.Module]) -> set[str]:
    """The names of Fault and everything derived from it, in errors.py and in the rooms."""
    names = {name for name, value in vars(errors).items() if isinstance(value, type)}
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    for _ in classes:
        found = {c.name for c in classes for base in c.bases if called_name(base) in names}
        if found <= names:
            return names
        names |= found
    return names


def carrier_names(trees: list[ast.Module]) -> set[str]:
    """Classes that are no faults but take a fault's code first and make the fault (a bad row of a file)."""
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    makers = [(c.name, f) for c in classes for f in c.body if isinstance(f, ast.FunctionDef)]
    return {
        name
        for name, maker in makers
        if maker.name == "__init__" and [a.arg for a in maker.args.args][1:2] == ["code"]
    }


def called_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def faults_in(path: str, tree: ast.Module, names: set[str]) -> Iterator[Raised]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or called_name(node.func) not in names:
            continue
        place = f"{path}:{node.lineno}"
        if called_name(node.func) in FIXED:
            code, details = FIXED[called_name(node.func)]
            yield Raised(place, code, details)
        elif node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
            given = [keyword.arg for keyword in node.keywords]
            known = frozenset(name for name in given if name is not None)
            yield Raised(place, node.args[0].value, None if None in given else known)


def all_raised() -> list[Raised]:
    trees = {
        str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(ROOT.rglob("*.py"))
    }
    names = fault_names(list(trees.values())) | carrier_names(list(trees.values()))
    return [fault for path, tree in trees.items() for fault in faults_in(path, tree, names)]


def as_read(details: frozenset[str]) -> set[str]:
    """The gaps that details fill: their own names, and yuan or a duration under the shorter one."""
    return (
        set(details)
        | {name.removesuffix("_fen") for name in details}
        | {name.removesuffix("_s") for name in details}
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_raised_in_the_program_has_a_sentence(language: str) -> None:
    texts = Catalogue.load(language).texts
    mute = [
        f"{fault.place} {fault.code}" for fault in all_raised() if f"fault.{fault.code}.text" not in texts
    ]
    assert mute == []


def test_every_fault_gives_what_its_sentence_asks_for() -> None:
    texts = Catalogue.load("en").texts
    short = [
        f"{fault.place} {fault.code}: {sorted(missing)}"
        for fault in all_raised()
        if fault.details is not None
        and (missing := gaps_of(texts.get(f"fault.{fault.code}.text", "")) - as_read(fault.details))
    ]
    assert short == []


def test_the_search_finds_faults_however_they_are_named() -> None:
    source = """
class CameraFault(errors.SourceFault): ...
class BadRow(Exception):
    def __init__(self, code, **details): ...
raise BadRow("row_conflict", line=3)
raise SourceFault("camera_missing", source="0")
raise errors.NotSent("dns_failed", host=host)
fault = CameraFault("camera_gone", **details)
raise ConfigFault(problems)
raise ValueError("no fault of ours")
"""
    tree = ast.parse(source)
    names = fault_names([tree]) | carrier_names([tree])
    found = {(fault.code, fault.details) for fault in faults_in("x.py", tree, names)}
    assert found == {
        ("camera_missing", frozenset({"source"})),
        ("dns_failed", frozenset({"host"})),
        ("camera_gone", None),
        ("row_conflict", frozenset({"line"})),
        ("config_wrong", frozenset({"count", "problems"})),
    }
