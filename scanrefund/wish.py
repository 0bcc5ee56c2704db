"""What is wished for at the desk, and what is asked about it before anything is locked."""

from __future__ import annotations

from dataclasses import dataclass

from scanrefund.check.case import PayerCheck
from scanrefund.model.contact import Applicant, Contact
from scanrefund.model.money import Money
from scanrefund.model.outcome import OrderAnswer
from scanrefund.model.shown import Reading
from scanrefund.model.staff import Credential, SignIn, Staff
from scanrefund.people.till import Wisher


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """One wish. `amount` None means all that remains; `request_id` empty lets the desk derive one.

    `clerk` is the staff id of whoever has proved himself at this door; empty in a ledger without staff.
    `approval` is a second person who agrees with this one wish: what he typed, or himself where the door has
    just believed him; `queue` lets the wish wait for one.
    `contact` is how the customer wants to hear of it, `applicant` who he is.
    `customer_agreed` says that the customer was shown what, how much and where, and said yes.
    """

    order_id: str
    amount: Money | None
    reason: str
    reading: Reading | None
    request_id: str = ""
    clerk: str = ""
    approval: Credential | Staff | None = None
    queue: bool = False
    contact: Contact | None = None
    applicant: Applicant | None = None
    customer_agreed: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is asked before anything is locked: wallet, last self test, a second person for his PIN."""

    wallet_says: OrderAnswer | None
    payer: PayerCheck = PayerCheck.NOT_ASKED
    word: SignIn | None = None
    failed_checks: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """A request under the name it has in the ledger, its code as a fingerprint."""

    request: RefundRequest
    request_id: str
    fingerprint: str | None


def wisher(wish: Wish, evidence: Evidence) -> Wisher:
    """The people a wish brings along."""
    request = wish.request
    # A clerk who brings somebody to approve now does not want to wait in the queue.
    queue = request.queue and request.approval is None
    return Wisher(request.clerk, wish.request_id, queue, evidence.word)
