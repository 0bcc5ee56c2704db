"""What a reply of WeChat Pay comes to. Sources: merchant documents 4013071036, 4013071041, 4013070354.

First the signature, then the HTTP status, then the code; the message is for people. A refund is only
believed when its numbers, amounts and currency are the ones we sent.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from scanrefund.http import HttpReply
from scanrefund.model.money import ZERO
from scanrefund.model.order import Order, WalletOrder, WalletOrderState
from scanrefund.model.outcome import (
    Answer,
    CloseAnswer,
    Closing,
    OrderAnswer,
    OrderLook,
    Outcome,
    Signature,
)
from scanrefund.model.refund import Refund
from scanrefund.wallets import wechat_codes
from scanrefund.wallets.code_table import (
    CLOSING,
    NOT_BELIEVED,
    RATE_WAIT_S,
    UNLISTED,
    CodeTable,
    Line,
    believed,
)
from scanrefund.wallets.reading import (
    Fields,
    Mismatch,
    Unreadable,
    child,
    fen,
    header,
    message,
    must_match,
    parse_object,
    rfc3339,
    text,
)

REFUND_STATUS: Final[dict[str, Outcome]] = {
    "SUCCESS": Outcome.SUCCEEDED,
    "PROCESSING": Outcome.PROCESSING,
    "ABNORMAL": Outcome.ABNORMAL,
    "CLOSED": Outcome.CLOSED,
}
# A SUCCESS into one of these left the customer with nothing.
MERCHANT_ACCOUNTS: Final = frozenset({"商户基本账户", "商户结算银行账户"})

TRADE_STATE: Final[dict[str, WalletOrderState]] = {
    "SUCCESS": WalletOrderState.PAID,
    "REFUND": WalletOrderState.PAID,  # some or all of it went back
    "NOTPAY": WalletOrderState.UNPAID,
    "USERPAYING": WalletOrderState.UNPAID,
    "PAYERROR": WalletOrderState.UNPAID,
    "ACCEPT": WalletOrderState.UNPAID,
    "CLOSED": WalletOrderState.CLOSED,
    "REVOKED": WalletOrderState.CLOSED,
}


def read_refund(reply: HttpReply, signature: Signature, refund: Refund, table: CodeTable) -> Answer:
    """The answer to a send or an ask. Never raises for what came in."""
    answer = Answer(
        Outcome.UNKNOWN,
        http_status=reply.status,
        wallet_request_id=header(reply.headers, "Request-ID"),
        signature=signature,
    )
    if reply.status != 200 or signature is not Signature.VERIFIED:
        code, line, words = refusal(reply, signature, table)
        return replace(
            answer, outcome=line.outcome, code=code, message=words, alarm=line.alarm, wait_s=line.wait_s
        )
    try:
        return _refund(answer, fields_of(reply), refund)
    except (Unreadable, Mismatch) as error:
        return replace(answer, code=str(error), alarm=True)


def read_order(
    reply: HttpReply, signature: Signature, order: Order, *, mchid: str, appid: str
) -> OrderAnswer:
    """The wallet's word on an order. Never raises for what came in."""
    if reply.status != 200 or signature is not Signature.VERIFIED:
        code, line, words = refusal(reply, signature, wechat_codes.ORDER)
        absent = line.outcome is Outcome.ABSENT
        return OrderAnswer(OrderLook.NOT_FOUND if absent else OrderLook.NOT_ASKED, code=code, message=words)
    try:
        return OrderAnswer(OrderLook.FOUND, _order(fields_of(reply), order, mchid, appid))
    except (Unreadable, Mismatch) as error:
        return OrderAnswer(OrderLook.NOT_ASKED, code=str(error))


def read_close(reply: HttpReply, signature: Signature) -> CloseAnswer:
    """The answer to closing an order: 204 and nothing else says that it is closed."""
    if reply.status == 204 and signature is Signature.VERIFIED:
        return CloseAnswer(Closing.CLOSED)
    code, line, words = refusal(reply, signature, wechat_codes.CLOSE)
    return CloseAnswer(CLOSING.get(line.outcome, Closing.UNKNOWN), code, words)


def refusal(reply: HttpReply, signature: Signature, table: CodeTable) -> tuple[str, Line, str]:
    """Code, line and words of whatever is not a good 200."""
    if signature in NOT_BELIEVED:
        return *NOT_BELIEVED[signature], ""
    if 200 <= reply.status < 300 and signature is Signature.MISSING:
        return "unsigned", replace(UNLISTED, why="a success without a signature proves nothing"), ""
    code, words = _error(reply)
    if reply.status in {202, 429} or reply.status >= 500:
        wait_s = RATE_WAIT_S if reply.status == 429 else 0
        return code, Line(Outcome.UNKNOWN, "the status alone says: not settled", wait_s=wait_s), words
    return code, believed(table, code, signature), words


def _error(reply: HttpReply) -> tuple[str, str]:
    try:
        fields = fields_of(reply)
        return text(fields, "code") or f"http_{reply.status}", message(fields, "message")
    except Unreadable:
        return f"http_{reply.status}", ""


def fields_of(reply: HttpReply) -> Fields:
    try:
        return parse_object(reply.body.decode("utf-8"))
    except UnicodeDecodeError:
        raise Unreadable("not_json") from None


def _refund(answer: Answer, fields: Fields, refund: Refund) -> Answer:
    amount = child(fields, "amount")
    _must_be_ours(fields, amount, refund)
    status = text(fields, "status")
    account = text(fields, "user_received_account")
    outcome = REFUND_STATUS.get(status, Outcome.UNKNOWN)
    if outcome is Outcome.SUCCEEDED and account in MERCHANT_ACCOUNTS:
        outcome = Outcome.RETURNED_TO_MERCHANT
    return replace(
        answer,
        outcome=outcome,
        code=status,
        wallet_refund_id=text(fields, "refund_id"),
        amount=fen(amount, "refund"),
        received_account=account,
        settled_at=rfc3339(fields, "success_time"),
        alarm=status not in REFUND_STATUS,
    )


def _must_be_ours(fields: Fields, amount: Fields, refund: Refund) -> None:
    must_match("refund_id", text(fields, "out_refund_no"), refund.refund_id)
    must_match("order_id", text(fields, "out_trade_no"), refund.order_id)
    if refund.wallet_order_id:
        must_match("wallet_order_id", text(fields, "transaction_id"), refund.wallet_order_id)
    if refund.amount != ZERO:  # zero asks what there is, whatever its amount
        must_match("amount", fen(amount, "refund"), refund.amount)
    must_match("order_amount", fen(amount, "total"), refund.order_amount)
    must_match("currency", text(amount, "currency"), "CNY")


def _order(fields: Fields, order: Order, mchid: str, appid: str) -> WalletOrder:
    must_match("merchant", text(fields, "mchid"), mchid)
    must_match("order_id", text(fields, "out_trade_no"), order.order_id)
    state = TRADE_STATE.get(text(fields, "trade_state"))
    if state is None:
        raise Unreadable("wrong_trade_state")
    wallet_order_id = text(fields, "transaction_id")
    amount = child(fields, "amount")
    if order.wallet_order_id:
        must_match("wallet_order_id", wallet_order_id, order.wallet_order_id)
    if amount:
        must_match("currency", text(amount, "currency"), "CNY")
    # An openid means something only under its own appid.
    payer_id = text(child(fields, "payer"), "openid") if text(fields, "appid") == appid else ""
    # What is not paid may come without an amount; what is paid may not.
    nothing_paid = not amount and state is not WalletOrderState.PAID
    return WalletOrder(
        order_id=order.order_id,
        wallet_order_id=wallet_order_id,
        amount=ZERO if nothing_paid else fen(amount, "total"),
        state=state,
        payer_id=payer_id,
        paid_at=rfc3339(fields, "success_time"),
    )
