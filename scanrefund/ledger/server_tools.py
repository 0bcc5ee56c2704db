"""The programs that come with PostgreSQL, run with a bound, and ended when ours ends.

A password goes to them by their environment, never on a command line that others can list.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from typing import IO, Final

from sqlalchemy import URL

from scanrefund.errors import LedgerFault, UsageFault

# Many years of a busy shop; a tool that takes longer waits for something that does not come.
TOOL_S_MAX: Final = 3_600
# One that is told to end tells the server so, which may not answer.
STOP_S_MAX: Final = 1
_ERROR_CHARS_MAX: Final = 300
_PLAIN: Final = ("--no-owner", "--no-privileges", "--no-password")


class ServerTools:
    """One tool at a time, to its end, to `stop`, or for so many seconds."""

    def __init__(self, limit_s: float = TOOL_S_MAX) -> None:
        self._limit_s = limit_s
        self._lock = threading.Lock()
        self._is_stopped = False
        self._running: subprocess.Popen[bytes] | None = None

    def run(self, tool: str, url: URL, *options: str, into: IO[bytes] | None = None) -> None:
        """Run a tool on a database; what it prints goes `into` a file.

        Raises UsageFault where it is not installed, LedgerFault where it fails, hangs or is stopped.
        """
        call = [found(tool), *_PLAIN, f"--dbname={_without_password(url)}", *options]
        password = url.password or url.query.get("password")
        environment = dict(os.environ) | ({"PGPASSWORD": str(password)} if password else {})
        try:
            process = self._begun(call, environment, into)
            code, told = self._ended(process)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise LedgerFault("pg_tool_failed", tool=tool, found=type(error).__name__) from None
        if code != 0:
            raise LedgerFault("pg_tool_failed", tool=tool, found=_last_line(told))

    def stop(self) -> None:
        """End the tool that runs. No other one begins."""
        with self._lock:
            self._is_stopped = True
            running = self._running
        if running is None:
            return
        running.terminate()
        try:
            running.wait(STOP_S_MAX)
        except subprocess.TimeoutExpired:
            running.kill()

    def _begun(
        self, call: list[str], environment: dict[str, str], into: IO[bytes] | None
    ) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._is_stopped:
                raise InterruptedError
            self._running = subprocess.Popen(  # noqa: S603  (a tool of the server, with options of ours)
                call,
                stdin=subprocess.DEVNULL,
                stdout=into or subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=environment,
            )
            return self._running

    def _ended(self, process: subprocess.Popen[bytes]) -> tuple[int, bytes]:
        try:
            with process:
                try:
                    _, told = process.communicate(timeout=self._limit_s)
                finally:
                    # Whatever ends the waiting ends the tool; one that has ended hears nothing.
                    process.kill()
        finally:
            with self._lock:
                self._running = None
        return process.returncode, told


def found(tool: str) -> str:
    """The path of a tool. Raises UsageFault where it is not installed."""
    path = shutil.which(tool)
    if path is None:
        raise UsageFault("pg_tool_missing", tool=tool)
    return path


def _without_password(url: URL) -> str:
    """The address as libpq reads it. `URL.set` leaves a password alone that is set to None."""
    query = {name: value for name, value in url.query.items() if name != "password"}
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    return bare.render_as_string(hide_password=False)


def _last_line(told: bytes) -> str:
    lines = told.decode("utf-8", "replace").strip().splitlines() or [""]
    return lines[-1][:_ERROR_CHARS_MAX]
