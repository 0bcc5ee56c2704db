"""A reconciled day is signed by a person: once, for what was compared then, each scope by itself."""

from __future__ import annotations

from dataclasses import dataclass

from scanrefund.aftercare.reconcile import Reconciliation
from scanrefund.dispatch.clock import Clock
from scanrefund.errors import UsageFault
from scanrefund.ledger.sign_offs import SignOff, SignOffs
from scanrefund.model.difference import Scope, Side, Sum


@dataclass(frozen=True, slots=True)
class Signed:
    """What is signed of a scope. `is_same` says whether it was signed for what was compared now."""

    sign_off: SignOff
    is_same: bool


class Signing:
    """Build with `assemble.open_house`. Whoever signs has proved himself before."""

    def __init__(self, sign_offs: SignOffs, clock: Clock) -> None:
        self._sign_offs = sign_offs
        self._clock = clock

    def signed(self, done: Reconciliation) -> dict[str, Signed]:
        """What is signed of the scopes that were compared now, by their names."""
        signed = self._sign_offs.of_day(done.day)
        return {
            scope.name: Signed(signed[scope.name], signed[scope.name].content_sha256 == scope.content_sha256)
            for scope in done.scopes
            if scope.name in signed and scope.was_compared
        }

    def sign(self, done: Reconciliation, by: str) -> list[SignOff]:
        """Sign every scope; those that were new. What is signed with the same content stays as it is.

        Raises UsageFault day_not_signable where a scope was not compared or a fen is not explained, and
        day_signed where one was signed with other content.
        """
        open_scopes = [one.name for one in done.scopes if not one.was_compared or one.unexplained_fen]
        if open_scopes or not done.scopes:
            raise UsageFault("day_not_signable", scopes=", ".join(open_scopes))
        now = self._clock.now()
        return self._sign_offs.sign([self._sign_off(done, scope, by) for scope in done.scopes], now)

    def _sign_off(self, done: Reconciliation, scope: Scope, by: str) -> SignOff:
        side = Side.REFUNDS if scope.wallet else Side.TILL_REFUNDS
        refunds = scope.sums.get(side, Sum(0, 0, 0))
        return SignOff(
            day=done.day,
            scope=scope.name,
            signed_by=by,
            signed_at=self._clock.now(),
            bill_sha256=scope.bill_sha256,
            content_sha256=scope.content_sha256,
            theirs_fen=refunds.theirs_fen,
            ours_fen=refunds.ours_fen,
            differences=sum(scope.counts.values()),
        )
