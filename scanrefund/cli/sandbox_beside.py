"""The sandbox that a rehearsing counter brings along where none serves: started, looked after, stopped."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scanrefund.errors import Fault

if TYPE_CHECKING:
    from scanrefund.config import Settings

# The sandbox's own first choice; where it is taken, any.
SANDBOX_PORT: Final = 8643
# A first start makes the keys of two wallets: seconds on a counter's PC.
SANDBOX_START_S: Final = 60.0


class Sandbox:
    """The sandbox of a counter: a child of its own, or somebody else's that is left alone."""

    def __init__(self, folder: Path, port: int, child: subprocess.Popen[str] | None) -> None:
        self._folder = folder
        self._port = port
        self._child = child

    def look(self) -> None:
        """Start a child anew that has ended. It may serve elsewhere then. Raises sandbox_does_not_start."""
        if self._child is not None and self._child.poll() is not None:
            self._child.communicate()
            self._child = _start_sandbox(self._folder, self._port)

    def stop(self) -> None:
        """End a child."""
        if self._child is not None:
            self._child.terminate()
            self._child.communicate()


def first_port(*, training: bool) -> int:
    """The port to try first. The shop's own is left free by the training, which may be open beside it."""
    return 0 if training else SANDBOX_PORT


@contextmanager
def sandbox_beside(settings: Settings) -> Iterator[Sandbox]:
    """A sandbox of our own while the block runs, in rehearsal, where none serves from that folder."""
    if settings.sandbox_trouble is not None:
        raise settings.sandbox_trouble
    ours = settings.rehearsal and not _serves(settings)
    port = first_port(training=settings.training)
    child = _start_sandbox(settings.sandbox_dir, port) if ours else None
    sandbox = Sandbox(settings.sandbox_dir, port, child)
    try:
        yield sandbox
    finally:
        sandbox.stop()


def _serves(settings: Settings) -> bool:
    from scanrefund.web.network import answers

    return bool(settings.sandbox_url) and answers(settings.sandbox_url)


def _start_sandbox(folder: Path, wanted: int) -> subprocess.Popen[str]:
    """A sandbox that serves; port 0 is its last one, or a free one. Raises Fault sandbox_does_not_start."""
    port = wanted if _is_free(wanted) else 0
    command = [sys.executable, "-m", "scanrefund", "sandbox", "--dir", str(folder), "--port", str(port)]
    # In a group of its own: Ctrl-C is for us, and a trip under way still needs the sandbox.
    sandbox = subprocess.Popen(  # noqa: S603  (our own program)
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    if not _is_ready(sandbox):
        sandbox.kill()
        sandbox.communicate()
        raise Fault("sandbox_does_not_start", why=f"exit {sandbox.returncode}")
    return sandbox


def _is_ready(sandbox: subprocess.Popen[str]) -> bool:
    late = threading.Timer(SANDBOX_START_S, sandbox.kill)
    late.start()
    try:
        line = sandbox.stdout.readline() if sandbox.stdout else ""
        return bool(json.loads(line or "{}").get("base_url"))
    except ValueError:
        return False
    finally:
        late.cancel()


def _is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False
