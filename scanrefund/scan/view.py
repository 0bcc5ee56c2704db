"""One picture in the forms that the steps of the cascade look at, each made once and only when asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Final

import numpy as np

from scanrefund.scan.engines import unread_qr
from scanrefund.scan.enhance import Treated, bounded, untreated
from scanrefund.scan.frame import Grey
from scanrefund.scan.regions import crops, is_of_use, squared
from scanrefund.scan.structure import Structure, structure_of

# A counter code that fills a tenth of a photograph still has three pixels a module at this size.
MIDDLE_PIXELS_MAX: Final = 1_000_000
# Shrunk this far a photograph loses its moiré and grain, and every engine is three times as fast.
SMALL_PIXELS_MAX: Final = 300_000
# Where there are more, it is not because of many codes.
LOCATED_MAX: Final = 2


class View:
    """A grey picture; every form of it knows the way back to the picture's own coordinates."""

    def __init__(self, grey: Grey) -> None:
        self.grey = grey

    @cached_property
    def whole(self) -> Sequence[Treated]:
        """The picture as it is."""
        return [untreated(self.grey)]

    @cached_property
    def middle(self) -> Sequence[Treated]:
        """The picture with at most MIDDLE_PIXELS_MAX."""
        return [bounded(self.grey, MIDDLE_PIXELS_MAX)]

    @cached_property
    def small(self) -> Sequence[Treated]:
        """The picture with at most SMALL_PIXELS_MAX."""
        return [bounded(self.grey, SMALL_PIXELS_MAX)]

    @cached_property
    def patches(self) -> Sequence[Treated]:
        """What looks like a QR code, cut out of the picture: none where nothing does."""
        return crops(self.grey, self.structure)

    @cached_property
    def located(self) -> Sequence[Treated]:
        """Codes that zxing-cpp sees and cannot read, made square."""
        found = [np.array(corners, np.float32) for corners in unread_qr(self.grey)]
        return [squared(self.grey, corners) for corners in found if is_of_use(corners)][:LOCATED_MAX]

    @cached_property
    def structure(self) -> Structure:
        """How brightness changes over the picture."""
        return structure_of(self.small[0].pixels, self.small[0].pixels.shape[1] / self.grey.shape[1])
