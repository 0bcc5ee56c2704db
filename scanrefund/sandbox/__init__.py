"""The rehearsal room: plays both wallets' servers and the customer's phone on one loopback port.

It imports nothing else of scanrefund, so a mistake of the client cannot be shared by its judge. The road of
one request:

    server.py      the port; the process
    delivery.py    bytes in, bytes out, and every way a reply can get lost
    wechat_wire.py, alipay_wire.py      who is asking, and how an answer is signed
    wechat_calls.py, alipay_calls.py    refund, ask, order, in the wallet's own words
    faults.py      what is made to go wrong
    business.py    the wallets' rules, pure
    state.py       what happened, on disk before it is answered

Beside it: folder.py (keys and ids for clients), controls.py and phone.py (`/sandbox/…`, known to no wallet).
"""
