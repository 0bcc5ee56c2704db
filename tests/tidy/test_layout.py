"""The layout keeps its promises: small files and functions, no dead file, one door per outside package."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from scanrefund.model.wallet import Wallet
from tests.tidy.source import PACKAGE, imported, modules, name_of, tree

WALLETS = frozenset(wallet.value for wallet in Wallet)
FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 40

# Where each outside package may be imported. The sandbox shares no code with the client, so it has its own.
DOORS = {
    "cv2": ("scanrefund.scan", "scanrefund.sandbox"),
    "zxingcpp": ("scanrefund.scan.engines", "scanrefund.sandbox.drawing", "scanrefund.readiness"),
    "pyzbar": ("scanrefund.scan.engines",),
    "PIL": ("scanrefund.scan", "scanrefund.sandbox", "scanrefund.aftercare.slip_escpos"),
    "pypdfium2": ("scanrefund.scan.pdf",),
    "reportlab": ("scanrefund.aftercare",),
    "distributed": ("scanrefund.scan.cluster",),
    "numpy": ("scanrefund.scan", "scanrefund.sandbox", "scanrefund.readiness"),
    "requests": ("scanrefund.http",),
    "urllib3": ("scanrefund.http",),
    "cryptography": (
        "scanrefund.wallets.signing",
        "scanrefund.wallets.certificates",
        "scanrefund.wallets.sealing",
        "scanrefund.keys",
        "scanrefund.sandbox",
    ),
    "argon2": ("scanrefund.people.pins",),
    "sqlalchemy": ("scanrefund.ledger",),
    "alembic": ("scanrefund.ledger",),
    "pydantic": ("scanrefund.config", "scanrefund.sandbox"),
    "pydantic_settings": ("scanrefund.config",),
    "platformdirs": ("scanrefund.config", "scanrefund.sandbox"),
    "fastapi": ("scanrefund.sandbox", "scanrefund.web"),
    "starlette": ("scanrefund.sandbox", "scanrefund.web"),
    "uvicorn": ("scanrefund.sandbox", "scanrefund.web.serving"),
    "typer": ("scanrefund.cli",),
    "rich": ("scanrefund.cli",),
    "segno": (
        "scanrefund.sandbox",
        "scanrefund.scan.sample",
        "scanrefund.aftercare.slip_escpos",
        "scanrefund.aftercare.slip_pdf",
    ),
    "escpos": ("scanrefund.aftercare.slip_escpos",),
    "apprise": ("scanrefund.aftercare.alert",),
    "smtplib": ("scanrefund.aftercare.mail",),
}


# What a third wallet leaves as it is.
KNOW_NO_WALLET = [
    path
    for path in modules()
    if path.relative_to(PACKAGE).parts[0] in {"check", "ledger", "dispatch", "web", "aftercare", "say"}
    or path.name.endswith("desk.py")
]


@pytest.mark.parametrize("path", KNOW_NO_WALLET, ids=name_of)
def test_what_serves_every_wallet_names_none(path: Path) -> None:
    named = [
        node.lineno
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Attribute) and node.attr.lower() in WALLETS)
        or (isinstance(node, ast.Constant) and node.value in WALLETS)
    ]
    assert named == []


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_file_stays_small_enough_to_read(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= FILE_LINES_MAX, f"{name_of(path)} has {lines} lines"


# A migration is one long list of columns; everything else is read function by function.
READ_BY_FUNCTION = [path for path in modules() if "migrations" not in path.parts]


@pytest.mark.parametrize("path", READ_BY_FUNCTION, ids=name_of)
def test_a_function_stays_small_enough_to_read(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
            lines = _own_lines(node)
            assert lines <= FUNCTION_LINES_MAX, f"{name_of(path)}.{node.name} has {lines} lines"


def _own_lines(function: ast.FunctionDef) -> int:
    """A function's body without the functions it holds: a flat route table is as long as its routes."""
    inner = [one for one in function.body if isinstance(one, ast.FunctionDef)]
    whole = (function.end_lineno or 0) - function.body[0].lineno + 1
    return whole - sum((one.end_lineno or 0) - one.lineno + 1 for one in inner)


def test_every_module_is_used() -> None:
    reachable = set().union(*(imported(path) for path in modules()))
    found_by_name = ("scanrefund.__main__", "scanrefund.ledger.migrations")
    dead = [
        name_of(path)
        for path in modules()
        if path.name != "__init__.py"
        and name_of(path) not in reachable
        and not name_of(path).startswith(found_by_name)
        and '__name__ == "__main__"' not in path.read_text(encoding="utf-8")
    ]
    assert dead == []


@pytest.mark.parametrize("package", DOORS)
def test_an_outside_package_has_one_door(package: str) -> None:
    users = {
        name_of(path) for path in modules() if package in {name.split(".")[0] for name in imported(path)}
    }
    strangers = {user for user in users if not user.startswith(DOORS[package])}
    assert strangers == set()


def test_broad_excepts_stand_only_at_the_doors() -> None:
    doors = (
        PACKAGE / "cli",
        PACKAGE / "sandbox",
        PACKAGE / "readiness.py",
        PACKAGE / "web" / "application.py",
        PACKAGE / "web" / "shift_start.py",
        PACKAGE / "web" / "api" / "application.py",
    )
    broad = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules()
        if not any(path == door or door in path.parents for door in doors)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and _is_broad(node)
    ]
    assert broad == []


def _is_broad(handler: ast.ExceptHandler) -> bool:
    caught = handler.type
    return caught is None or (isinstance(caught, ast.Name) and caught.id in ("Exception", "BaseException"))
