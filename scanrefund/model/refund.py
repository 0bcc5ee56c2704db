"""A promise to pay back, and the one frozen table of moves it may make.

The ledger enforces `MOVES` and `FACT_MOVES`; `dispatch/next_step.py` only picks from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from scanrefund.model.money import Money
from scanrefund.model.other_way import Method
from scanrefund.model.outcome import Outcome
from scanrefund.model.wallet import Wallet


class RefundState(StrEnum):
    """Where a refund is."""

    WAIT_APPROVAL = "WAIT_APPROVAL"  # reserved, needs a supervisor
    READY = "READY"  # reserved, no byte ever sent
    SENDING = "SENDING"  # the intent to send is on disk; the outcome is open
    UNKNOWN = "UNKNOWN"  # ask the wallet first
    PROCESSING = "PROCESSING"  # accepted by the wallet
    ABNORMAL = "ABNORMAL"  # accepted, stuck at the wallet
    HELD = "HELD"  # refused for a cause that people can cure
    SUCCEEDED = "SUCCEEDED"  # proved: the customer has the money
    RETURNED_TO_MERCHANT = "RETURNED_TO_MERCHANT"  # done for the wallet, the customer has nothing
    CLOSED = "CLOSED"  # proved: it did not happen and will not
    CANCELLED = "CANCELLED"  # never sent
    PAID_OTHER_WAY = "PAID_OTHER_WAY"  # by hand, after the wallet refund was closed by proof
    EXTERNAL = "EXTERNAL"  # found paid at the wallet, not made here


class Command(StrEnum):
    """What the next trip to the wallet is for."""

    SEND = "SEND"
    ASK = "ASK"


_S = RefundState

TERMINAL: Final = frozenset(
    {_S.SUCCEEDED, _S.RETURNED_TO_MERCHANT, _S.CLOSED, _S.CANCELLED, _S.PAID_OTHER_WAY, _S.EXTERNAL}
)
OPEN: Final = frozenset(RefundState) - TERMINAL
NEVER_SENT: Final = frozenset({_S.WAIT_APPROVAL, _S.READY})
# Ends that left the customer with nothing, and may be made good by hand.
UNPAID_ENDS: Final = frozenset({_S.CLOSED, _S.RETURNED_TO_MERCHANT})

# The states whose amount the wallet has moved or may still move.
COUNTS_FOR_WALLET: Final = frozenset(RefundState) - {_S.CLOSED, _S.CANCELLED, _S.PAID_OTHER_WAY}
# The states whose amount the customer has or may still get.
COUNTS_FOR_CUSTOMER: Final = frozenset(RefundState) - {_S.CLOSED, _S.CANCELLED, _S.RETURNED_TO_MERCHANT}

_ENDS: Final = (_S.SUCCEEDED, _S.RETURNED_TO_MERCHANT, _S.CLOSED)

# Never sent becomes UNKNOWN only in a restored old copy of the books: it cannot know what was sent since.
MOVES: Final[frozenset[tuple[RefundState, RefundState]]] = frozenset(
    {(_S.WAIT_APPROVAL, to) for to in (_S.READY, _S.CANCELLED, _S.UNKNOWN)}
    | {(_S.READY, to) for to in (_S.SENDING, _S.CANCELLED, _S.UNKNOWN)}
    | {(_S.SENDING, to) for to in (_S.UNKNOWN, _S.PROCESSING, _S.ABNORMAL, _S.HELD, *_ENDS)}
    | {(_S.UNKNOWN, to) for to in (_S.SENDING, _S.PROCESSING, _S.ABNORMAL, _S.HELD, *_ENDS)}
    | {(_S.PROCESSING, to) for to in (_S.ABNORMAL, *_ENDS)}
    | {(_S.ABNORMAL, to) for to in (_S.PROCESSING, _S.SUCCEEDED, _S.RETURNED_TO_MERCHANT)}
    | {(_S.HELD, to) for to in (_S.SENDING, _S.PROCESSING, _S.ABNORMAL, *_ENDS)}
)


# A terminal state is left only by the wallet's own word, never without an alarm: it paid what we believed
# closed or never sent, or what had arrived came back (Alipay `dback_status=F`, WeChat's merchant account).
_LATE: Final = (_S.PROCESSING, _S.ABNORMAL, _S.SUCCEEDED, _S.RETURNED_TO_MERCHANT)
FACT_MOVES: Final[frozenset[tuple[RefundState, RefundState]]] = frozenset(
    {(old, to) for old in (_S.CLOSED, _S.CANCELLED) for to in _LATE}
    | {(_S.SUCCEEDED, _S.RETURNED_TO_MERCHANT), (_S.RETURNED_TO_MERCHANT, _S.SUCCEEDED)}
)


def may_move(old: RefundState, new: RefundState) -> bool:
    """Whether a refund may go from one state to another. Staying where it is is always allowed."""
    return old == new or (old, new) in MOVES


@dataclass(frozen=True, slots=True)
class Refund:
    """One refund with the history its next step needs.

    `body` is the wallet's business body, composed once and resent byte for byte. `account` is the merchant
    identity it was composed for: an answer under another proves nothing. `sends` and `asks` count
    trips begun. `ever_unknown` is true from the first trip whose outcome was not proved. `not_sent_only`
    is true while every send so far provably never left. `absent_asks` counts asks in a row that found
    nothing since the last send. `declined_code` is the wallet's code of the last refusal. `not_before` keeps
    the wallet's spacing between two refunds of one order. `odd_answers` counts answers that no table knows.
    `released` is true from a person's release of a held refund to its next send. `instead_of` is the refund
    this one was paid in place of. `beyond_cap` marks a fact that the order's caps could not hold. `clerk` and
    `approver` are staff ids, empty in a ledger without staff; `approval_for` is why somebody had to approve,
    and `order_version` the order as it was when that was asked. `method` is set exactly when it was paid by
    hand; `bank_reference` is the bank's name for a transfer.
    """

    refund_id: str
    order_id: str
    request_id: str
    wallet: Wallet
    wallet_order_id: str
    order_amount: Money
    amount: Money
    reason: str
    body: bytes
    state: RefundState
    created_at: datetime
    sends: int = 0
    asks: int = 0
    ever_unknown: bool = False
    not_sent_only: bool = True
    absent_asks: int = 0
    declined_code: str = ""
    last_sent_at: datetime | None = None
    next_try_at: datetime | None = None
    next_command: Command | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    wallet_code: str = ""
    wallet_refund_id: str = ""
    received_account: str = ""
    epoch: int = 0
    account: str = ""
    not_before: datetime | None = None
    odd_answers: int = 0
    released: bool = False
    instead_of: str = ""
    beyond_cap: bool = False
    clerk: str = ""
    counter: str = ""
    approval_for: str = ""
    order_version: str = ""
    approver: str = ""
    method: Method | None = None
    bank_reference: str = ""

    @property
    def is_open(self) -> bool:
        """Whether money may still move, or a person must still decide."""
        return self.state in OPEN

    @property
    def left_unpaid(self) -> bool:
        """Whether it has ended, and the wallet paid nothing."""
        return self.state in UNPAID_ENDS

    @property
    def has_never_left(self) -> bool:
        """Whether no byte of it ever left, by its state and by its count of sends."""
        return self.state in NEVER_SENT and self.sends == 0

    def may_go_at(self, now: datetime) -> datetime:
        """The first moment, not before now, at which the wallet's spacing lets it go."""
        return max(now, self.not_before) if self.not_before else now

    @property
    def lacks_approval(self) -> bool:
        """Whether somebody still has to approve it: no byte of it may leave before."""
        return bool(self.approval_for) and not self.approver
