"""A code that is known beforehand, for the self test: whoever reads it as something else reads wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import segno

from scanrefund.scan.frame import Frame
from scanrefund.scan.reader import read_frame

# Made up. The form of a WeChat payment code, drawn in memory and never shown.
_DIGITS: Final = "130987650987650987"
_MODULE_PIXELS: Final = 8


def reads_sample(now: datetime) -> bool:
    """Whether a code drawn in memory comes back as the same digits, by the road every picture takes."""
    modules = np.array(list(segno.make_qr(_DIGITS).matrix_iter(border=4)), dtype=np.uint8)
    pixels = np.where(np.kron(modules, np.ones((_MODULE_PIXELS, _MODULE_PIXELS))) > 0, 0, 255)
    code = read_frame(Frame(pixels.astype(np.uint8), now, "self test")).shown.code
    return code is not None and code.reveal() == _DIGITS
