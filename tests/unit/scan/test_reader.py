"""From a picture, a source of frames or a line to one reading."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.shown import Kind, Source
from scanrefund.sandbox.drawing import code128, code_page, ean13, qr
from scanrefund.sandbox.photograph import write_video
from scanrefund.scan.camera import Camera
from scanrefund.scan.confirm import weigh
from scanrefund.scan.frame import Frame
from scanrefund.scan.reader import (
    read_frame,
    read_line,
    read_lines,
    read_picture_file,
    read_picture_upload,
    reading_of,
    watch,
)
from tests.unit.scan.symbols import ALIPAY, WECHAT, WECHAT_OTHER, Frames, bars, frame, grey, qr_code

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
EMPTY = Frame(np.full((240, 320), 90, np.uint8), NOW, "desk")


def seen(image: Image.Image) -> Frame:
    return Frame(grey(image), NOW, "desk")


def test_a_page_in_a_file_is_one_payment_code(tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    code_page("wechat", WECHAT).save(path)
    reading = read_picture_file(path)
    assert (reading.shown.code, reading.source) == (PaymentCode(WECHAT), Source.PICTURE)
    assert reading.confirmed
    assert reading.rivals == ()
    assert reading.taken_at is not None


def test_an_upload_without_a_time_is_undated(tmp_path: Path) -> None:
    qr(ALIPAY).save(tmp_path / "page.png")
    reading = read_picture_upload((tmp_path / "page.png").read_bytes(), "upload")
    assert reading.shown.code == PaymentCode(ALIPAY)
    assert reading.taken_at is None


def test_the_payment_code_is_picked_when_other_codes_are_in_view() -> None:
    window = [[qr_code("https://example.com"), qr_code("4200002345202611201234567890"), qr_code(WECHAT)]]
    reading = reading_of(weigh(window, still=True), Source.PICTURE, NOW)
    assert reading.shown.code == PaymentCode(WECHAT)
    assert reading.rivals == ()


def test_two_payment_codes_in_view_are_rivals() -> None:
    reading = reading_of(weigh([[qr_code(WECHAT), qr_code(ALIPAY)]], still=True), Source.PICTURE, NOW)
    assert {reading.shown.code, *(rival.code for rival in reading.rivals)} == {
        PaymentCode(WECHAT),
        PaymentCode(ALIPAY),
    }
    assert len(reading.rivals) == 1


def test_an_uncertain_barcode_beside_a_certain_code_is_a_rival() -> None:
    reading = reading_of(weigh([[bars(WECHAT), qr_code(ALIPAY)]], still=True), Source.PICTURE, NOW)
    assert reading.shown.code == PaymentCode(ALIPAY)
    assert [rival.code for rival in reading.rivals] == [PaymentCode(WECHAT)]


def test_a_picture_with_nothing_says_so() -> None:
    reading = read_frame(EMPTY)
    assert reading.shown.kind is Kind.NOTHING
    assert not reading.confirmed


def test_watching_stops_at_the_first_certain_code(tmp_path: Path) -> None:
    source = Frames([EMPTY, EMPTY, seen(qr(WECHAT)), seen(qr(ALIPAY))])
    reading = watch(source, now=lambda: NOW, deadline=LATER)
    assert reading.shown.code == PaymentCode(WECHAT)
    assert reading.source is Source.CAMERA
    assert source.given == 3


def test_watching_a_video_file_reads_the_phone(tmp_path: Path) -> None:
    path = tmp_path / "desk.avi"
    write_video([code_page("alipay", ALIPAY)], path, page_s=0.5)
    with Camera(str(path), lambda: NOW) as camera:
        assert watch(camera, now=lambda: NOW, deadline=LATER).shown.code == PaymentCode(ALIPAY)


def test_what_was_recorded_is_a_picture_of_its_own_time() -> None:
    source = Frames([EMPTY, seen(qr(WECHAT))], live=False)
    reading = watch(source, now=lambda: LATER, deadline=LATER + timedelta(minutes=1))
    assert (reading.source, reading.taken_at) == (Source.PICTURE, NOW)
    nothing = watch(Frames([], live=False), now=lambda: NOW, deadline=LATER)
    assert (nothing.source, nothing.taken_at) == (Source.PICTURE, None)


def test_a_barcode_alone_needs_three_frames() -> None:
    page = seen(code128(WECHAT))
    source = Frames([page] * 5)
    reading = watch(source, now=lambda: NOW, deadline=LATER)
    assert reading.confirmed
    assert source.given in {1, 3}  # one with libzbar, three without


def test_a_product_barcode_is_named_after_several_frames() -> None:
    source = Frames([seen(ean13("6901234567892"))] * 12)
    reading = watch(source, now=lambda: NOW, deadline=LATER)
    assert (reading.shown.kind, reading.confirmed) == (Kind.PRODUCT_BARCODE, True)
    assert source.given == 11


def test_what_stayed_uncertain_is_returned_unconfirmed() -> None:
    reading = watch(Frames([seen(ean13("6901234567892"))]), now=lambda: NOW, deadline=LATER)
    assert (reading.shown.kind, reading.confirmed) == (Kind.PRODUCT_BARCODE, False)


def test_watching_ends_with_the_source_the_frames_or_the_time() -> None:
    many = Frames([EMPTY] * 9)
    assert watch(many, now=lambda: NOW, deadline=LATER).shown.kind is Kind.NOTHING
    assert many.given == 9
    few = Frames([EMPTY] * 9)
    assert watch(few, now=lambda: NOW, deadline=LATER, frames_max=4).shown.kind is Kind.NOTHING
    assert few.given == 4
    late = Frames([EMPTY] * 9)
    assert watch(late, now=lambda: LATER, deadline=LATER).shown.kind is Kind.NOTHING
    assert late.given == 1


@pytest.mark.parametrize("line", [WECHAT, WECHAT + "\r\n", WECHAT + "\t"])
def test_a_scanned_line_is_a_code_of_now(line: str) -> None:
    reading = read_line(line, typed=False, now=NOW)
    assert (reading.shown.code, reading.source, reading.taken_at) == (
        PaymentCode(WECHAT),
        Source.SCANNER,
        NOW,
    )


@pytest.mark.parametrize("line", [f"]C1{WECHAT}\r\n", f" {WECHAT} \n"])
def test_what_a_scanner_puts_around_a_code_is_no_part_of_it(line: str) -> None:
    assert read_line(line, typed=False, now=NOW).shown.code == PaymentCode(WECHAT)


def test_a_scanner_may_type_into_the_prompt_of_a_person() -> None:
    assert read_line(f"]C1{WECHAT}", typed=True, now=NOW).shown.code == PaymentCode(WECHAT)


def test_two_codes_that_came_together_are_rivals() -> None:
    both = read_lines([WECHAT, WECHAT_OTHER], now=NOW)
    assert both is not None
    assert both.shown.code == PaymentCode(WECHAT)
    assert [rival.code for rival in both.rivals] == [PaymentCode(WECHAT_OTHER)]


def test_the_same_code_twice_and_other_lines_are_no_rivals() -> None:
    twice = read_lines([WECHAT, f"]C1{WECHAT}", "hello"], now=NOW)
    assert twice is not None
    assert twice.rivals == ()
    assert read_lines([], now=NOW) is None


def test_a_typed_line_is_normalised_and_a_scanned_one_is_not() -> None:
    line = "１３４５ ６７８９ ０１２３ ４５６７ ８９"
    assert read_line(line, typed=True, now=NOW).shown.code == PaymentCode(WECHAT)
    assert read_line(line, typed=True, now=NOW).source is Source.TYPED
    assert read_line(line, typed=False, now=NOW).shown.kind is Kind.NOT_ASCII_DIGITS


def test_an_empty_line_is_nothing() -> None:
    assert read_line("\r\n", typed=False, now=NOW).shown.kind is Kind.NOTHING


def test_no_reading_prints_its_code() -> None:
    assert WECHAT not in repr(read_frame(frame(code_page("wechat", WECHAT))))
