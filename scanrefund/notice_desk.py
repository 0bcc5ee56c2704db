"""Where the wallets' notices arrive: verified, kept once, and nothing more. `dispatch/hints.py` goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from scanrefund.errors import NoticeFault
from scanrefund.ledger.notices import Notices
from scanrefund.model.notice import Notice
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.gateway import WalletGateway
from scanrefund.wallets.transport import wire_clock


class NoticeDesk:
    """Takes notices in. Build with `assemble.open_house`."""

    def __init__(
        self,
        gateways: Mapping[Wallet, WalletGateway],
        notices: Notices,
        wire_clock: Callable[[], datetime] = wire_clock,
    ) -> None:
        self._gateways = gateways
        self._notices = notices
        self._wire_clock = wire_clock

    def receive(self, wallet: Wallet, headers: Mapping[str, str], body: bytes) -> Notice:
        """Verify a notice and keep it; one that was kept before is taken again and changes nothing.

        Raises NoticeFault for one that cannot be believed; nothing of it is kept.
        """
        gateway = self._gateways.get(wallet)
        if gateway is None:
            raise NoticeFault("notice_wallet_not_set_up", wallet=wallet.value)
        now = self._wire_clock()
        notice = gateway.read_notice(headers, body, now)
        self._notices.keep(notice, now)
        return notice
