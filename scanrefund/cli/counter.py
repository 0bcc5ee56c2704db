"""`scanrefund counter`: the page a clerk works on, the worker beside it, the sandbox where one is wanted."""

from __future__ import annotations

import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Final

import typer

from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import Invocation, make_private, of
from scanrefund.cli.running import EXIT_OPEN, Told, has_moved, open_refunds, stopped_by_signal
from scanrefund.cli.sandbox_beside import Sandbox, sandbox_beside
from scanrefund.errors import UsageFault

if TYPE_CHECKING:
    from scanrefund.assemble import House
    from scanrefund.config import Settings
    from scanrefund.web.site import Site

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
    alone, still_open = only_writer(settings.ledger.url, "scanrefund counter"), 0
    with stopped_by_signal() as stopped, alone, sandbox_beside(settings) as sandbox:
        page = _Page(settings.page.port if port is None else port)
        told = Told(invocation, quiet=as_json)
        while not stopped.is_set():
            # Only now the sandbox has written its keys and its address.
            settings = _settings(invocation, training=training)
            with (
                invocation.house(settings, wallets=True) as house,
                _working(house, told, stopped),
                page.served(settings, house) as url,
            ):
                if page.is_first:
                    _announce(url, settings, invocation, open_page=open_page, as_json=as_json)
                _until_moved(settings, stopped, sandbox)
        with invocation.house(settings, wallets=False) as house:
            still_open = len(open_refunds(house))
    if not as_json:
        output.say(invocation.words("cli.counter_stopped", still_open=still_open))
    return EXIT_OPEN if still_open else 0


def _until_moved(settings: Settings, stopped: threading.Event, sandbox: Sandbox) -> None:
    """Wait until told to stop, or until the sandbox serves elsewhere: the house is opened anew for it."""
    while not stopped.wait(_LOOK_S) and not has_moved(settings):
        sandbox.look()


def _settings(invocation: Invocation, *, training: bool) -> Settings:
    """The shop's settings, or those of the training beside it."""
    from scanrefund.config.training_place import training_settings

    settings = invocation.settings()
    return training_settings(settings) if training else settings


class _Page:
    """The page on one port for as long as the counter runs, whatever house stands behind it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._last: Site | None = None
        self.is_first = True

    @contextmanager
    def served(self, settings: Settings, house: House) -> Iterator[str]:
        """The page served; its address."""
        # FastAPI, OpenCV and the rest are heavy; `scanrefund --help` does without them.
        from scanrefund.web.application import application
        from scanrefund.web.running import running, site_of
        from scanrefund.web.serving import LOOPBACK, served

        site = site_of(settings, house)
        if self._last is not None:
            self.is_first = False
            site.go_on_from(self._last)
        self._last = site
        with running(site), served(application(site), self._port, site.closing.set) as self._port:
            yield f"http://{LOOPBACK}:{self._port}/"


@contextmanager
def _working(house: House, told: Told, stopped: threading.Event) -> Iterator[None]:
    """The worker on a thread of its own. What nobody expected there ends the program, and is raised here."""
    broken: list[BaseException] = []
    over = threading.Event()

    def work() -> None:
        try:
            house.worker.run(lambda: over.is_set() or stopped.is_set(), told, told.fault)
        except BaseException as error:  # noqa: BLE001  (told by the door, on the main thread)
            broken.append(error)
            stopped.set()

    worker = threading.Thread(target=work, name="worker", daemon=True)
    worker.start()
    try:
        yield
    finally:
        over.set()
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
