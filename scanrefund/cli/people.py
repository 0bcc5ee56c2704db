"""Who sits at the terminal: PINs and codes, typed hidden or read from standard input, and believed or not."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Final

import typer

from scanrefund.cli.invocation import Invocation
from scanrefund.errors import UsageFault
from scanrefund.model.staff import Permission, Secret, Staff

if TYPE_CHECKING:
    from scanrefund.house import House

# A PIN has eight digits at most; whatever is longer came from somewhere else.
_LINE_BYTES_MAX: Final = 64

By = Annotated[str, typer.Option("--by", metavar="STAFF_ID", help="Who you are; your PIN is asked.")]
ByKnown = Annotated[
    str,
    typer.Option("--by", metavar="STAFF_ID", help="Who you are, where staff is known; your PIN is asked."),
]
PinStdin = Annotated[
    bool, typer.Option("--pin-stdin", help="Read PINs from standard input, one a line, in the order asked.")
]


class Asker:
    """Asks for secrets, one after another. A terminal shows nothing of them; a pipe gives them by line."""

    def __init__(self, invocation: Invocation, *, pin_stdin: bool) -> None:
        self._invocation = invocation
        self._pin_stdin = pin_stdin

    def secret(self, key: str, **gaps: object) -> Secret:
        """One PIN or code. Raises UsageFault where nobody can be asked."""
        if self._pin_stdin:
            line = sys.stdin.buffer.readline(_LINE_BYTES_MAX)
            return Secret(line.decode("utf-8", "replace").strip())
        if not sys.stdin.isatty():
            raise UsageFault("pin_cannot_be_asked")
        return Secret(getpass.getpass(self._invocation.words(f"cli.{key}", **gaps)))

    def new_pin(self) -> Secret:
        """A new PIN, on a terminal typed twice. Raises UsageFault pins_differ."""
        first = self.secret("new_pin")
        if self._pin_stdin:
            return first
        if self.secret("new_pin_again").reveal() != first.reveal():
            raise UsageFault("pins_differ")
        return first

    def believed(self, house: House, staff_id: str, permission: Permission) -> Staff:
        """Somebody who proves himself for one thing. Raises SignInFault."""
        from scanrefund.staff_desk import refused

        found = house.staff.authorise(staff_id, self.secret("secret_of", staff_id=staff_id), permission)
        if found.staff is None:
            raise refused(found, permission)
        return found.staff

    def signed_in(self, house: House, staff_id: str) -> Staff:
        """Somebody who proves to be himself, whatever he may do. Raises SignInFault."""
        from scanrefund.staff_desk import refused

        found = house.staff.sign_in(staff_id, self.secret("pin_of", staff_id=staff_id))
        if found.staff is None:
            raise refused(found)
        return found.staff


@contextmanager
def proved(
    invocation: Invocation, by: str, permission: Permission | None, *, pin_stdin: bool, wallets: bool = False
) -> Iterator[House]:
    """The house, for a decision of somebody who has proved himself as `prove` wants it."""
    with invocation.house(invocation.settings(), wallets=wallets) as house:
        prove(house, by, permission, Asker(invocation, pin_stdin=pin_stdin))
        yield house


def prove(house: House, by: str, permission: Permission | None, asker: Asker) -> None:
    """Where staff is known, whoever decides proves himself. Without a permission, that of the refund's own
    clerk is enough: the ledger knows whose it is.
    """
    if not house.staff.has_staff():
        return
    if permission is None:
        asker.signed_in(house, by)
    else:
        asker.believed(house, by, permission)


def prove_if_known(house: House, by: str, permission: Permission, asker: Asker) -> None:
    """As `prove`, for what needs no name in a shop without staff. Raises UsageFault by_missing."""
    if house.staff.has_staff() and not by:
        raise UsageFault("by_missing")
    prove(house, by, permission, asker)
