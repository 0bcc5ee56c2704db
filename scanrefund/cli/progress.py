"""How far a long run of `decode` is: a bar with rate and time left on a terminal, nothing in a pipe."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol

from scanrefund.cli.invocation import Invocation

if TYPE_CHECKING:
    from rich.progress import Progress

DRAWN_EVERY_S: Final = 0.1


class Bar(Protocol):
    """`seen` for every item that is handed out, `done` for every line, `cleared` around what is printed."""

    def seen(self, *, inner: bool) -> None: ...

    def done(self) -> None: ...

    def clear(self) -> None: ...


class NoBar:
    """Nobody watches."""

    def seen(self, *, inner: bool) -> None:
        pass

    def done(self) -> None:
        pass

    def clear(self) -> None:
        pass


class DrawnBar:
    """Drawn by whoever reads the lines, so that bar and lines never mix.

    The total is known late: files are counted beside the work, what is inside a file when it is opened.
    """

    def __init__(self, progress: Progress, text: str) -> None:
        self._progress = progress
        self._task = progress.add_task(text, total=None)
        self._drawn_at = 0.0
        self._inner = 0
        self._files: int | None = None

    def counted(self, files: int) -> None:
        self._files = files

    def seen(self, *, inner: bool) -> None:
        self._inner += inner

    def done(self) -> None:
        total = None if self._files is None else self._files + self._inner
        self._progress.update(self._task, advance=1, total=total)
        if time.monotonic() - self._drawn_at > DRAWN_EVERY_S:
            self._progress.refresh()
            self._drawn_at = time.monotonic()

    def clear(self) -> None:
        """Take the bar off the line that the cursor is on."""
        from rich.control import Control
        from rich.segment import ControlType

        if sys.stdout.isatty():
            self._progress.console.control(
                Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2))
            )


@contextmanager
def bar(invocation: Invocation, count: Callable[[], int]) -> Iterator[Bar]:
    """A bar for the run of a command. `count` says how many files there are; it may take its time."""
    if not sys.stderr.isatty():
        yield NoBar()
        return
    with _progress(invocation) as progress:
        drawn = DrawnBar(progress, invocation.words("cli.reading_files"))
        threading.Thread(target=lambda: drawn.counted(count()), daemon=True).start()
        yield drawn


def _progress(invocation: Invocation) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    class Rate(TextColumn):
        def render(self, task: Any) -> Any:
            speed = task.finished_speed or task.speed
            self.text_format = invocation.words("batch.read_per_second", rate=f"{speed:.1f}") if speed else ""
            return super().render(task)

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(""),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
