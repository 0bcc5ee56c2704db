"""Copies of a ledger on a real PostgreSQL: whole, private, tried in a database that is gone afterwards."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from scanrefund.errors import KeyFault, LedgerFault, UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.evidence import EvidenceBox
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.scratch import SCRATCH_PREFIX
from scanrefund.ledger.server_backup import ServerCopies, on_server
from scanrefund.ledger.server_tools import ServerTools
from scanrefund.model.evidence import Evidence, EvidenceKind
from tests.contract.server_house import tools_of
from tests.postgres import Server
from tests.unit.builders import KEYS, NOW, SHOP, a_ledger, open_ledger_at, reserve

PASSWORD = "s3cret-of-the-shop"
PHOTO = b"a photograph"


def copies_of(settings: LedgerSettings) -> ServerCopies:
    return ServerCopies(settings, ServerTools())


class Shelf:
    """A ledger on the server, and where its copies go."""

    def __init__(self, url: str, folder: Path) -> None:
        self.settings = LedgerSettings(url, 30)
        self.copy, self.photos = folder / "copies" / "one.pgdump", folder / "evidence"

    def back_up(self) -> None:
        self.made = copies_of(self.settings).back_up(KEYS, SHOP, self.copy, self.photos)

    def databases(self) -> list[str]:
        engine = create_engine(make_url(self.settings.url).set(drivername="postgresql+psycopg"))
        with engine.connect() as connection:
            found = connection.execute(text("SELECT datname FROM pg_database")).scalars().all()
        engine.dispose()
        return [str(name) for name in found if str(name).startswith(SCRATCH_PREFIX)]


@pytest.fixture
def shelf(postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    monkeypatch.setenv("PATH", tools_of(postgres.bin_path))
    with postgres.ledger() as url:
        made = Shelf(url, tmp_path)
        with a_ledger(url) as ledger:
            _photograph(made, ledger, reserve(ledger).refund_id)
        yield made


def _photograph(shelf: Shelf, ledger: Ledger, refund_id: str) -> None:
    name = sha256(PHOTO).hexdigest()
    shelf.photos.mkdir()
    (shelf.photos / f"{name}.closed").write_bytes(KEYS.closed_photo(name, PHOTO))
    EvidenceBox(ledger).add(Evidence(0, refund_id, EvidenceKind.PHOTO, "", name, "s3", NOW))


def test_a_copy_is_made_and_tried_with_its_photographs_and_leaves_nothing_on_the_server(shelf: Shelf) -> None:
    shelf.back_up()
    assert (shelf.made.counts["refunds"], shelf.made.photos, shelf.made.photos_missing) == (1, 1, 0)
    # The copy is looked through, whatever the ledger holds by now.
    ledger = open_ledger_at(shelf.settings.url)
    ledger.enter_alone(NOW, "backup_begun", {})
    ledger.close()
    assert copies_of(shelf.settings).try_dump(shelf.copy, KEYS, SHOP) == shelf.made
    assert shelf.databases() == []
    if os.name != "nt":
        assert stat.S_IMODE(shelf.copy.stat().st_mode) == 0o600
    with pytest.raises(UsageFault, match="file_is_there"):
        shelf.back_up()


def test_damage_foreign_keys_and_a_changed_book_are_found(shelf: Shelf) -> None:
    shelf.back_up()
    with pytest.raises(KeyFault):
        copies_of(shelf.settings).try_dump(shelf.copy, Keys(b"x" * 32, b"b" * 32, b"p" * 32), SHOP)
    whole = shelf.copy.read_bytes()
    shelf.copy.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(LedgerFault, match="pg_tool_failed"):
        copies_of(shelf.settings).try_dump(shelf.copy, KEYS, SHOP)
    assert shelf.databases() == []
    shelf.copy.unlink()
    engine = create_engine(make_url(shelf.settings.url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("UPDATE book SET facts = '{}' WHERE number = 2"))
    engine.dispose()
    with pytest.raises(LedgerFault, match="copy_book_broken"):
        shelf.back_up()
    assert list(shelf.copy.parent.glob("one*")) == []


@pytest.mark.parametrize(
    "address", [f"shop:{PASSWORD}@db.example/ledger", f"shop@db.example/ledger?password={PASSWORD}"]
)
def test_the_password_is_on_no_command_line_and_in_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """A tool that writes down how it was called, and fails."""
    told = tmp_path / "told"
    tool = tmp_path / "bin" / "pg_dump"
    tool.parent.mkdir()
    lines = ("#!/bin/sh", f'echo "$@" > {told}', f'echo "$PGPASSWORD" >> {told}', "echo broken >&2", "exit 1")
    tool.write_text("\n".join(lines) + "\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", tools_of(tool.parent))
    settings = LedgerSettings(f"postgresql+psycopg://{address}", 30)
    with pytest.raises(LedgerFault) as caught:
        copies_of(settings)._dump(tmp_path / "copy")
    line, environment = told.read_text().splitlines()
    assert PASSWORD not in line
    assert "--dbname=postgresql://shop@db.example/ledger" in line
    assert environment == PASSWORD
    assert (caught.value.code, PASSWORD in repr(caught.value.details)) == ("pg_tool_failed", False)


def test_a_machine_without_the_tools_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageFault, match="pg_tool_missing"):
        copies_of(LedgerSettings("postgresql://shop@db.example/ledger", 30))._dump(tmp_path / "copy")


def test_a_user_who_may_make_no_database_is_told_what_to_do(shelf: Shelf, tmp_path: Path) -> None:
    shelf.back_up()
    engine = create_engine(
        make_url(shelf.settings.url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text("DROP ROLE IF EXISTS narrow"))
        connection.execute(text("CREATE ROLE narrow LOGIN"))
    engine.dispose()
    url = make_url(shelf.settings.url).set(username="narrow").render_as_string(hide_password=False)
    with pytest.raises(LedgerFault) as caught:
        copies_of(LedgerSettings(url, 30)).try_dump(shelf.copy, KEYS, SHOP)
    assert caught.value.code == "scratch_not_made"
    assert shelf.databases() == []


def test_what_lies_on_a_server_is_known_by_its_address() -> None:
    assert on_server("postgresql+psycopg://a@b/c")
    assert not on_server("sqlite:///x")
    with pytest.raises(LedgerFault, match="ledger_url_wrong"):
        on_server("no address")
