"""A tool of the server that hangs until a test lets it go."""

from __future__ import annotations

import os
import select
import shutil
from pathlib import Path
from typing import Self

import pytest

from tests.contract.server_house import tools_of

BEGIN_S_MAX = 60


class Tool:
    """Stands before `pg_dump`: says that it began, waits until it is let go, then becomes the real one."""

    def __init__(self, folder: Path, bin_path: Path, patch: pytest.MonkeyPatch) -> None:
        real = shutil.which("pg_dump", path=tools_of(bin_path))
        folder.mkdir()
        self._began, self._gate = folder / "began", folder / "gate"
        for pipe in (self._began, self._gate):
            os.mkfifo(pipe)
        # Open to read and write, so that neither side waits for the other to open.
        self._ends = [os.open(pipe, os.O_RDWR) for pipe in (self._began, self._gate)]
        path = folder / "pg_dump"
        waits = f"#!/bin/sh\necho $$ > {self._began}\nread told < {self._gate}\n"
        path.write_text(f'{waits}[ "$told" = fail ] && exit 1\nexec {real} "$@"\n')
        path.chmod(0o755)
        patch.setenv("PATH", os.pathsep.join([str(folder), tools_of(bin_path)]))

    def began(self) -> int:
        """Wait until it runs; its process."""
        ready, _, _ = select.select(self._ends[:1], [], [], BEGIN_S_MAX)
        assert ready, "nobody started the tool"
        return int(os.read(self._ends[0], 100))

    def let_go(self, told: str = "work") -> None:
        os.write(self._ends[1], f"{told}\n".encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_how: object) -> None:
        for end in self._ends:
            os.close(end)
