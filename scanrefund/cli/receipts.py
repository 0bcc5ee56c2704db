"""How a refund is told at the terminal: a receipt, a list of receipts, a ladder of verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scanrefund.cli import output
from scanrefund.cli.invocation import Invocation
from scanrefund.say.speak import say_refusal

if TYPE_CHECKING:
    from scanrefund.aftercare.receipt import Receipt
    from scanrefund.check.rules import Verdict


def show(receipt: Receipt, invocation: Invocation, *, as_json: bool) -> int:
    """Print one receipt and return its exit code."""
    told = receipt.as_json()
    if as_json:
        output.document(told)
        return receipt.exit_code
    output.say(told["say_clerk"])
    output.say(told["next_step"])
    facts = [
        ("refund_id", told["refund_id"]),
        ("order_id", told["order_id"]),
        ("wallet", invocation.wallet(receipt.wallet)),
        ("amount", str(receipt.amount) if receipt.amount else "—"),
        ("state", _state_words(told["state"], invocation)),
        ("next_try_at", output.local(receipt.next_try_at)),
        ("say_customer", told["say_customer"]),
        ("rehearsal", invocation.words("cli.rehearsal") if receipt.rehearsal else None),
    ]
    rows = [(invocation.words(f"label.{key}"), value) for key, value in facts if value]
    output.facts(rows)
    return receipt.exit_code


def show_list(found: Sequence[Receipt], invocation: Invocation, *, as_json: bool) -> None:
    """Print receipts as one table, or as one JSON list."""
    if as_json:
        output.document([receipt.as_json() | {"alarm": receipt.alarm or None} for receipt in found])
        return
    if not found:
        output.say(invocation.words("cli.no_refunds"))
        return
    columns = ("refund_id", "order_id", "wallet", "amount", "state", "next_try_at", "alarm")
    output.table(
        [invocation.words(f"label.{column}") for column in columns],
        [
            (
                receipt.refund_id or "",
                receipt.order_id,
                invocation.wallet(receipt.wallet),
                str(receipt.amount or ""),
                _state_words(receipt.state, invocation) or "",
                output.local(receipt.next_try_at),
                invocation.words(f"alarm.{receipt.alarm}") if receipt.alarm else "",
            )
            for receipt in found
        ],
    )


def show_verdicts(verdicts: Sequence[Verdict], invocation: Invocation, *, as_json: bool) -> int:
    """Print every rung of the ladder. 0 when the refund may go, 1 when any rung says no."""
    refused = next((verdict for verdict in verdicts if verdict.refusal), None)
    told = [
        {
            "rule": verdict.reason.value,
            "verdict": "refused" if verdict.refusal else "skipped" if verdict.skipped else "passed",
            "say": say_refusal(verdict.refusal, invocation.spoken()).clerk if verdict.refusal else None,
        }
        for verdict in verdicts
    ]
    if as_json:
        reason = refused.reason.value if refused else None
        output.document({"may_go": refused is None, "reason": reason, "rules": told})
        return 1 if refused else 0
    columns = [invocation.words(f"label.{key}") for key in ("rule", "verdict", "say")]
    rows = [
        (
            invocation.words(f"rule.{one['rule']}"),
            invocation.words(f"verdict.{one['verdict']}"),
            one["say"] or "",
        )
        for one in told
    ]
    output.table(columns, rows)
    output.say(invocation.words("cli.may_not_go" if refused else "cli.may_go"))
    return 1 if refused else 0


def _state_words(state: str | None, invocation: Invocation) -> str | None:
    return None if state is None else invocation.words(f"refund_state.{state}")
