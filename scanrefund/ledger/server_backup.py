"""Copies of a ledger on PostgreSQL: made by the server's own tools while it is in use, tried in a database
that lives only for that.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

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
from scanrefund.ledger.server_tools import ServerTools, found

SUFFIX: Final = ".pgdump"


def on_server(url: str) -> bool:
    """Whether a ledger lies on a PostgreSQL server. Raises LedgerFault for what is no address."""
    return address(url).get_backend_name() == "postgresql"


def address(url: str) -> URL:
    """A ledger's address in its parts. Raises LedgerFault for what is none."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        # The address may hold a password: neither it nor the cause is shown.
        raise LedgerFault("ledger_url_wrong") from None


class ServerCopies:
    """Makes and tries the copies of one ledger, with one set of tools."""

    def __init__(self, settings: LedgerSettings, tools: ServerTools) -> None:
        self._settings, self._tools, self._url = settings, tools, address(settings.url)

    def back_up(self, keys: Keys, shop: Shop, target: Path, photos: Path | None = None) -> Tried:
        """Copy the ledger into a new file `target` (0600, pg_dump's custom form), and try the copy.

        Nobody waits meanwhile. Raises UsageFault where a tool is missing or the name is taken, LedgerFault
        where a tool fails, no database can be made to try the copy in, or the copy is not whole.
        """
        return kept_whole(
            target, self._dump, lambda aside: self.try_dump(aside, keys, shop), self._settings, (photos, keys)
        )

    def try_dump(self, path: Path, keys: Keys, shop: Shop) -> Tried:
        """Restore a copy into a database of its own, open it there as the ledger would be, look through it.

        Raises as `back_up`, and KeyFault for a ledger of other keys.
        """
        with self.laid_out(path, keys, shop, self._url) as (_, tried):
            return tried

    @contextmanager
    def laid_out(
        self, path: Path, keys: Keys, shop: Shop, through: URL
    ) -> Iterator[tuple[LedgerSettings, Tried]]:
        """A copy that passed, open to be used in a database of its own; what `try_dump` raises.

        Databases are made and dropped over connections to `through`.
        """
        if not path.is_file():
            raise UsageFault("path_missing", path=path)
        found("pg_restore")
        with scratch(self._url, through) as beside:
            self._tools.run("pg_restore", beside, "--exit-on-error", str(path.absolute()))
            lies = LedgerSettings(beside.render_as_string(hide_password=False), self._settings.busy_timeout_s)
            opened = Ledger.open(lies, keys, shop)
            try:
                tried = look_through(opened, keys, path)
            finally:
                opened.close()
            yield lies, replace(tried, photos=photo_copies.try_photos(path, keys))

    def _dump(self, aside: Path) -> None:
        """The tool writes into a pipe: the file is ours, for its owner alone from its first byte."""
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            self._tools.run("pg_dump", self._url, "--format=custom", into=file)
            file.flush()
            os.fsync(file.fileno())
