"""What travels: every field of every body and answer, as JSON Schema.

What each means stands in the catalogues under `api_field.<shape>.<field>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from scanrefund.model.money import AMOUNT_FEN_MAX
from scanrefund.model.order import OrderState
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import RefundState
from scanrefund.model.refusal import Reason
from scanrefund.model.shown import Kind, Source
from scanrefund.model.wallet import Wallet

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """One object. `optional` fields may be left out; `more` lets further text fields stand beside them."""

    fields: Mapping[str, Schema]
    optional: frozenset[str] = frozenset()
    more: bool = False


def _text(chars_max: int = 0, *, null: bool = False) -> Schema:
    kind: dict[str, Any] = {"type": ["string", "null"] if null else "string"}
    return kind | ({"maxLength": chars_max} if chars_max else {})


def _one_of(values: type, *, null: bool = False) -> Schema:
    told = [str(value) for value in values]  # type: ignore[attr-defined]
    return {"type": ["string", "null"], "enum": [*told, None]} if null else {"type": "string", "enum": told}


def _list(shape: str) -> Schema:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{shape}"}}


def _ref(shape: str, *, null: bool = False) -> Schema:
    ref = {"$ref": f"#/components/schemas/{shape}"}
    return {"anyOf": [ref, {"type": "null"}]} if null else ref


_FEN: Final = {"type": "integer", "minimum": 0, "maximum": AMOUNT_FEN_MAX}
_COUNT: Final = {"type": "integer", "minimum": 0}
_FLAG: Final = {"type": "boolean"}
_MAYBE: Final = {"type": ["boolean", "null"]}
_TIME: Final = {"type": "string", "format": "date-time"}
_TIME_OR_NULL: Final = {"type": ["string", "null"], "format": "date-time"}

SHAPES: Final[Mapping[str, Shape]] = {
    "Shown": Shape(
        {"text": _text(), "typed": _FLAG, "data_base64": _text(), "name": _text(200)},
        frozenset({"text", "typed", "data_base64", "name"}),
    ),
    "Decoded": Shape(
        {
            "reading": _ref("Reading", null=True),
            "order_ids": {"type": "array", "items": {"type": "string"}},
            "refund_id": _text(null=True),
            "say": _text(),
        }
    ),
    "Reading": Shape(
        {
            "id": _text(),
            "kind": _one_of(Kind),
            "wallet": _one_of(Wallet, null=True),
            "text": _text(),
            "say": _text(),
            "source": _one_of(Source),
            "seen_at": _TIME,
            "expires_at": _TIME_OR_NULL,
            "confirmed": _FLAG,
        }
    ),
    "Wish": Shape(
        {
            "order_id": _text(64),
            "amount_fen": {"type": ["integer", "null"], "minimum": 1, "maximum": AMOUNT_FEN_MAX},
            "reason": _text(120, null=True),
            "reading_id": _text(64, null=True),
            "clerk": _ref("Person", null=True),
            "approval": _ref("Person", null=True),
            "queue": _FLAG,
        },
        frozenset({"amount_fen", "reason", "reading_id", "clerk", "approval", "queue"}),
    ),
    "Person": Shape({"staff_id": _text(64), "secret": _text(64)}),
    "Receipt": Shape(
        {
            "refund_id": _text(null=True),
            "order_id": _text(),
            "wallet": _one_of(Wallet, null=True),
            "amount_fen": {"type": ["integer", "null"]},
            "state": _one_of(RefundState, null=True),
            "outcome": _one_of(Outcome, null=True),
            "reason": _one_of(Reason, null=True),
            "say_clerk": _text(),
            "say_customer": _text(),
            "next_step": _text(),
            "next_try_at": _TIME_OR_NULL,
        }
    ),
    "Receipts": Shape({"refunds": _list("Receipt")}),
    "Cancelling": Shape({"why": _text(300), "approval": _ref("Person", null=True)}, frozenset({"approval"})),
    "Orders": Shape({"orders": _list("OrderTold"), "strict": _FLAG}, frozenset({"strict"})),
    "OrderTold": Shape(
        {
            "order_id": _text(64),
            "wallet": _one_of(Wallet),
            "wallet_order_id": _text(64),
            "amount_fen": {**_FEN, "minimum": 1},
            "paid_at": _TIME_OR_NULL,
            "state": {"type": "string", "enum": ["UNPAID", "PAID", "RELEASED", "CANCELLED", "CLOSED"]},
            "payer_id": _text(128, null=True),
        },
        frozenset({"wallet_order_id", "paid_at", "payer_id"}),
        more=True,
    ),
    "Kept": Shape({"read": _COUNT, "kept": _COUNT, "unchanged": _COUNT, "problems": _list("Problem")}),
    "Problem": Shape({"place": _COUNT, "order_id": _text(), "code": _text(), "say": _text()}),
    "Order": Shape(
        {
            "order_id": _text(),
            "wallet": _one_of(Wallet),
            "wallet_order_id": _text(null=True),
            "amount_fen": _FEN,
            "refunded_fen": _FEN,
            "remaining_fen": _FEN,
            "state": _one_of(OrderState),
            "paid_at": _TIME_OR_NULL,
            "refund_count": _COUNT,
            "open_refund_id": _text(null=True),
            "frozen_why": _text(null=True),
            "may_refund": _FLAG,
            "why_not": _text(null=True),
        }
    ),
    "Status": Shape(
        {
            "version": _text(),
            "counter": _text(),
            "rehearsal": _FLAG,
            "till": _ref("Till"),
            "network": _list("Reach"),
            "open": _COUNT,
            "approvals": _COUNT,
            "held": _COUNT,
            "self_test": _ref("SelfTest"),
            "clock": _TIME,
        }
    ),
    "Till": Shape({"till_id": _text(), "name": _text(), "clerk": _text(null=True)}),
    "Reach": Shape({"wallet": _one_of(Wallet), "ok": _MAYBE, "say": _text(), "at": _TIME_OR_NULL}),
    "SelfTest": Shape({"ok": _MAYBE, "at": _TIME_OR_NULL, "say": _text()}),
    "Error": Shape({"error": _ref("Cause")}),
    "Cause": Shape(
        {"code": _text(), "say": _text(), "tries_left": _COUNT, "locked_until": _TIME_OR_NULL},
        frozenset({"tries_left", "locked_until"}),
    ),
}
