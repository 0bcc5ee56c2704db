"""The decoders that are compared: the peers as they come, and ours. Each takes a grey picture."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import cv2
import zxingcpp

from scanrefund.scan.confirm import weigh
from scanrefund.scan.decode import decode
from scanrefund.scan.engines import PRODUCT_SYMBOLOGIES
from scanrefund.scan.frame import Frame, Grey

# A text as reported → whether the reader stands for it. Peers stand for whatever they report.
Texts = dict[str, bool]
Reader = Callable[[Grey], Texts]

OURS: Final = "scanrefund"
YARDSTICK: Final = "zxing-cpp"

_FORMATS: Final = zxingcpp.BarcodeFormats(
    [zxingcpp.BarcodeFormat.QRCodeModel2, zxingcpp.BarcodeFormat.Code128]
)


def scanrefund(grey: Grey) -> Texts:
    """Our cascade with all its steps. Product barcodes are only named, so they are no report of a code."""
    verdicts = weigh([decode(Frame(grey, None, "bench"))], still=True)
    return {
        verdict.text: verdict.confirmed
        for verdict in verdicts
        if verdict.symbology not in PRODUCT_SYMBOLOGIES
    }


def zxing(grey: Grey, **options: Any) -> Texts:
    found = zxingcpp.read_barcodes(grey, _FORMATS, text_mode=zxingcpp.TextMode.Plain, **options)
    return {code.text: True for code in found if code.valid}


def zbar(grey: Grey) -> Texts:
    """pyzbar, which cannot even be imported where libzbar is missing."""
    from pyzbar import pyzbar  # noqa: PLC0415  only this reader needs it

    found = pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol.QRCODE, pyzbar.ZBarSymbol.CODE128])
    return {code.data.decode("utf-8", "replace"): True for code in found}


def opencv(grey: Grey) -> Texts:
    """OpenCV's QR detector raises on some pictures and some charsets: it has then read nothing."""
    try:
        _, texts, _, _ = cv2.QRCodeDetector().detectAndDecodeMulti(grey)
    except (cv2.error, UnicodeDecodeError):
        return {}
    return {text: True for text in texts if text}


PEERS: Final[dict[str, Reader]] = {YARDSTICK: zxing, "pyzbar": zbar, "opencv": opencv}
# Not a peer: what decides whether a picture is an easy one.
QUICK: Final[Reader] = partial(zxing, try_rotate=False, try_downscale=False, try_invert=False)
