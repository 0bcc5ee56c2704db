"""What a customer showed, over the API: keys of a scanner or a picture in, a handle and a mask out."""

from __future__ import annotations

from scanrefund.web import scanning
from scanrefund.web.api.call import Answer, TillCall


def decode(told: TillCall) -> Answer:
    """What was shown, and which order and refund it leads to. The digits of a payment code stay here."""
    call = told.call
    is_picture = "data_base64" in call.fields.names()
    answer = scanning.picture(call) if is_picture else scanning.scan(call)
    orders = answer["orders"] or ([answer["order"]] if answer["order"] else [])
    document = {
        "reading": answer["reading"],
        "order_ids": [order["order_id"] for order in orders],
        "refund_id": answer["refund"]["refund_id"] if answer["refund"] else None,
        "say": answer["say"],
    }
    return Answer(document)
