"""The tables of the wallets' own keys and numbers → what each gateway wants."""

from __future__ import annotations

from pathlib import Path

from scanrefund.config.document import Alipay, Wechat
from scanrefund.wallets.alipay_line import AlipaySettings
from scanrefund.wallets.signing import shared_secret
from scanrefund.wallets.wechat_line import BACKUP_URL as WECHAT_BACKUP_URL
from scanrefund.wallets.wechat_line import WechatSettings


def wechat_settings(told: Wechat | None) -> WechatSettings | None:
    """WeChat Pay as its gateway wants it; None where the shop has not got it."""
    if told is None:
        return None
    return WechatSettings(
        base_url=told.base_url,
        mchid=told.mchid,
        appid=told.appid,
        merchant_serial_no=told.merchant_serial_no,
        merchant_private_key=Path(told.merchant_private_key),
        public_key_id=told.public_key_id,
        public_key=Path(told.public_key),
        backup_url=_backup_url(told),
        more_keys={name: Path(path) for name, path in told.more_keys.items()},
        apiv3_key=_secret(told.apiv3_key_file),
        apiv2_key=_secret(told.apiv2_key_file),
        notify_url=told.notify_url,
    )


def _backup_url(told: Wechat) -> str:
    """WeChat Pay's second address, where its first one is used; a proxy's own is for the shop to name."""
    if told.backup_url is not None:
        return told.backup_url
    return WECHAT_BACKUP_URL if told.base_url == Wechat.model_fields["base_url"].default else ""


def _secret(path: str | None) -> str:
    return shared_secret(Path(path)) if path else ""


def _path(path: str | None) -> Path | None:
    return Path(path) if path else None


def alipay_settings(told: Alipay | None) -> AlipaySettings | None:
    """Alipay as its gateway wants it; None where the shop has not got it."""
    if told is None:
        return None
    return AlipaySettings(
        base_url=told.base_url,
        app_id=told.app_id,
        seller_id=told.seller_id,
        app_private_key=Path(told.app_private_key),
        alipay_public_key=_path(told.alipay_public_key),
        app_cert=_path(told.app_cert),
        alipay_root_cert=_path(told.alipay_root_cert),
        alipay_cert=_path(told.alipay_cert),
        more_alipay_certs=tuple(map(Path, told.more_alipay_certs)),
    )
