"""What a wallet's code comes to, and how much of it a signature lets us believe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from scanrefund.model.outcome import Closing, Outcome, Signature


@dataclass(frozen=True, slots=True)
class Line:
    """One code's outcome and why. `alarm` asks a person to look, whatever happens next; `wait_s` is how
    long the wallet wants no further call.

    In a table for orders ABSENT means that the wallet has no such order, and DECLINED that it will not
    close it.
    """

    outcome: Outcome
    why: str
    alarm: bool = False
    wait_s: int = 0


CodeTable: TypeAlias = Mapping[str, Line]

RATE_WAIT_S: Final = 60  # WeChat Pay's documents ask for a minute; Alipay's name no time

UNLISTED: Final = Line(Outcome.UNKNOWN, "a code this table does not know proves nothing", alarm=True)
FORGED: Final = Line(Outcome.UNKNOWN, "the signature is wrong: nothing in it is believed", alarm=True)
STRANGE_KEY: Final = Line(Outcome.UNKNOWN, "signed with a key we do not hold: add it, then ask", alarm=True)
UNPROVED: Final = Line(Outcome.UNKNOWN, "would be a proof, but is not signed", alarm=True)

# What an unsigned answer may still say. Both leave the money reserved; HELD only calls a person, which
# it must: a wallet that cannot authenticate us cannot know us, and never signs its refusal.
_HINTS: Final = frozenset({Outcome.UNKNOWN, Outcome.HELD})

# What a line says of closing an order; all else proves nothing.
CLOSING: Final[Mapping[Outcome, Closing]] = {
    Outcome.DECLINED: Closing.REFUSED,
    Outcome.ABSENT: Closing.NOT_FOUND,
}

# Our word, and the line, for what is not even read.
NOT_BELIEVED: Final[Mapping[Signature, tuple[str, Line]]] = {
    Signature.WRONG: ("bad_signature", FORGED),
    Signature.UNKNOWN_KEY: ("unknown_key", STRANGE_KEY),
}


def believed(table: CodeTable, code: str, signature: Signature) -> Line:
    """The line for a code, or what is left of it without a good signature."""
    if signature in NOT_BELIEVED:
        return NOT_BELIEVED[signature][1]
    line = table.get(code, UNLISTED)
    if signature is not Signature.VERIFIED and line.outcome not in _HINTS:
        return UNPROVED
    return line
