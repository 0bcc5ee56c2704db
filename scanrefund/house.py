"""Every room, open: what `assemble.open_house` puts together and the doors use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType

from scanrefund.aftercare.daily_backup import DailyBackup
from scanrefund.aftercare.outbox import Post
from scanrefund.aftercare.reconcile import Reconciler
from scanrefund.aftercare.signing import Signing
from scanrefund.approval_desk import ApprovalDesk
from scanrefund.books_desk import BooksDesk
from scanrefund.cash_slip_desk import CashSlipDesk
from scanrefund.complaint_desk import ComplaintDesk
from scanrefund.customer_desk import CustomerDesk
from scanrefund.desk import Desk
from scanrefund.dispatch.clock import Clock
from scanrefund.dispatch.recovery import Recovery
from scanrefund.dispatch.worker import Worker
from scanrefund.evidence_desk import EvidenceDesk
from scanrefund.hold_desk import HoldDesk
from scanrefund.keys import Keys
from scanrefund.ledger.applicants import Applicants
from scanrefund.ledger.fees import Fees
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.mark_box import MarkBox
from scanrefund.ledger.outbox import Outbox
from scanrefund.model.wallet import Wallet
from scanrefund.notice_desk import NoticeDesk
from scanrefund.order_sources.fetch import OrderFetch
from scanrefund.orders_desk import OrdersDesk
from scanrefund.reversal_desk import ReversalDesk
from scanrefund.search_desk import SearchDesk
from scanrefund.slip_desk import SlipDesk
from scanrefund.staff_desk import StaffDesk
from scanrefund.supervisor_desk import SupervisorDesk
from scanrefund.till_desk import TillDesk
from scanrefund.wallets.gateway import WalletGateway


@dataclass(frozen=True, slots=True)
class House:
    """Every room, open. Close it, or use it as a context manager.

    `desk` speaks the configured language, `desk_in` gives one that speaks another.
    """

    keys: Keys
    ledger: Ledger
    gateways: Mapping[Wallet, WalletGateway]
    desk: Desk
    desk_in: Callable[[str], Desk]
    orders: OrdersDesk
    reversals: ReversalDesk
    marks: MarkBox
    fetch: OrderFetch
    evidence: EvidenceDesk
    supervisor: SupervisorDesk
    recovery: Recovery
    worker: Worker
    notices: NoticeDesk
    staff: StaffDesk
    approvals: ApprovalDesk
    search: SearchDesk
    tills: TillDesk
    books: BooksDesk
    slips: SlipDesk
    cash_slips: CashSlipDesk
    outbox: Outbox
    post: Post
    backup: DailyBackup
    customers: CustomerDesk
    holds: HoldDesk
    complaints: ComplaintDesk
    fees: Fees
    applicants: Applicants
    clock: Clock

    @property
    def reconciler(self) -> Reconciler:
        """What compares a day with the wallets' bills."""
        return self.books.reconciler

    @property
    def signing(self) -> Signing:
        """What signs it."""
        return self.books.signing

    def close(self) -> None:
        """Let the message and the bill under way end, break off a copy, and let go of the database."""
        self.backup.close()
        self.books.close()
        self.post.close()
        self.ledger.close()

    def __enter__(self) -> House:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
