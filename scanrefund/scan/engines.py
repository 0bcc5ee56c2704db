"""The decoders: one small function each, from a grey picture to the symbols in it.

An engine that chokes on a picture has read nothing: its own errors, by name, end here. Only QR codes of
model 2 and Code 128 are asked for, because the wider groups invent short numbers (Micro QR, ITF); product
barcodes have their own function, for naming alone. OpenCV's barcode detector is not used: it invents
EAN numbers on the bars of payment pages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from types import ModuleType
from typing import Any, Final

import cv2
import numpy as np
import zxingcpp

from scanrefund.scan.frame import Grey

Box = tuple[int, int, int, int]
Read = Callable[[Grey], "list[Symbol]"]


class Engine(StrEnum):
    ZXING = "zxing-cpp"
    ZBAR = "pyzbar"
    OPENCV = "opencv"


class Symbology(StrEnum):
    QR = "QR"
    CODE_128 = "Code 128"
    EAN_13 = "EAN-13"
    EAN_8 = "EAN-8"
    UPC_A = "UPC-A"
    UPC_E = "UPC-E"


PRODUCT_SYMBOLOGIES: Final = frozenset(Symbology) - {Symbology.QR, Symbology.CODE_128}


@dataclass(frozen=True, slots=True)
class Symbol:
    """One code as one engine read it. The text stays out of the repr: it may be a live payment code.

    `box` is left, top, width, height in pixels of the frame. `treatment` names what was done to the
    picture first; empty for the picture as it is.
    """

    text: str = field(repr=False)
    symbology: Symbology
    engine: Engine
    box: Box
    treatment: str = ""


_FORMATS = zxingcpp.BarcodeFormat
_ZXING_SYMBOLOGIES: Final = {
    _FORMATS.QRCodeModel2: Symbology.QR,
    _FORMATS.QRCode: Symbology.QR,
    _FORMATS.Code128: Symbology.CODE_128,
    _FORMATS.EAN13: Symbology.EAN_13,
    _FORMATS.EAN8: Symbology.EAN_8,
    _FORMATS.UPCA: Symbology.UPC_A,
    _FORMATS.UPCE: Symbology.UPC_E,
}
_MONEY_FORMATS: Final = zxingcpp.BarcodeFormats([_FORMATS.QRCodeModel2, _FORMATS.Code128])
_QR_FORMAT: Final = zxingcpp.BarcodeFormats([_FORMATS.QRCodeModel2])
_PRODUCT_FORMATS: Final = zxingcpp.BarcodeFormats(
    [_FORMATS.EAN13, _FORMATS.EAN8, _FORMATS.UPCA, _FORMATS.UPCE]
)


def zxing(grey: Grey) -> list[Symbol]:
    """zxing-cpp with everything on: turned, inverted and shrunk codes too."""
    return _zxing(grey, _MONEY_FORMATS, thorough=True)


def zxing_fast(grey: Grey) -> list[Symbol]:
    """zxing-cpp upright and at full size only: about 0.4 of the time of a full pass."""
    return _zxing(grey, _MONEY_FORMATS, thorough=False)


def zxing_qr(grey: Grey) -> list[Symbol]:
    """QR codes only, for treatments that turn bars into other digits."""
    return _zxing(grey, _QR_FORMAT, thorough=True)


def zxing_products(grey: Grey) -> list[Symbol]:
    """EAN and UPC, to name a product barcode. Never a source of payment codes."""
    return _zxing(grey, _PRODUCT_FORMATS, thorough=True)


def _zxing(grey: Grey, formats: zxingcpp.BarcodeFormats, *, thorough: bool) -> list[Symbol]:
    try:
        found = zxingcpp.read_barcodes(
            grey,
            formats,
            try_rotate=thorough,
            try_downscale=thorough,
            try_invert=thorough,
            text_mode=zxingcpp.TextMode.Plain,
        )
    except (RuntimeError, ValueError):
        return []
    return [_from_zxing(code) for code in found if code.valid]


def _from_zxing(code: zxingcpp.Barcode) -> Symbol:
    at = code.position
    corners = [(float(p.x), float(p.y)) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]
    return Symbol(code.text, _ZXING_SYMBOLOGIES[code.format], Engine.ZXING, box_around(corners))


def zbar(grey: Grey) -> list[Symbol]:
    """pyzbar, the second opinion. Where libzbar is missing it reads nothing: see `available_engines`."""
    pyzbar = _pyzbar()
    if pyzbar is None:
        return []
    wanted = [pyzbar.ZBarSymbol.QRCODE, pyzbar.ZBarSymbol.CODE128]
    try:
        found = pyzbar.decode(grey, symbols=wanted)
    except pyzbar.PyZbarError:
        return []
    return [symbol for code in found if (symbol := _from_zbar(code))]


def _from_zbar(code: Any) -> Symbol | None:
    try:
        text = code.data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    symbology = Symbology.QR if code.type == "QRCODE" else Symbology.CODE_128
    return Symbol(text, symbology, Engine.ZBAR, tuple(code.rect))


@cache
def _pyzbar() -> ModuleType | None:
    try:
        from pyzbar import pyzbar  # noqa: PLC0415  the import is where a missing libzbar shows
    except ImportError:
        return None
    return pyzbar  # type: ignore[no-any-return]


def opencv_qr(grey: Grey) -> list[Symbol]:
    """OpenCV's QR detector: it binarises differently, and reads some codes with a logo that others lose."""
    try:
        text, corners, _ = cv2.QRCodeDetector().detectAndDecode(grey)
    except (cv2.error, UnicodeDecodeError):
        return []
    if not text or corners is None:
        return []
    points = [(float(x), float(y)) for x, y in np.reshape(corners, (-1, 2))]
    return [Symbol(text, Symbology.QR, Engine.OPENCV, box_around(points))]


def box_around(corners: Sequence[tuple[float, float]]) -> Box:
    """The upright box around some points: left, top, width, height in whole pixels."""
    across, down = [x for x, _ in corners], [y for _, y in corners]
    left, top = min(across), min(down)
    return round(left), round(top), round(max(across) - left), round(max(down) - top)


def available_engines() -> dict[Engine, bool]:
    """Which engines can work here. Only pyzbar may be missing: it needs the libzbar of the system."""
    return {Engine.ZXING: True, Engine.ZBAR: _pyzbar() is not None, Engine.OPENCV: True}
