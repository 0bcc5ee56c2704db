"""When a text is certain enough for money."""

from __future__ import annotations

import cv2
import numpy as np

from scanrefund.model.shown import Kind
from scanrefund.sandbox.drawing import code128
from scanrefund.scan import engines
from scanrefund.scan.confirm import hints, is_settled, weigh
from scanrefund.scan.decode import decode
from scanrefund.scan.engines import Engine, Symbol, Symbology
from scanrefund.scan.frame import Frame, Grey
from tests.unit.scan.symbols import BARS, ELSEWHERE, WECHAT, WECHAT_OTHER, bars, grey, qr_code

MISREAD = "134567890123000789"


def certain(*window: list[Symbol], still: bool = True) -> list[str]:
    return [verdict.text for verdict in weigh(window, still=still) if verdict.confirmed]


def test_one_read_of_a_qr_code_is_certain() -> None:
    assert certain([qr_code(WECHAT)]) == [WECHAT]


def test_one_read_of_a_barcode_is_not() -> None:
    assert certain([bars(WECHAT)]) == []


def test_a_barcode_is_certain_when_a_qr_code_in_view_says_the_same() -> None:
    [verdict] = weigh([[bars(WECHAT), qr_code(WECHAT)]], still=True)
    assert verdict.confirmed
    assert verdict.symbology is Symbology.QR


def test_a_barcode_is_certain_when_two_engines_say_the_same() -> None:
    [verdict] = weigh([[bars(WECHAT), bars(WECHAT, Engine.ZBAR)]], still=True)
    assert verdict.confirmed
    assert verdict.engines == (Engine.ZBAR, Engine.ZXING)


def test_two_treatments_of_one_engine_prove_nothing() -> None:
    assert certain([bars(WECHAT), bars(WECHAT, treatment="clahe"), bars(WECHAT, treatment="half")]) == []


def test_two_engines_that_disagree_prove_nothing() -> None:
    assert certain([bars(WECHAT), bars(MISREAD, Engine.ZBAR)]) == []


def test_a_third_text_from_the_same_bars_takes_certainty_away() -> None:
    agreed = [bars(WECHAT), bars(WECHAT, Engine.ZBAR)]
    assert certain([*agreed, bars("91583022140", treatment="clahe")]) == []
    assert certain([*agreed, bars("91583022140", box=ELSEWHERE)]) == [WECHAT]


def test_a_character_or_four_in_bars_are_never_certain() -> None:
    for text, sure in (("*", []), ("1234", []), ("12345", ["12345"])):
        assert certain([bars(text), bars(text, Engine.ZBAR)]) == sure
        assert certain([bars(text)], [bars(text)], [bars(text)], still=False) == sure
    assert certain([qr_code("*")]) == ["*"]


def test_a_second_payment_code_anywhere_takes_certainty_from_a_barcode() -> None:
    assert certain([bars(WECHAT), bars(WECHAT, Engine.ZBAR), bars(WECHAT_OTHER, box=ELSEWHERE)]) == []


def test_three_frames_of_the_same_treatment_are_certain_and_two_are_not() -> None:
    one = [bars(WECHAT, treatment="half")]
    assert certain(one, one, still=False) == []
    assert certain(one, one, one, still=False) == [WECHAT]


def test_three_frames_of_different_treatments_are_not_certain() -> None:
    assert certain(*[[bars(WECHAT, treatment=name)] for name in ("", "half", "blur")], still=False) == []


def test_a_rival_in_the_window_takes_certainty_from_three_frames() -> None:
    one = [bars(WECHAT)]
    assert certain([bars(MISREAD)], one, one, one, still=False) == []


def test_only_the_newest_frame_is_judged() -> None:
    assert weigh([[qr_code(WECHAT)], []], still=False) == []
    assert weigh([], still=False) == []


def test_a_product_barcode_is_named_at_once_in_a_picture_and_after_three_frames_in_a_video() -> None:
    product = [Symbol("6901234567892", Symbology.EAN_13, Engine.ZXING, BARS)]
    assert [verdict.shown.kind for verdict in weigh([product], still=True)] == [Kind.PRODUCT_BARCODE]
    assert certain(product) == ["6901234567892"]
    assert certain(product, product, still=False) == []
    assert certain(product, product, product, still=False) == ["6901234567892"]


OUTER, INNER, CORNER = (0, 0, 400, 400), (150, 150, 100, 100), (10, 10, 100, 100)


def test_a_code_in_the_middle_of_another_is_its_ornament() -> None:
    page = qr_code("https://example.com/page", OUTER)
    assert certain([page, qr_code("an ornament", INNER)]) == ["https://example.com/page"]
    assert len(certain([page, qr_code("a neighbour", CORNER)])) == 2


def test_a_payment_code_in_the_middle_of_another_is_heard() -> None:
    assert certain([qr_code("https://example.com/page", OUTER), qr_code(WECHAT, INNER)])[1:] == [WECHAT]
    assert len(certain([qr_code(WECHAT_OTHER, OUTER), qr_code(WECHAT, INNER)])) == 2


def test_settled_means_that_everything_in_view_is_certain() -> None:
    assert not is_settled([])
    assert is_settled([qr_code(WECHAT), bars(WECHAT)])
    assert not is_settled([qr_code("https://example.com"), bars(WECHAT)])


def test_no_text_appears_in_a_repr() -> None:
    verdicts = weigh([[bars(WECHAT)]], still=True)
    assert WECHAT not in repr(verdicts) + repr(bars(WECHAT))


def test_a_turned_barcode_that_zxing_cpp_misreads_is_not_believed() -> None:
    right = "276734067884237782602416"
    page = turned(grey(code128(right)), -10)
    assert {symbol.text for symbol in engines.zxing(page)} - {right}
    symbols = decode(Frame(page, None, ""))
    assert set(certain(symbols)) <= {right}
    assert set(certain(*[symbols] * 2, still=False)) <= {right}


def turned(page: Grey, degrees: float) -> Grey:
    height, width = page.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    wide = round(height * abs(turn[0, 1]) + width * abs(turn[0, 0]))
    high = round(height * abs(turn[0, 0]) + width * abs(turn[0, 1]))
    turn[:, 2] += ((wide - width) / 2, (high - height) / 2)
    return np.asarray(cv2.warpAffine(page, turn, (wide, high), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def test_hints_are_the_treatments_that_just_read_bars() -> None:
    assert hints([]) == frozenset()
    assert hints([[bars(WECHAT, treatment="bars upper"), bars(WECHAT)]]) == {"bars upper"}
    assert hints([[bars(WECHAT, treatment="bars")], [qr_code(WECHAT)]]) == frozenset()
