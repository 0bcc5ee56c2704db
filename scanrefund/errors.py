"""The faults: what is broken on our side, drawn as a tree.

    Fault                     something of ours is broken; caught once, at the doors
    ├── UsageFault            the person at the keyboard asked for something that cannot be (exit 2)
    │   └── ConfigFault       the settings are wrong; every problem is listed at once
    ├── SourceFault           no light: camera, picture file or decoder (exit 70)
    │   └── PictureFault      the file given holds no picture that can be read (exit 1)
    ├── LedgerFault           the database is missing, foreign, locked or full (exit 70)
    ├── KeyFault              a key file is missing, foreign or readable by others (exit 70)
    ├── NetworkFault          no usable answer over HTTP
    │   ├── NotSent           provably nothing left this machine
    │   └── NoAnswer          something may have left; what came back is no answer
    ├── NoticeFault           a notice said to be a wallet's cannot be believed
    ├── PrinterFault          the receipt printer is not there, away or stopped (exit 70)
    └── Bug                   our own rule about our own code was broken

A fault carries a `code` from a closed list and `details`; the sentence people read comes from the
catalogues in `scanrefund/say/`, never from here. A refusal (our rules said no) and an outcome (a wallet
answered) are values, not faults: see `model/refusal.py` and `model/outcome.py`.
"""

from __future__ import annotations

import errno

from scanrefund import exits


class Fault(Exception):
    """Something of ours is broken. `code` names the sentence, `details` fill its gaps."""

    exit_code = exits.BROKEN

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details

    def __str__(self) -> str:
        gaps = ", ".join(f"{name}={value!s}" for name, value in self.details.items())
        return f"{self.code} ({gaps})" if gaps else self.code


class UsageFault(Fault):
    """The person at the keyboard asked for something that cannot be."""

    exit_code = exits.WRONG_USE


class ConfigFault(UsageFault):
    """The settings are wrong. `problems` holds every one, each with its place."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("config_wrong", count=len(problems), problems="; ".join(problems))
        self.problems = problems


class SourceFault(Fault):
    """A camera, a picture or a decoder gives no light."""


class PictureFault(SourceFault):
    """The file given holds no picture that can be read: nothing was read, as from an empty picture."""

    exit_code = exits.REFUSED


class LedgerFault(Fault):
    """The database is missing, foreign, locked or full."""


class KeyFault(Fault):
    """A key file is missing, foreign, damaged or readable by others."""


class NetworkFault(Fault):
    """No usable answer over HTTP."""


class NotSent(NetworkFault):
    """Provably nothing left this machine: name look-up, connect or TLS failed."""


class NoAnswer(NetworkFault):
    """Something may have left this machine, and what came back is no answer."""


class NoticeFault(Fault):
    """A notice that is said to be a wallet's cannot be believed, or speaks of another shop."""


class PrinterFault(Fault):
    """The receipt printer is not there, away, or stopped in the middle."""


class Bug(Fault):
    """A rule about our own code was broken: stop, do not guess."""


def os_cause(error: OSError) -> str:
    """The system's name of what went wrong (`ENOENT`); the catalogues have words for the usual ones."""
    return errno.errorcode.get(error.errno or 0, "")
