"""`scanrefund`, and the same as `python -m scanrefund`."""

from __future__ import annotations

import sys
from typing import NoReturn

from scanrefund import exits


def run() -> NoReturn:
    """The program. Loading it takes a moment: Ctrl-C in that moment ends it as quietly as later."""
    try:
        from scanrefund.cli.main import main  # noqa: PLC0415  (the moment)
    except KeyboardInterrupt:
        sys.exit(exits.INTERRUPTED)
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
