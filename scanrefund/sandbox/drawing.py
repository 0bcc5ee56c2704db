"""What a customer shows, drawn: payment pages, bills and single codes.

The phone of the rehearsal room and the sample pictures are drawn here. Nothing is copied from a wallet:
only what a scanner cares about is alike, that is the order of things on the page, their size and the
quiet zones around the codes. Every page says that it is a rehearsal.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import segno
import zxingcpp
from PIL import Image, ImageDraw

_Ink = tuple[int, int, int]

PAGE_SIZE_PX: Final = (1080, 1600)
_COLOURS: Final = {"wechat": (7, 170, 90), "alipay": (22, 119, 255)}
_OTHER_COLOUR: Final = (90, 90, 90)
_TITLES: Final = {"wechat": "微信支付 付款码", "alipay": "支付宝 付钱"}
_BILL_TITLES: Final = {"wechat": "微信支付 账单详情", "alipay": "支付宝 账单详情"}
_INK: Final = (25, 25, 25)
_GREY: Final = (120, 120, 120)
_QR_QUIET_MODULES: Final = 4
_CODE128_QUIET_MODULES: Final = 10


def qr(text: str, module_px: int = 12, error: str = "M") -> Image.Image:
    """A QR code (model 2) with its quiet zone, black on white, `module_px` pixels per module."""
    code = segno.make_qr(text, error=error, boost_error=False)
    modules = np.array([list(row) for row in code.matrix_iter(scale=1, border=_QR_QUIET_MODULES)], np.uint8)
    return _enlarged(np.where(modules == 0, np.uint8(255), np.uint8(0)), module_px, module_px)


def code128(text: str, module_px: int = 3, height_px: int = 160) -> Image.Image:
    """A Code 128 barcode with its quiet zone, `module_px` pixels per narrow bar."""
    return _bars(text, zxingcpp.BarcodeFormat.Code128, module_px, height_px)


def ean13(digits: str, module_px: int = 3, height_px: int = 160) -> Image.Image:
    """A product barcode of 13 digits (the last is the check digit). A wrong check digit is a ValueError."""
    return _bars(digits, zxingcpp.BarcodeFormat.EAN13, module_px, height_px)


def code_page(wallet: str, digits: str, title: str = "") -> Image.Image:
    """A payment page: colour bar, title, Code 128 on top, QR of the same digits below."""
    page = _page(wallet, title or _TITLES.get(wallet, "付款码"))
    _paste_centred(page, _fitted_code128(digits, 200), top=300)
    _write(page, f"{digits[:4]}  点击可查看付款码数字", (300, 570), 34, _GREY)
    code = qr(digits, module_px=22)
    _paste_centred(page, code, top=640)
    _write(page, "付款码每分钟自动更新,请勿发送给他人", (240, 1380), 36, _GREY)
    return page


def bill_page(wallet: str, caption: str, number: str, amount_fen: int) -> Image.Image:
    """A bill as the wallet keeps it: the amount, a caption, and the number as Code 128 and in print."""
    page = _page(wallet, _BILL_TITLES.get(wallet, "账单详情"))
    _write(page, f"-{amount_fen // 100}.{amount_fen % 100:02d}", (400, 400), 90, _INK)
    _write(page, "当前状态  支付成功", (90, 560), 38, _GREY)
    _write(page, caption, (90, 680), 38, _INK)
    _paste_centred(page, _fitted_code128(number, 200), top=740)
    _write(page, number, (160, 1010), 38, _INK)
    return page


def _page(wallet: str, title: str) -> Image.Image:
    page = Image.new("RGB", PAGE_SIZE_PX, "white")
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, PAGE_SIZE_PX[0], 200), fill=_COLOURS.get(wallet, _OTHER_COLOUR))
    _write(page, title, (90, 130), 60, (255, 255, 255))
    _write(page, "演练 REHEARSAL", (380, 1540), 40, _GREY)
    return page


def _fitted_code128(text: str, height_px: int) -> Image.Image:
    """The widest Code 128 of whole pixels per module that fits the page with a margin."""
    narrow = code128(text, module_px=1, height_px=height_px)
    return code128(text, max((PAGE_SIZE_PX[0] - 80) // narrow.width, 1), height_px)


def _bars(text: str, symbology: zxingcpp.BarcodeFormat, module_px: int, height_px: int) -> Image.Image:
    barcode = zxingcpp.create_barcode(text, symbology)
    drawn = np.array(zxingcpp.write_barcode_to_image(barcode, scale=1, add_quiet_zones=False))
    line = drawn[drawn.shape[0] // 2]
    row = np.pad(line, _CODE128_QUIET_MODULES, constant_values=255)[np.newaxis, :]
    return _enlarged(row, module_px, height_px)


def _enlarged(modules: np.ndarray, width_px: int, height_px: int) -> Image.Image:
    return Image.fromarray(np.kron(modules, np.ones((height_px, width_px), np.uint8)))


def _paste_centred(page: Image.Image, code: Image.Image, top: int) -> None:
    page.paste(code, ((page.width - code.width) // 2, top))


def _write(
    page: Image.Image, text: str, at: tuple[int, int], size_px: int, ink: tuple[int, int, int]
) -> None:
    """Text with its baseline at `at`, in OpenCV's own font, which knows Chinese from OpenCV 5 on."""
    canvas = np.array(page)
    if hasattr(cv2, "FontFace"):
        cv2.putText(canvas, text, at, ink, cv2.FontFace("uni"), size_px)
    else:
        cv2.putText(canvas, text.encode("ascii", "replace").decode(), at, 0, size_px / 40, ink, 3)
    page.paste(Image.fromarray(canvas))
