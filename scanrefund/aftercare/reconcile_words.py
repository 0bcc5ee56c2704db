"""A reconciliation in words: the rows that page, PDF and CSV show, in the language asked for.

What stands in a bill came from outside: a number in it that has the form of a payment code is masked.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import IO, Any, Final

from scanrefund.aftercare.reconcile import Reconciliation
from scanrefund.aftercare.signing import Signed
from scanrefund.model.cells import guarded
from scanrefund.model.difference import Difference, Scope
from scanrefund.model.money import Money
from scanrefund.model.printable import codes_hidden
from scanrefund.say.catalogue import Catalogue
from scanrefund.say.words import say_words
from scanrefund.wallets.reading import BEIJING

CSV_HEADER: Final = (
    *("day", "scope", "kind", "amount_fen", "order_id", "refund_id", "wallet_number", "ours_fen"),
    *("theirs_fen", "ours_state", "theirs_state", "other_day", "line", "proposal"),
)


class ReconcileWords:
    """Speaks one language, and marks what was made against the sandbox."""

    def __init__(self, language: str, *, rehearsal: bool) -> None:
        self._catalogue = Catalogue.load(language)
        self.language = self._catalogue.language
        self.rehearsal = rehearsal

    def say(self, key: str, **gaps: object) -> str:
        """A text of the catalogues."""
        return say_words(self.language, key, **gaps)

    def title(self, done: Reconciliation) -> str:
        """Which day this is, and whether it is only a rehearsal."""
        title = self.say("reconcile.title", day=done.day)
        return f"{title} · {self.say('reconcile.rehearsal')}" if self.rehearsal else title

    def proposal(self, one: Difference) -> str:
        """What to do about a difference: one sentence."""
        gaps: dict[str, object] = {
            "order_id": codes_hidden(one.order_id),
            "refund_id": codes_hidden(one.refund_id or one.wallet_number),
            "amount_fen": abs(one.amount_fen),
            "ours_amount_fen": one.ours_fen,
            "theirs_amount_fen": one.theirs_fen,
            "day": one.day,
            "line": one.line,
        }
        return self.say(f"difference.{one.kind.value}.proposal", **gaps)

    def sums(self, scope: Scope) -> Iterator[tuple[str, ...]]:
        """Scope, side, theirs, ours, differences, unexplained: one row for each sum."""
        for side, told in scope.sums.items():
            fen = (told.theirs_fen, told.ours_fen, told.differences_fen, told.unexplained_fen)
            yield (
                self.say(f"scope.{scope.name}.name"),
                self.say(f"side.{side.value}.name"),
                *(Money(one).yuan() for one in fen),
            )

    def look(self, scope: Scope) -> str:
        """What came of the bill, with its lines or the wallet's own word."""
        told = self.say(f"bill_look.{scope.look.value}.name")
        if scope.was_compared:
            return f"{told} ({scope.lines})"
        trouble = self._catalogue.get(f"trouble.{scope.code}.name") or scope.code
        return f"{told} ({' '.join(part for part in (trouble, codes_hidden(scope.message)) if part)})"

    def row(self, one: Difference) -> tuple[str, ...]:
        """Scope, difference, number, amount, proposal."""
        scope = one.wallet.value if one.wallet else "till"
        return (
            self.say(f"scope.{scope}.name"),
            self.say(f"difference.{one.kind.value}.name"),
            codes_hidden(one.refund_id or one.order_id),
            Money(one.amount_fen).yuan(),
            self.proposal(one),
        )

    def signature(self, scope: str, signed: Signed) -> str:
        """Who signed a scope, and whether for what was compared now."""
        off = signed.sign_off
        gaps = {"by": off.signed_by, "signed_at": _beijing(off.signed_at), "differences": off.differences}
        key = "reconcile.signed" if signed.is_same else "reconcile.signed_differs"
        name = self.say(f"scope.{scope}.name")
        return self.say(key, scope=name, theirs=str(Money(off.theirs_fen)), **gaps)

    def made_at(self, at: datetime) -> str:
        """When it was compared."""
        return self.say("reconcile.made_at", made_at=_beijing(at))

    def signatures(self, signed: Mapping[str, Signed]) -> list[str]:
        return [self.signature(scope, one) for scope, one in signed.items()]

    def write_csv(self, done: Reconciliation, out: IO[bytes]) -> None:
        """All differences, a row each. Text cells are guarded; amounts are whole fen with their sign."""
        # The mark at its start lets Excel see that it is UTF-8.
        page = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
        writer = csv.writer(page, lineterminator="\r\n")
        writer.writerow(CSV_HEADER)
        for one in done.differences():
            writer.writerow(self._cells(done, one))
        page.flush()
        page.detach()

    def _cells(self, done: Reconciliation, one: Difference) -> list[Any]:
        scope = one.wallet.value if one.wallet else "till"
        told = map(codes_hidden, (one.order_id, one.refund_id, one.wallet_number))
        return [
            *(done.day.isoformat(), scope, one.kind.value, one.amount_fen, *map(guarded, told)),
            *(one.ours_fen, one.theirs_fen, one.ours_state, one.theirs_state),
            *(one.day.isoformat() if one.day else "", one.line or "", guarded(self.proposal(one))),
        ]


def _beijing(at: datetime) -> str:
    """On the clock whose days are reconciled, whatever the machine's says."""
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
