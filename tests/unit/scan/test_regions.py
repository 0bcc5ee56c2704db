"""What looks like a QR code is cut out, made square, and knows where it came from."""

from __future__ import annotations

import cv2
import numpy as np

from scanrefund.sandbox.drawing import code128, qr
from scanrefund.scan import engines
from scanrefund.scan.frame import Grey
from scanrefund.scan.regions import CROP_SIDE_PX, REGIONS_MAX
from scanrefund.scan.view import MIDDLE_PIXELS_MAX, SMALL_PIXELS_MAX, View
from tests.unit.scan.symbols import WECHAT, grey


def scene(squeezed: float = 1.0) -> Grey:
    """A code seen from the side: `squeezed` to a share of its width, turned by twenty degrees."""
    table = np.full((1200, 1600), 150, np.uint8)
    page = grey(qr(WECHAT, module_px=8))
    onto = np.array([[0.94 * squeezed, -0.34, 900], [0.34 * squeezed, 0.94, 500]])
    return np.asarray(
        cv2.warpAffine(page, onto, (1600, 1200), dst=table, borderMode=cv2.BORDER_TRANSPARENT), np.uint8
    )


def test_a_code_is_cut_out_as_a_square_and_read_where_it_lies() -> None:
    patch = View(scene()).patches[0]
    assert patch.pixels.shape == (CROP_SIDE_PX, CROP_SIDE_PX)
    [symbol] = engines.zxing_patch(patch.pixels)
    left, top, width, height = patch.box_in_frame(symbol.box)
    assert abs(left + width / 2 - 970) < 60
    assert abs(top + height / 2 - 650) < 60


def test_a_code_seen_from_the_side_is_stretched_back() -> None:
    patch = View(scene(0.4)).patches[0]
    assert [symbol.text for symbol in engines.zxing_patch(patch.pixels)] == [WECHAT]
    _, _, width, height = patch.box_in_frame(engines.zxing_patch(patch.pixels)[0].box)
    assert width < height


def test_an_empty_table_and_a_barcode_hold_no_more_patches_than_are_looked_at() -> None:
    assert View(np.full((480, 640), 90, np.uint8)).patches == []
    assert len(View(grey(code128(WECHAT))).patches) <= REGIONS_MAX


def test_a_view_s_forms_stay_within_their_sizes() -> None:
    view = View(np.zeros((3000, 4000), np.uint8))
    assert view.middle[0].pixels.size <= MIDDLE_PIXELS_MAX * 1.01
    assert view.small[0].pixels.size <= SMALL_PIXELS_MAX * 1.01
    assert view.whole[0].pixels.size == 12_000_000
    assert not view.structure.shows_something
