"""`scanrefund counter`: the page a clerk works on, the worker beside it, the sandbox where one is wanted."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import Invocation, make_private, of
from scanrefund.cli.running import EXIT_OPEN, Told, open_refunds, stopped_by_signal
from scanrefund.errors import Fault, UsageFault

if TYPE_CHECKING:
    from scanrefund.assemble import House
    from scanrefund.config import Settings

# The sandbox's own first choice; where it is taken, any.
SANDBOX_PORT: Final = 8643
# A first start makes the keys of two wallets: seconds on a counter's PC.
SANDBOX_START_S: Final = 60.0
# As long as one trip to a wallet may take, and a little.
WORKER_STOP_S: Final = 130.0
# A wait that never ends hears no Ctrl-C on Windows.
_LOOK_S: Final = 0.5


def counter(
    ctx: typer.Context,
    *,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65_535, help="Loopback port instead of the configured one; 0: a free one."),
    ] = None,
    training: Annotated[
        bool, typer.Option("--training", help="Practise: ten exercises, a sandbox and books of their own.")
    ] = False,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    as_json: AsJson = False,
) -> int:
    """Serve the counter page on this machine until Ctrl-C, with the worker, and in rehearsal the sandbox."""
    from scanrefund.ledger.writer_lock import only_writer

    invocation = of(ctx)
    if as_json and open_page:
        raise UsageFault("counter_json_opens_nothing")
    settings = _settings(invocation, training=training)
    make_private(settings.home)
    alone = only_writer(settings.ledger.url, "scanrefund counter")
    with stopped_by_signal() as stopped, alone, _sandbox_beside(settings):
        # Only now the sandbox has written its keys and its address.
        settings = _settings(invocation, training=training)
        with invocation.house(settings, wallets=True) as house:
            told = Told(invocation, quiet=as_json)
            wanted = settings.page.port if port is None else port
            with _working(house, told, stopped), _page(settings, house, wanted) as url:
                _announce(url, settings, invocation, open_page=open_page, as_json=as_json)
                while not stopped.wait(_LOOK_S):
                    pass
            still_open = len(open_refunds(house))
    if not as_json:
        output.say(invocation.words("cli.counter_stopped", still_open=still_open))
    return EXIT_OPEN if still_open else 0


def _settings(invocation: Invocation, *, training: bool) -> Settings:
    """The shop's settings, or those of the training beside it."""
    from scanrefund.config.training_place import training_settings

    settings = invocation.settings()
    return training_settings(settings) if training else settings


@contextmanager
def _page(settings: Settings, house: House, port: int) -> Iterator[str]:
    """The page served; its address."""
    # FastAPI, OpenCV and the rest are heavy; `scanrefund --help` does without them.
    from scanrefund.web.application import application
    from scanrefund.web.running import running, site_of
    from scanrefund.web.serving import LOOPBACK, served

    site = site_of(settings, house)
    with running(site), served(application(site), port, site.closing.set) as listening:
        yield f"http://{LOOPBACK}:{listening}/"


@contextmanager
def _working(house: House, told: Told, stopped: threading.Event) -> Iterator[None]:
    """The worker on a thread of its own. What nobody expected there ends the program, and is raised here."""
    broken: list[BaseException] = []

    def work() -> None:
        try:
            house.worker.run(stopped.is_set, told, told.fault)
        except BaseException as error:  # noqa: BLE001  (told by the door, on the main thread)
            broken.append(error)
            stopped.set()

    worker = threading.Thread(target=work, name="worker", daemon=True)
    worker.start()
    try:
        yield
    finally:
        stopped.set()
        worker.join(WORKER_STOP_S)
    if broken:
        raise broken[0]


def _announce(
    url: str, settings: Settings, invocation: Invocation, *, open_page: bool, as_json: bool
) -> None:
    if as_json:
        told = {"event": "ready", "url": url, "rehearsal": settings.rehearsal, "training": settings.training}
        output.document(told)
        return
    told_as = "counter_trains" if settings.training else "counter_serves"
    output.say(invocation.words(f"cli.{told_as}", url=url))
    if open_page and not webbrowser.open(url):
        output.complain(invocation.words("cli.counter_no_browser", url=url))


@contextmanager
def _sandbox_beside(settings: Settings) -> Iterator[None]:
    """A sandbox of our own while the block runs, in rehearsal, where none serves from that folder."""
    if settings.sandbox_trouble is not None:
        raise settings.sandbox_trouble
    if not settings.rehearsal or _serves(settings):
        yield
        return
    port = SANDBOX_PORT if _is_free(SANDBOX_PORT) and not settings.training else 0
    sandbox = _start_sandbox(settings.sandbox_dir, port)
    try:
        yield
    finally:
        sandbox.terminate()
        sandbox.communicate()


def _serves(settings: Settings) -> bool:
    from scanrefund.web.network import answers

    return settings.wechat is not None and answers(settings.wechat.base_url)


def _start_sandbox(folder: Path, port: int) -> subprocess.Popen[str]:
    """A sandbox that serves; port 0 is its last one, or a free one. Raises Fault sandbox_does_not_start."""
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
