"""How a payment by hand lies in a refund's row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from scanrefund.model.other_way import Method, OtherWay
from scanrefund.model.refund import RefundState


def columns_of(paid: OtherWay) -> dict[str, Any]:
    """The end of an account is where the money went: it ages as every such place does."""
    return {
        "method": paid.method.value,
        "bank_reference": paid.bank_reference,
        "received_account": paid.account,
    }


def fields_of(row: Row[Any]) -> dict[str, Any]:
    """The same of a refund. Before a method was written down, all that was paid by hand was cash."""
    told = row.method or (Method.CASH.value if row.state == RefundState.PAID_OTHER_WAY.value else "")
    return {"method": Method(told) if told else None, "bank_reference": row.bank_reference}
