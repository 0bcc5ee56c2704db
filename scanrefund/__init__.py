"""The refund desk of a shop's counter PC.

The rooms, in the order data flows:

    model/      the words: frozen values
    say/        the sentences people read, in their language
    scan/       light becomes digits, digits become meaning
    check/      may this refund go?
    ledger/     it is written down
    wallets/    it is sent
    dispatch/   until the wallet has answered
    aftercare/  after the money
    order_sources/ where orders come from
    desk.py     the whole refund on one page; assemble.py puts it together
    cli/        the door; sandbox/ the rehearsal room, which knows nothing of the rest
"""

__version__ = "0.1.0"
