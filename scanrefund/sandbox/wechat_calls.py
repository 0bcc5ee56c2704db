"""WeChat Pay's server: which call is meant, who calls, and what it is answered.

The calls themselves: wechat_refunds.py, wechat_orders.py, wechat_bills.py, wechat_payer.py (V2).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final
from urllib.parse import unquote

from scanrefund.sandbox import business
from scanrefund.sandbox.folder import WechatSide
from scanrefund.sandbox.signing import aes_gcm, certificate_pem, serial_of
from scanrefund.sandbox.spoken import Call, Reply, Said, Seal
from scanrefund.sandbox.state import Store
from scanrefund.sandbox.wechat_bills import WechatBills
from scanrefund.sandbox.wechat_keys import Live, WechatKeys
from scanrefund.sandbox.wechat_orders import WechatOrders
from scanrefund.sandbox.wechat_payer import PATH as PAYER_PATH
from scanrefund.sandbox.wechat_payer import WechatPayer
from scanrefund.sandbox.wechat_rates import Rates
from scanrefund.sandbox.wechat_refunds import WechatRefunds
from scanrefund.sandbox.wechat_wire import Handler, WechatTongue, error, stopped_at_the_door, turned_away

WALLET: Final = "wechat"
_NO_CERTIFICATE: Final = error(
    404, "RESOURCE_NOT_EXISTS", "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥"
)


class WechatPay:
    """One call in, one reply out."""

    def __init__(self, side: WechatSide, store: Store, keys: WechatKeys, *, keeps_spacing: bool) -> None:
        self._side = side
        self._keys = keys
        self._rates = Rates() if keeps_spacing else None
        refunds = WechatRefunds(store, keys, business.WECHAT_SPACING_S if keeps_spacing else 0)
        self._payer = WechatPayer(side, store)
        orders = WechatOrders(side, store)
        bills = WechatBills(side, store)
        self._routes: tuple[tuple[str, re.Pattern[str], Handler], ...] = (
            ("POST", re.compile(r"/v3/refund/domestic/refunds()"), refunds.apply),
            ("GET", re.compile(r"/v3/refund/domestic/refunds/([^/]+)"), refunds.ask),
            (
                "POST",
                re.compile(r"/v3/refund/domestic/refunds/([^/]+)/apply-abnormal-refund"),
                refunds.apply_again,
            ),
            ("POST", re.compile(r"/v3/pay/transactions/out-trade-no/([^/]+)/close"), orders.close),
            ("GET", re.compile(r"/v3/pay/transactions/out-trade-no/([^/]+)"), orders.by_ours),
            ("GET", re.compile(r"/v3/pay/transactions/id/([^/]+)"), orders.by_theirs),
            ("GET", re.compile(r"/v3/bill/(tradebill|fundflowbill)"), bills.apply),
            ("GET", re.compile(r"/v3/billdownload/file()"), bills.download),
            ("GET", re.compile(r"/v3/certificates()"), self._certificates),
        )

    def answer(self, call: Call, real_now: float) -> Reply | None:
        """The reply, or None when the path is not WeChat Pay's."""
        if call.path == PAYER_PATH:
            return self._payer.answer(call)
        found = [(method, path.fullmatch(call.path), act) for method, path, act in self._routes]
        here = [(method, match, act) for method, match, act in found if match]
        if not here:
            return None
        for method, match, act in here:
            if method == call.method:
                return self._authentic(call, unquote(match.group(1)), act, real_now)
        return Reply(405)

    def _authentic(self, call: Call, number: str, act: Handler, real_now: float) -> Reply:
        stopped = stopped_at_the_door(call, self._side, real_now)
        if stopped:
            return turned_away(stopped, call)
        tongue = WechatTongue(self._keys, call.headers.get("wechatpay-serial", ""), real_now)
        if self._rates and self._rates.is_over(call, real_now):
            return tongue.dress(tongue.busy(), Seal.RIGHT)
        reply = act(call, number, tongue)
        if self._rates and reply.status >= 400:
            self._rates.failed(call, real_now)
        return reply

    def _certificates(self, _call: Call, _: str, tongue: WechatTongue) -> Reply:
        live = self._keys.live()
        data = [_sealed(certificate, self._side.apiv3_key) for certificate in live]
        return tongue.dress(Said(200, {"data": data}) if live else _NO_CERTIFICATE, Seal.RIGHT)


def _sealed(live: Live, apiv3_key: str) -> dict[str, Any]:
    certificate, _ = live
    nonce, sealed = aes_gcm(apiv3_key, certificate_pem(certificate), "certificate")
    return {
        "serial_no": serial_of(certificate),
        "effective_time": _beijing(certificate.not_valid_before_utc),
        "expire_time": _beijing(certificate.not_valid_after_utc),
        "encrypt_certificate": {
            "algorithm": "AEAD_AES_256_GCM",
            "nonce": nonce,
            "associated_data": "certificate",
            "ciphertext": sealed,
        },
    }


def _beijing(at: datetime) -> str:
    return business.rfc3339(at.timestamp())
