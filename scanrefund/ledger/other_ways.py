"""How a payment by hand lies in a refund's row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from scanrefund.ledger.schema import refunds
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


def replacement(connection: Connection, refund_id: str) -> str:
    """The number under which a refund was paid another way; empty where it was not."""
    of_order = select(refunds.c.order_id).where(refunds.c.refund_id == refund_id)
    query = select(refunds.c.refund_id).where(
        refunds.c.order_id.in_(of_order), refunds.c.instead_of == refund_id
    )
    return str(connection.execute(query).scalar() or "")
