"""What a command ends with, for whoever calls it from a script; `docs/cli.md` tells the same."""

from __future__ import annotations

from typing import Final

DONE: Final = 0
# Our rules said no; a picture held nothing that could be read; a rehearsal went otherwise than it should.
REFUSED: Final = 1
# The command line or the configuration is wrong, or asks for what cannot be.
WRONG_USE: Final = 2
# Money may still move.
OPEN: Final = 3
DECLINED: Final = 4
NEEDS_A_PERSON: Final = 5
# Something of ours is broken.
BROKEN: Final = 70
# Ctrl-C, or a person's no.
INTERRUPTED: Final = 130
