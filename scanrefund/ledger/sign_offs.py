"""Days that somebody has reconciled and signed: once, for what was compared then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, insert, select

from scanrefund.errors import UsageFault
from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema_after import sign_offs

_OF_DAY: Final = select(sign_offs)


@dataclass(frozen=True, slots=True)
class SignOff:
    """One scope (`wechat`, `alipay`, `till`) of one day, signed. Both sums are those of the refunds."""

    day: date
    scope: str
    signed_by: str
    signed_at: datetime
    bill_sha256: str
    content_sha256: str
    theirs_fen: int
    ours_fen: int
    differences: int


class SignOffs:
    """Reads what was signed, and writes it down."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def of_day(self, day: date) -> dict[str, SignOff]:
        """What is signed of a day, by scope."""
        with self._ledger.reading() as connection:
            return _of_day(connection, day)

    @retried
    def sign(self, wanted: Sequence[SignOff], now: datetime) -> list[SignOff]:
        """Sign scopes of one day, all or none, and return those that were new.

        What is signed already with the same content stays as it is. Raises UsageFault day_signed for one that
        was signed with other content.
        """
        with self._ledger.writing() as connection:
            signed = _of_day(connection, wanted[0].day) if wanted else {}
            for one in wanted:
                before = signed.get(one.scope)
                if before is not None and before.content_sha256 != one.content_sha256:
                    raise UsageFault(
                        "day_signed", day=one.day, scope=one.scope, by=before.signed_by, at=before.signed_at
                    )
            new = [one for one in wanted if one.scope not in signed]
            for one in new:
                self._write(connection, one, now)
            return new

    def _write(self, connection: Connection, one: SignOff, now: datetime) -> None:
        row = {name: getattr(one, name) for name in SignOff.__slots__}
        connection.execute(insert(sign_offs), {**row, "day": one.day.isoformat()})
        self._ledger.enter(
            connection,
            now,
            "day_signed",
            f"{one.day} {one.scope}",
            {
                "by": one.signed_by,
                "bill": one.bill_sha256,
                "content": one.content_sha256,
                "theirs_fen": one.theirs_fen,
                "ours_fen": one.ours_fen,
                "differences": one.differences,
            },
        )


def _of_day(connection: Connection, day: date) -> dict[str, SignOff]:
    rows = connection.execute(_OF_DAY.where(sign_offs.c.day == day.isoformat()))
    return {row.scope: SignOff(**{**row._asdict(), "day": day}) for row in rows}
