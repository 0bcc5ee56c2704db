"""From a picture, a source of frames or a line to one reading."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scanrefund.errors import Fault, SourceFault
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.shown import Kind, Reading, Source
from scanrefund.sandbox.drawing import code128, code_page, ean13, qr
from scanrefund.sandbox.photograph import write_video
from scanrefund.scan.choose import reading_of
from scanrefund.scan.confirm import weigh
from scanrefund.scan.frame import Frame
from scanrefund.scan.live import Live, Patience
from scanrefund.scan.reader import (
    read_frame,
    read_line,
    read_lines,
    read_picture_file,
    read_picture_upload,
    watch,
)
from scanrefund.scan.source import live_from
from tests.unit.scan.cameras import NOW, WAIT_S, Played, Plug, gate, grainy
from tests.unit.scan.symbols import ALIPAY, WECHAT, WECHAT_OTHER, bars, frame, grey, qr_code

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


def looked_through(source: Played, *, for_s: float = WAIT_S) -> Reading:
    with Live("desk", Plug(source), patience=Patience(reopen_s=(0.0,))) as live:
        return watch(live, for_s=for_s)


def test_watching_stops_at_the_first_certain_code() -> None:
    after, waits = gate()
    source = Played([EMPTY, seen(qr(WECHAT)), waits, seen(qr(ALIPAY))])
    with Live("desk", Plug(source)) as live:
        reading = watch(live, for_s=WAIT_S)
        after.set()
    assert reading.shown.code == PaymentCode(WECHAT)
    assert reading.source is Source.CAMERA


def test_watching_a_video_file_reads_the_phone(tmp_path: Path) -> None:
    path = tmp_path / "desk.avi"
    write_video([code_page("alipay", ALIPAY)], path, page_s=0.5)
    with live_from(str(path), lambda: NOW) as live:
        assert watch(live, for_s=WAIT_S).shown.code == PaymentCode(ALIPAY)


def test_what_was_recorded_is_a_picture_of_its_own_time() -> None:
    reading = looked_through(Played([EMPTY, seen(qr(WECHAT))], live=False))
    assert (reading.source, reading.taken_at) == (Source.PICTURE, NOW)
    nothing = looked_through(Played([], live=False))
    assert (nothing.source, nothing.taken_at) == (Source.PICTURE, None)


def test_a_barcode_alone_needs_two_engines_or_three_frames() -> None:
    page = grey(code128(WECHAT))
    source = Played([grainy(page, seed) for seed in range(5)], live=False)
    assert looked_through(source).confirmed


def test_what_stayed_uncertain_is_returned_unconfirmed() -> None:
    reading = looked_through(Played([seen(ean13("6901234567892"))], live=False))
    assert (reading.shown.kind, reading.confirmed) == (Kind.PRODUCT_BARCODE, False)


def test_watching_ends_with_the_source_or_the_time() -> None:
    assert looked_through(Played([EMPTY] * 9, live=False)).shown.kind is Kind.NOTHING
    assert looked_through(Played(cycle([EMPTY])), for_s=0.01).shown.kind is Kind.NOTHING


@pytest.mark.parametrize("code", ["camera_missing", "camera_url_silent"])
def test_a_camera_that_is_not_there_is_not_waited_for(code: str) -> None:
    fault = SourceFault(code, source="desk")
    with Live("desk", Plug(fault)) as live, pytest.raises(SourceFault) as caught:
        watch(live, for_s=WAIT_S)
    assert caught.value is fault


def test_what_is_wrong_is_told_while_a_camera_is_waited_for() -> None:
    lost = SourceFault("camera_lost", source="desk")
    told: list[Fault | None] = []
    heard, waits = gate()

    def tell(fault: Fault | None) -> None:
        told.append(fault)
        heard.set()

    plug = Plug(Played([seen(ean13("6901234567892")), lost]), Played([waits, seen(qr(WECHAT))]))
    with Live("desk", plug, patience=Patience(reopen_s=(0.0,))) as live:
        assert watch(live, for_s=WAIT_S, tell=tell).shown.code == PaymentCode(WECHAT)
    assert told == [lost, None]


def test_a_camera_that_is_lost_at_the_end_of_the_time_is_a_fault() -> None:
    lost = SourceFault("camera_lost", source="desk")
    seconds = iter([0.0])  # the time is over at the second look at the clock after the loss was told
    with Live("desk", Plug(Played([lost])), patience=Patience(reopen_s=(WAIT_S,))) as live:
        listener = live.listen()
        live.start()
        assert listener.next(WAIT_S) is not None
        with pytest.raises(SourceFault) as caught:
            watch(live, for_s=1.0, clock=lambda: next(seconds, 2.0))
    assert caught.value is lost


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
