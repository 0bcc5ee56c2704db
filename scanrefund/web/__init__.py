"""A door: what is served over HTTP. For now the addresses that take the wallets' notices."""

from scanrefund.web.notices import application, notice_routes
from scanrefund.web.serving import served

__all__ = ["application", "notice_routes", "served"]
