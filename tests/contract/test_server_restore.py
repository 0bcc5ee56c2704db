"""A copy put back on a real PostgreSQL: two renames at once, the old one kept; or nothing is replaced."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from scanrefund.errors import KeyFault, LedgerFault
from scanrefund.keys import Keys
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.restoring import Restoring
from scanrefund.ledger.scratch import LEFT_OVER_S, SCRATCH_PREFIX
from scanrefund.ledger.server_place import NAME_BYTES_MAX
from tests.contract.server_house import LATER, PHOTO, ServerHouse, tools_of
from tests.postgres import Server
from tests.unit.builders import KEYS, NOW, ORDER, SHOP


class Cut(Exception):
    """The cable is pulled."""


BOTH = [ORDER.order_id, LATER]


@pytest.fixture(scope="module")
def built(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The database and the folder of a shop that was just copied."""
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", tools_of(postgres.bin_path))
        made = ServerHouse(postgres.new_database(), folder)
        made.work_and_back_up()
    return made.database, folder


@pytest.fixture
def unchanged(
    postgres: Server, built: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> ServerHouse:
    """A shop in which nothing happened since it was copied."""
    monkeypatch.setenv("PATH", tools_of(postgres.bin_path))
    database, folder = built
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return ServerHouse(postgres.new_database(of=database), tmp_path)


@pytest.fixture
def house(unchanged: ServerHouse) -> ServerHouse:
    """A shop that went on since it was copied."""
    unchanged.go_on()
    return unchanged


@contextmanager
def before(statement: str, do: Any) -> Iterator[None]:
    """Something that happens just before the program's first statement that begins so."""
    waiting = [do]

    def hear(*happening: Any) -> None:
        if waiting and happening[2].startswith(statement):
            waiting.pop()()

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    assert not waiting, f"nobody said {statement}"


def test_put_back_the_old_database_is_kept_and_the_books_are_behind(house: ServerHouse) -> None:
    done = house.restore()
    assert done.behind
    assert done.kept is not None
    assert house.server() == [house.database, done.kept]
    assert (house.orders(), house.orders(done.kept)) == ([ORDER.order_id], BOTH)
    restored = house.open()
    assert restored.behind_since() == NOW
    assert restored.audit([]).is_whole
    restored.close()
    assert [KEYS.opened_photo(path.stem, path.read_bytes()) for path in house.photos.iterdir()] == [PHOTO]


def test_put_back_at_once_nothing_is_lost(unchanged: ServerHouse) -> None:
    assert not unchanged.restore().behind


def test_what_another_counter_entered_since_the_copy_is_missing_too(unchanged: ServerHouse) -> None:
    other = Ledger.open(unchanged.settings, KEYS, SHOP)
    other.enter_alone(NOW, "backup_begun", {})
    other.close()
    assert unchanged.restore().behind


def test_an_old_copy_that_somebody_put_there_by_hand_tells_the_witness_nothing(
    house: ServerHouse, built: tuple[str, Path]
) -> None:
    house.server(f"DROP DATABASE {house.database}", f"CREATE DATABASE {house.database} TEMPLATE {built[0]}")
    started_again = ServerHouse(house.url.render_as_string(hide_password=False), house.photos.parent)
    assert started_again.restore().behind


def test_a_server_that_has_no_such_database_gets_it(house: ServerHouse) -> None:
    house.server(f"DROP DATABASE {house.database}")
    done = house.restore()
    assert (done.kept, house.server(), house.orders()) == (None, [house.database], [ORDER.order_id])


def test_a_name_of_any_letters_and_length_is_kept(house: ServerHouse) -> None:
    name = 'it"s %s :d ' + "账" * 17
    quoted = name.replace('"', '""').replace("%", "%%")
    house.server(f'CREATE DATABASE "{quoted}" TEMPLATE {house.database}')
    odd = ServerHouse(house.url.set(database=name).render_as_string(hide_password=False), house.photos.parent)
    done = odd.restore()
    assert done.kept is not None
    assert len(done.kept.encode()) <= NAME_BYTES_MAX
    assert (odd.orders(), odd.orders(done.kept)) == ([ORDER.order_id], BOTH)


def test_while_anybody_is_connected_it_is_refused_before_the_copy_is_looked_at(house: ServerHouse) -> None:
    house.copy.write_bytes(b"no copy")
    counter = house.open()
    assert counter.order(LATER)
    with pytest.raises(LedgerFault, match="restore_while_used"):
        house.restore()
    counter.close()
    assert (house.server(), house.orders()) == ([house.database], BOTH)


def test_who_connects_while_the_copy_is_tried_keeps_the_old_ledger_too(house: ServerHouse) -> None:
    counters = []

    def start_a_counter() -> None:
        counters.append(house.open())

    with before("CREATE DATABASE", start_a_counter), pytest.raises(LedgerFault, match="restore_while_used"):
        house.restore()
    assert counters[0].order(LATER)
    counters[0].close()
    assert (house.server(), house.orders()) == ([house.database], BOTH)


def test_a_broken_copy_and_one_of_other_keys_replace_nothing(house: ServerHouse) -> None:
    stranger = Keys(b"x" * 32, b"b" * 32, b"p" * 32)
    with pytest.raises(KeyFault):
        Restoring(house.settings, stranger, SHOP, house.witness).restore(house.copy, NOW)
    whole = house.copy.read_bytes()
    house.copy.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(LedgerFault, match="pg_tool_failed"):
        house.restore()
    house.copy.write_bytes(whole)
    (house.copy.parent / "evidence").rename(house.copy.parent / "lost")
    with pytest.raises(LedgerFault, match="copy_photo_gone"):
        house.restore()
    assert (house.server(), house.orders()) == ([house.database], BOTH)


@pytest.mark.parametrize(
    ("rights", "owner", "code"),
    [
        ("CREATEDB", "", "restore_not_permitted"),
        ("", "restorer", "restore_not_permitted"),
        ("", "nobody", "scratch_not_made"),
    ],
)
def test_who_may_not_is_told_what_is_missing(house: ServerHouse, rights: str, owner: str, code: str) -> None:
    """A database of others; one's own, but no right to make any; no database, and no right to make one."""
    house.server(f"CREATE ROLE restorer LOGIN {rights}")
    try:
        if owner == "restorer":
            house.server(f"ALTER DATABASE {house.database} OWNER TO restorer")
        database = "not_there" if owner == "nobody" else house.database
        url = house.url.set(username="restorer", database=database).render_as_string(hide_password=False)
        narrow = Restoring(LedgerSettings(url, 30), KEYS, SHOP, house.witness)
        with pytest.raises(LedgerFault) as caught:
            narrow.restore(house.copy, NOW)
    finally:
        house.server(f"REASSIGN OWNED BY restorer TO {house.url.username}", "DROP ROLE restorer")
    assert (caught.value.code, caught.value.details["user"]) == (code, "restorer")
    assert (house.server(), house.orders()) == ([house.database], BOTH)


@pytest.mark.parametrize("step", ["ALTER DATABASE", f'ALTER DATABASE "{SCRATCH_PREFIX}'])
def test_a_restore_that_ends_before_both_names_are_changed_changed_none(
    house: ServerHouse, step: str
) -> None:
    def fail() -> None:
        raise Cut

    with before(step, fail), pytest.raises(Cut):
        house.restore()
    assert (house.server(), house.orders()) == ([house.database], BOTH)


def test_what_a_killed_restore_left_goes_once_it_is_old_and_nobody_uses_it(house: ServerHouse) -> None:
    now_s = int(NOW.timestamp())
    old, young, used = (f"{SCRATCH_PREFIX}{at}_0123abcd" for at in (1, now_s * 2, 2))
    others = f"{SCRATCH_PREFIX}of_others"
    house.server(*(f"CREATE DATABASE {name}" for name in (old, young, used, others)))
    counter = ServerHouse(
        house.url.set(database=used).render_as_string(hide_password=False), house.photos.parent
    ).open()
    house.restore()
    left = set(house.server())
    counter.close()
    house.server(*(f"DROP DATABASE {name}" for name in (young, used, others)))
    assert left & {old, young, used, others} == {young, used, others}
    assert LEFT_OVER_S > 2 * 3_600
