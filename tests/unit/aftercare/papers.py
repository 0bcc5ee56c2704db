"""A refund with everything that must not get out, and a look at everything that came out."""

from __future__ import annotations

import zipfile
from pathlib import Path

from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.trips import Lease
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import Command, Refund, RefundState
from scanrefund.model.wallet import Wallet
from tests.unit.builders import KEYS, NOW, WECHAT_DIGITS, reserve

IN_GROUPS = " ".join(WECHAT_DIGITS[at : at + 4] for at in range(0, 18, 4))
ACCOUNT = "招商银行信用卡0403"


def refunded(ledger: Ledger, message: str = f"bad <b>card</b> {IN_GROUPS}") -> Refund:
    """A refund that succeeded, whose reason and whose wallet's words hold a payment code and markup."""
    fingerprint = KEYS.fingerprint(WECHAT_DIGITS)
    ledger.sight(fingerprint, PaymentCode(WECHAT_DIGITS), Wallet.WECHAT, NOW)
    reason = f"<script>alert(1)</script> {WECHAT_DIGITS}"
    made = reserve(ledger, code_fingerprint=fingerprint, reason=reason, clerk="c-7")
    attempt = ledger.begin(made, Command.SEND, Lease("test", 30), NOW)
    assert attempt is not None
    answer = Answer(Outcome.SUCCEEDED, message=message, wallet_refund_id="5030000000")
    changes = {"ended_at": NOW, "received_account": ACCOUNT, "wallet_refund_id": "5030000000"}
    return ledger.end(attempt, answer, RefundState.SUCCEEDED, changes, f"seen {WECHAT_DIGITS}", NOW)


def unpacked(path: Path) -> dict[str, str]:
    """Every file of a ZIP by its name."""
    with zipfile.ZipFile(path) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name).decode() for name in packed.namelist()}


def anywhere(path: Path, secret: str) -> list[str]:
    """Where in a ZIP a secret stands, and whether in its raw bytes; digits also without blanks."""
    found = [
        name for name, told in unpacked(path).items() if secret in told or secret in told.replace(" ", "")
    ]
    return found + (["raw"] if secret.encode() in path.read_bytes() else [])
