"""Is the person at the counter the one who paid? WeChat Pay can be asked whose payment code was shown.

It is asked last, when nothing else speaks against the refund: the call locks the code to this shop, and it
needs a permission of its own. Where it cannot tell, the other rules decide.
"""

from __future__ import annotations

from scanrefund.check.case import PayerCheck
from scanrefund.model.outcome import OrderAnswer, PayerLook
from scanrefund.model.shown import Reading
from scanrefund.wallets.gateway import RefundGateway


def match_payer(
    gateway: RefundGateway, wallet_says: OrderAnswer | None, reading: Reading | None
) -> PayerCheck:
    """Compare the payer the wallet names for the order with the payer of the shown code.

    Both must come from the wallet's own answers: an imported payer id may belong to another app.
    """
    order = wallet_says.order if wallet_says else None
    code = reading.shown.code if reading else None
    if code is None or order is None or not order.payer_id:
        return PayerCheck.NOT_KNOWN
    answer = gateway.payer_of_code(code)
    if answer.look is PayerLook.CODE_REFUSED:
        return PayerCheck.NO_LIVING_CODE
    if answer.look is not PayerLook.FOUND:
        return PayerCheck.NOT_KNOWN
    return PayerCheck.SAME if answer.payer_id == order.payer_id else PayerCheck.OTHER
