"""What the customer shows, from camera, picture or keyboard: the three ways into one Reading."""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scanrefund.cli import output
from scanrefund.cli.invocation import Invocation
from scanrefund.errors import Fault, UsageFault
from scanrefund.model.shown import Reading
from scanrefund.say.speak import say_fault

if TYPE_CHECKING:
    from scanrefund.config import Settings


def now() -> datetime:
    return datetime.now(UTC)


def from_source(
    invocation: Invocation, settings: Settings, camera: str | None, image: Path | None, watch_s: int | None
) -> Reading:
    """Read what is shown to a camera (an empty name means the configured one) or stands in a picture."""
    from scanrefund.scan.reader import read_picture_file, watch
    from scanrefund.scan.source import live_from

    if camera is not None and image is not None:
        raise UsageFault("one_source_only")
    if image is not None:
        return read_picture_file(image)
    for_s = settings.watch_s_max if watch_s is None else watch_s
    look_here = invocation.words("cli.look_into_camera")
    with output.waiting(look_here) as waiting, live_from(camera or settings.camera, now) as live:

        def tell(fault: Fault | None) -> None:
            waiting(say_fault(fault, invocation.spoken()) if fault else look_here)

        return watch(live, for_s=for_s, tell=tell)


def warm_child() -> None:
    """Let the process that reads pictures start while this one still reads its settings."""
    from scanrefund.scan.child import CHILDREN

    CHILDREN.warm()


def from_keyboard(invocation: Invocation) -> Reading | None:
    """Standard input: typed and hidden on a terminal, else scanned. None when there is nothing."""
    from scanrefund.scan.keyboard import lines_at_hand, more_waits_in
    from scanrefund.scan.reader import read_line, read_lines

    if sys.stdin.isatty():
        line = getpass.getpass(invocation.words("cli.show_code_now"))
        return read_line(line, typed=True, now=now()) if line.strip() else None
    lines = lines_at_hand(sys.stdin.buffer, lambda: more_waits_in(sys.stdin.fileno()))
    return read_lines(lines, now=now())


def warn_of_reveal(invocation: Invocation) -> None:
    """A code shown in full can be charged by anyone who sees it."""
    output.complain(invocation.words("cli.reveal_warning"))
