"""One picture in the forms that the steps of the cascade look at, each made once and only when asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Final

from scanrefund.scan.enhance import Treated, bounded, untreated
from scanrefund.scan.frame import Grey
from scanrefund.scan.regions import crops
from scanrefund.scan.structure import Structure, structure_of

# A counter code that fills a tenth of a photograph still has three pixels a module at this size.
MIDDLE_PIXELS_MAX: Final = 1_000_000
# Shrunk this far a photograph loses its moiré and grain, and every engine is three times as fast.
SMALL_PIXELS_MAX: Final = 300_000


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
    def structure(self) -> Structure:
        """How brightness changes over the picture."""
        return structure_of(self.small[0].pixels, self.small[0].pixels.shape[1] / self.grey.shape[1])
