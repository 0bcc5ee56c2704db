"""Copies of a ledger on PostgreSQL: made by the server's own tools while it is in use, tried in a database
that lives only for that.

A password goes to the tools by their environment, never on a command line that others can list.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Final

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from scanrefund.errors import LedgerFault, UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger import photo_copies
from scanrefund.ledger.backup import Tried, kept_whole, look_through
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.ledger import Ledger, Shop
from scanrefund.ledger.scratch import scratch

SUFFIX: Final = ".pgdump"
# Many years of a busy shop; a tool that takes longer waits for something that does not come.
TOOL_S_MAX: Final = 3_600
_ERROR_CHARS_MAX: Final = 300
_PLAIN: Final = ("--no-owner", "--no-privileges", "--no-password")


def on_server(url: str) -> bool:
    """Whether a ledger lies on a PostgreSQL server. Raises LedgerFault for what is no address."""
    return address(url).get_backend_name() == "postgresql"


def back_up_server(
    settings: LedgerSettings, keys: Keys, shop: Shop, target: Path, photos: Path | None = None
) -> Tried:
    """Copy the ledger into a new file `target` (0600, pg_dump's custom form), and try the copy.

    Nobody waits meanwhile. Raises UsageFault where a tool is missing or the name is taken, LedgerFault where
    a tool fails, no database can be made to try the copy in, or the copy is not whole.
    """
    return kept_whole(
        target,
        lambda aside: _dump(address(settings.url), aside),
        lambda aside: try_dump(aside, settings, keys, shop),
        settings,
        (photos, keys),
    )


def try_dump(path: Path, settings: LedgerSettings, keys: Keys, shop: Shop) -> Tried:
    """Restore a copy into a database of its own, open it there as the ledger would be, look at everything.

    Raises as `back_up_server`, and KeyFault for a ledger of other keys.
    """
    with laid_out(path, settings, keys, shop, address(settings.url)) as (_, tried):
        return tried


@contextmanager
def laid_out(
    path: Path, settings: LedgerSettings, keys: Keys, shop: Shop, through: URL
) -> Iterator[tuple[LedgerSettings, Tried]]:
    """A copy that passed, open to be used in a database of its own; what `try_dump` raises.

    Databases are made and dropped over connections to `through`.
    """
    if not path.is_file():
        raise UsageFault("path_missing", path=path)
    _tool("pg_restore")
    with scratch(address(settings.url), through) as beside:
        _run("pg_restore", beside, "--exit-on-error", str(path.absolute()))
        lies = LedgerSettings(beside.render_as_string(hide_password=False), settings.busy_timeout_s)
        opened = Ledger.open(lies, keys, shop)
        try:
            tried = look_through(opened, keys, path)
        finally:
            opened.close()
        yield lies, replace(tried, photos=photo_copies.try_photos(path, keys))


def _dump(url: URL, aside: Path) -> None:
    """The tool writes into a pipe: the file is ours, for its owner alone from its first byte."""
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        _run("pg_dump", url, "--format=custom", into=file)
        file.flush()
        os.fsync(file.fileno())


def _run(tool: str, url: URL, *options: str, into: IO[bytes] | None = None) -> None:
    call = [_tool(tool), *_PLAIN, f"--dbname={_without_password(url)}", *options]
    password = url.password or url.query.get("password")
    environment = dict(os.environ) | ({"PGPASSWORD": str(password)} if password else {})
    try:
        ended = subprocess.run(  # noqa: S603  (a tool of the server, with options of ours)
            call,
            stdin=subprocess.DEVNULL,
            stdout=into or subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment,
            timeout=TOOL_S_MAX,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LedgerFault("pg_tool_failed", tool=tool, found=type(error).__name__) from None
    if ended.returncode != 0:
        raise LedgerFault("pg_tool_failed", tool=tool, found=_last_line(ended.stderr))


def address(url: str) -> URL:
    """A ledger's address in its parts. Raises LedgerFault for what is none."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        # The address may hold a password: neither it nor the cause is shown.
        raise LedgerFault("ledger_url_wrong") from None


def _without_password(url: URL) -> str:
    """The address as libpq reads it. `URL.set` leaves a password alone that is set to None."""
    query = {name: value for name, value in url.query.items() if name != "password"}
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    return bare.render_as_string(hide_password=False)


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise UsageFault("pg_tool_missing", tool=name)
    return found


def _last_line(told: bytes) -> str:
    lines = told.decode("utf-8", "replace").strip().splitlines() or [""]
    return lines[-1][:_ERROR_CHARS_MAX]
