"""The people of the shop: who they are, what they may do, and how one of them proves to be himself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from scanrefund.model.money import ZERO, Money


class Role(StrEnum):
    """What somebody is in the shop."""

    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    FINANCE = "finance"
    OWNER = "owner"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """What somebody may do. A closed list."""

    REFUND_CREATE = "refund.create"
    REFUND_NO_CODE = "refund.no_code"  # without a living payment code
    REFUND_APPROVE = "refund.approve"  # somebody else's refund
    REFUND_CASH = "refund.cash"
    REFUND_RELEASE = "refund.release"
    REFUND_CLOSE = "refund.close"
    ORDER_RELEASE = "order.release"
    ORDER_CANCEL = "order.cancel"
    ORDER_ADJUST = "order.adjust"
    STAFF_MANAGE = "staff.manage"
    STAFF_UNLOCK = "staff.unlock"
    TRAINING_OPEN = "training.open"  # the counter as the practice counter, and back
    BOOKS_READ = "books.read"
    BOOKS_SIGN = "books.sign"  # a day that was reconciled
    BOOKS_KEEP = "books.keep"  # purge what is old, put a backup back


_P = Permission

PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.CLERK: frozenset({_P.REFUND_CREATE}),
        Role.SUPERVISOR: frozenset(
            {
                _P.REFUND_CREATE,
                _P.REFUND_NO_CODE,
                _P.REFUND_APPROVE,
                _P.REFUND_CASH,
                _P.REFUND_RELEASE,
                _P.REFUND_CLOSE,
                _P.ORDER_RELEASE,
                _P.ORDER_CANCEL,
                _P.ORDER_ADJUST,
                _P.STAFF_UNLOCK,
                _P.TRAINING_OPEN,
                _P.BOOKS_READ,
            }
        ),
        # Finance looks at what others want to pay back, and pays nothing back itself.
        Role.FINANCE: frozenset({_P.REFUND_APPROVE, _P.REFUND_CLOSE, _P.BOOKS_READ, _P.BOOKS_SIGN}),
        Role.OWNER: frozenset(Permission),
        Role.AUDITOR: frozenset({_P.BOOKS_READ}),
    }
)


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works here. Whoever has left stays in the books, not active, and may do nothing."""

    staff_id: str
    name: str
    role: Role
    active: bool = True

    def may(self, permission: Permission) -> bool:
        """Whether the role allows it and the person still works here."""
        return self.active and permission in PERMISSIONS[self.role]


class Secret:
    """A PIN or a code of the moment as it was typed, kept from logs and pickles by its own form."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        self.__text = text

    def reveal(self) -> str:
        """The digits themselves. Callers: the check of a PIN, the check of a code. Nobody else."""
        return self.__text

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written down")


@dataclass(frozen=True, slots=True)
class Credential:
    """Somebody who proves himself for one thing: who, and what he typed."""

    staff_id: str
    secret: Secret


class Doubt(StrEnum):
    """Why somebody is not believed to be himself, or not allowed what he wants."""

    UNKNOWN = "unknown"
    DISABLED = "disabled"
    WRONG = "wrong"
    CODE_USED = "code_used"  # the code of the moment was right, and was used before
    LOCKED = "locked"
    NOT_ALLOWED = "not_allowed"  # himself, but his role lacks the permission
    OWN_REFUND = "own_refund"  # nobody is asked about his own refund


@dataclass(frozen=True, slots=True)
class SignIn:
    """How somebody's try to prove himself ended.

    `staff` is set exactly when he is believed; else `doubt` says why not. `locked_until` is when a locked
    person may try again, None when only a colleague can unlock him. `tries_left` is how many wrong tries
    are left before the next lock.
    """

    staff: Staff | None
    doubt: Doubt | None = None
    locked_until: datetime | None = None
    tries_left: int = 0


@dataclass(frozen=True, slots=True)
class Used:
    """What one clerk has refunded in one stretch of time, however it ended."""

    amount: Money = ZERO
    count: int = 0
    no_code_count: int = 0
