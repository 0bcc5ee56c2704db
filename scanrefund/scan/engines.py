"""The decoders: one small function each, from a grey picture to the symbols in it.

An engine that chokes on a picture has read nothing: its own errors, by name, end here. Only QR codes of
model 2 and Code 128 are asked for, because the wider groups invent short numbers (Micro QR, ITF); product
barcodes have their own function, for naming alone. OpenCV's detectors are not used: the one for QR codes
reads nothing that the treatments leave, the one for barcodes invents EAN numbers on the bars of pages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from types import ModuleType
from typing import Any, Final

import zxingcpp

from scanrefund.scan.frame import Grey

Box = tuple[int, int, int, int]
Corner = tuple[float, float]
Read = Callable[[Grey], "list[Symbol]"]


class Engine(StrEnum):
    ZXING = "zxing-cpp"
    ZBAR = "pyzbar"


class Symbology(StrEnum):
    QR = "QR"
    CODE_128 = "Code 128"
    EAN_13 = "EAN-13"
    EAN_8 = "EAN-8"
    UPC_A = "UPC-A"
    UPC_E = "UPC-E"


# No number at a counter is shorter; both engines have agreed on a lone "*" in averaged bars of a long code.
BARS_CHARACTERS_MIN: Final = 5
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
_BARS_FORMAT: Final = zxingcpp.BarcodeFormats([_FORMATS.Code128])
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


def zxing_patch(grey: Grey) -> list[Symbol]:
    """QR codes only, at this size only, light on dark too: for a small picture that is all code."""
    return _zxing(grey, _QR_FORMAT, thorough=False, inverted=True)


def zxing_one_level(grey: Grey) -> list[Symbol]:
    """QR codes only, what is darker than one level for the whole picture taken as dark: for a small patch."""
    return _zxing(grey, _QR_FORMAT, thorough=True, binarizer=zxingcpp.Binarizer.GlobalHistogram)


def zxing_bars(grey: Grey) -> list[Symbol]:
    """Code 128 only, upright, for strips that hold nothing else."""
    return _zxing(grey, _BARS_FORMAT, thorough=False)


def zxing_products(grey: Grey) -> list[Symbol]:
    """EAN and UPC, to name a product barcode. Never a source of payment codes."""
    return _zxing(grey, _PRODUCT_FORMATS, thorough=True)


def unread_qr(grey: Grey) -> list[list[Corner]]:
    """Where zxing-cpp sees a QR code whose modules do not add up: its corners clockwise from the top left."""
    found = _zxing_codes(grey, _QR_FORMAT, return_errors=True)
    return [_corners(code) for code in found if not code.valid]


def _zxing(
    grey: Grey, formats: zxingcpp.BarcodeFormats, *, thorough: bool, inverted: bool = False, **options: Any
) -> list[Symbol]:
    found = _zxing_codes(
        grey,
        formats,
        try_rotate=thorough,
        try_downscale=thorough,
        try_invert=thorough or inverted,
        **options,
    )
    return [_from_zxing(code) for code in found if code.valid]


def _zxing_codes(grey: Grey, formats: zxingcpp.BarcodeFormats, **options: Any) -> list[zxingcpp.Barcode]:
    try:
        return zxingcpp.read_barcodes(grey, formats, text_mode=zxingcpp.TextMode.Plain, **options)
    except (RuntimeError, ValueError):
        return []


def _from_zxing(code: zxingcpp.Barcode) -> Symbol:
    return Symbol(code.text, _ZXING_SYMBOLOGIES[code.format], Engine.ZXING, box_around(_corners(code)))


def _corners(code: zxingcpp.Barcode) -> list[Corner]:
    at = code.position
    return [(float(p.x), float(p.y)) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]


def zbar(grey: Grey) -> list[Symbol]:
    """pyzbar, the second opinion. Where libzbar is missing it reads nothing: see `available_engines`."""
    return _zbar(grey, "QRCODE", "CODE128")


def zbar_qr(grey: Grey) -> list[Symbol]:
    """pyzbar for QR codes only."""
    return _zbar(grey, "QRCODE")


def zbar_bars(grey: Grey) -> list[Symbol]:
    """pyzbar for Code 128 only."""
    return _zbar(grey, "CODE128")


def _zbar(grey: Grey, *wanted: str) -> list[Symbol]:
    pyzbar = _pyzbar()
    if pyzbar is None:
        return []
    try:
        found = pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol[name] for name in wanted])
    except pyzbar.PyZbarError:
        return []
    return [symbol for code in found if (symbol := _from_zbar(code))]


def _from_zbar(code: Any) -> Symbol | None:
    """The symbol, or None for letters beyond ASCII: libzbar guesses their character set and garbles them."""
    try:
        text = code.data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if not text.isascii():
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


def box_around(corners: Sequence[tuple[float, float]]) -> Box:
    """The upright box around some points: left, top, width, height in whole pixels."""
    across, down = [x for x, _ in corners], [y for _, y in corners]
    left, top = min(across), min(down)
    return round(left), round(top), round(max(across) - left), round(max(down) - top)


def available_engines() -> dict[Engine, bool]:
    """Which engines can work here. Only pyzbar may be missing: it needs the libzbar of the system."""
    return {Engine.ZXING: True, Engine.ZBAR: _pyzbar() is not None}
