"""How the desk finds the rehearsal room: by the folder it writes, and by nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from scanrefund.errors import UsageFault
from scanrefund.wallets.alipay_line import AlipaySettings
from scanrefund.wallets.wechat_line import WechatSettings

# sandbox.json holds a dozen short values.
_BYTES_MAX: Final = 100_000


def sandbox_wallets(sandbox_dir: Path) -> tuple[WechatSettings | None, AlipaySettings | None]:
    """Both wallets of the sandbox that keeps its state in this folder, or neither if there is none yet.

    Raises UsageFault `sandbox_folder_damaged` for a sandbox.json that cannot be read.
    """
    path = sandbox_dir / "sandbox.json"
    if not path.is_file():
        return None, None
    try:
        told = json.loads(path.read_bytes()[:_BYTES_MAX])
        return _wechat(told, sandbox_dir / "wechat"), _alipay(told, sandbox_dir / "alipay")
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageFault("sandbox_folder_damaged", path=path) from None


def _wechat(told: dict[str, dict[str, str]], keys: Path) -> WechatSettings:
    ids = told["wechat"]
    return WechatSettings(
        base_url=str(told["base_url"]),
        mchid=ids["mchid"],
        appid=ids["appid"],
        merchant_serial_no=ids["merchant_serial_no"],
        merchant_private_key=keys / "merchant_private_key.pem",
        public_key_id=ids["wechatpay_public_key_id"],
        public_key=keys / "wechatpay_public_key.pem",
        apiv3_key=ids["apiv3_key"],
        apiv2_key=ids["apiv2_key"],
    )


def _alipay(told: dict[str, dict[str, str]], keys: Path) -> AlipaySettings:
    ids = told["alipay"]
    return AlipaySettings(
        base_url=str(told["base_url"]),
        app_id=ids["app_id"],
        seller_id=ids["seller_id"],
        app_private_key=keys / "app_private_key.pem",
        alipay_public_key=keys / "alipay_public_key.pem",
    )
