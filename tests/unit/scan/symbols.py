"""Short ways to write symbols and frames down."""

from __future__ import annotations

import numpy as np
from PIL import Image

from scanrefund.scan.engines import Box, Engine, Symbol, Symbology
from scanrefund.scan.frame import Frame, Grey

WECHAT = "134567890123456789"
WECHAT_OTHER = "124567890123456789"
ALIPAY = "285678901234567890"
BARS: Box = (10, 10, 200, 40)
ELSEWHERE: Box = (10, 300, 200, 40)


def bars(text: str, engine: Engine = Engine.ZXING, treatment: str = "", box: Box = BARS) -> Symbol:
    return Symbol(text, Symbology.CODE_128, engine, box, treatment)


def qr_code(text: str, box: Box = (10, 100, 100, 100)) -> Symbol:
    return Symbol(text, Symbology.QR, Engine.ZXING, box)


def grey(image: Image.Image) -> Grey:
    return np.array(image.convert("L"), np.uint8)


def frame(image: Image.Image) -> Frame:
    return Frame(grey(image), None, "drawn")
