"""The scan box: what comes in is named, a code stays behind its handle, a number leads to its order."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
import segno

from scanrefund.web.readings import AGE_MAX
from tests.unit.builders import ALIPAY_DIGITS, WECHAT_DIGITS
from tests.unit.web.counter import Page, Served


@pytest.fixture
def shop(busy_shop: Served) -> Served:
    return busy_shop


def picture_of(text: str) -> str:
    """A QR code as an uploaded picture."""
    drawn = io.BytesIO()
    segno.make_qr(text).save(drawn, kind="png", scale=8, border=4)
    return base64.b64encode(drawn.getvalue()).decode()


def jpeg_of(text: str) -> str:
    png = np.frombuffer(base64.b64decode(picture_of(text)), np.uint8)
    grey = cv2.imdecode(png, cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    return base64.b64encode(cv2.imencode(".jpg", grey)[1].tobytes()).decode()


def scanned(page: Page, text: str, *, typed: bool = False) -> Any:
    return page.post("/desk/scan", {"text": text, "typed": typed}).document


@pytest.mark.parametrize(("digits", "wallet"), [(WECHAT_DIGITS, "wechat"), (ALIPAY_DIGITS, "alipay")])
def test_a_payment_code_gets_a_handle_and_a_mask(shop: Served, digits: str, wallet: str) -> None:
    told = scanned(shop.page(), digits + "\r\n")
    reading = told["reading"]
    assert (reading["kind"], reading["wallet"], reading["source"], told["tone"]) == (
        "payment_code",
        wallet,
        "scanner",
        "good",
    )
    assert reading["text"] == digits[:2] + "•" * (len(digits) - 4) + digits[-2:]
    assert digits not in str(told)


def test_a_code_ages_from_its_first_sight_at_any_counter(shop: Served) -> None:
    page = shop.page()
    first = scanned(page, "101230000000000077")["reading"]
    shop.time.forward(20)
    again = scanned(shop.page(), "101230000000000077")["reading"]
    assert (again["seen_at"], again["expires_at"]) == (first["seen_at"], first["expires_at"])
    assert again["id"] != first["id"]


def test_full_width_digits_are_undone_when_typed_and_named_when_scanned(shop: Served) -> None:
    page, wide = shop.page(), WECHAT_DIGITS.translate({48 + n: 0xFF10 + n for n in range(10)})
    assert scanned(page, "1345 0000 0000 0000 42", typed=True)["reading"]["kind"] == "payment_code"
    assert scanned(page, wide, typed=True)["reading"]["kind"] == "payment_code"
    assert scanned(page, wide)["reading"]["kind"] == "not_ascii_digits"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("6901234567892", "product_barcode"),
        ("wxp://f2f0abcdef", "collection_code"),
        ("https://qr.alipay.com/fkx1", "collection_code"),
        ("https://example.com", "web_address"),
        ("<script>alert(1)</script>", "other_text"),
    ],
)
def test_what_is_no_payment_code_is_named_and_refused(shop: Served, text: str, kind: str) -> None:
    told = scanned(shop.page(), text)
    assert (told["reading"]["kind"], told["tone"], told["order"]) == (kind, "bad", None)
    assert told["say"]


def test_any_number_leads_to_its_order_and_its_refund(shop: Served) -> None:
    order = shop.sell("N1", wallet="wechat")
    page = shop.page()
    made = page.post("/desk/refund", shop.wish(page, "N1", 300, reading_id=shop.shown(page, "wechat")))
    refund_id = made.document["refund_id"]
    by_order = [scanned(page, "N1"), scanned(page, order.wallet_order_id), scanned(page, "Ｎ１", typed=True)]
    by_order += [
        page.post("/desk/order", {"number": number}).document for number in ("N1", order.wallet_order_id)
    ]
    for told in by_order:
        assert (told["order"]["order_id"], told["order"]["remaining_fen"]) == ("N1", 700)
        assert told["refund"] is None
        assert [one["refund_id"] for one in told["order"]["refunds"]] == [refund_id]
    by_refund = [scanned(page, refund_id), page.post("/desk/order", {"number": refund_id}).document]
    for told in by_refund:
        assert (told["refund"]["refund_id"], told["order"]["order_id"]) == (refund_id, "N1")


def test_the_wallets_own_word_stands_beside_our_books_and_differences_are_named(shop: Served) -> None:
    shop.sell("N2", 1_000)
    page = shop.page()
    told = page.post("/desk/order", {"number": "N2"}).document["order"]
    assert (told["wallet_word"]["look"], told["differences"], told["may_refund"]) == ("FOUND", [], True)
    with shop.house.ledger.writing() as connection:
        connection.exec_driver_sql("UPDATE orders SET amount_fen = 2000 WHERE order_id = 'N2'")
    told = page.post("/desk/order", {"number": "N2"}).document
    assert [(one["field"], one["ours"], one["theirs"]) for one in told["order"]["differences"]] == [
        ("amount", "¥20.00", "¥10.00")
    ]
    assert (told["order"]["may_refund"], told["tone"], bool(told["order"]["next_step"])) == (
        False,
        "bad",
        True,
    )


def test_an_order_of_another_day_is_marked(shop: Served) -> None:
    # The wallet's clock runs ahead of the shop's here: near midnight it has another day.
    paid_at = shop.sell("N5").paid_at
    assert paid_at is not None
    shop.time.forward((paid_at - shop.time.now()).total_seconds())
    page = shop.page()
    assert page.post("/desk/order", {"number": "N5"}).document["order"]["next_day"] is False
    shop.time.forward(86_400)
    assert shop.page().post("/desk/order", {"number": "N5"}).document["order"]["next_day"] is True


def test_the_days_that_are_left_of_the_return_period_stand_on_the_card(shop: Served) -> None:
    settings = shop.site.settings
    shop.site.settings = replace(settings, limits=replace(settings.limits, return_window_days=7))
    paid_at = shop.sell("UNTIL1").paid_at
    assert paid_at is not None
    shop.time.forward((paid_at - shop.time.now()).total_seconds())
    page = shop.page()
    told = page.post("/desk/order", {"number": "UNTIL1"}).document["order"]["until"]
    assert ("days left: 7" in told["say"], told["soon"]) == (True, False)
    shop.time.forward(4 * 86_400)
    told = shop.page().post("/desk/order", {"number": "UNTIL1"}).document["order"]["until"]
    assert ("days left: 3" in told["say"], told["soon"]) == (True, True)


def test_an_order_that_the_wallet_cannot_be_asked_about_says_so(shop: Served) -> None:
    shop.sell("N3")
    shop.wallets.call("/sandbox/faults", {"wallet": "alipay", "on": "order", "fault": "http_500_before"})
    told = shop.page().post("/desk/order", {"number": "N3"}).document
    assert (told["order"]["wallet_word"]["look"], told["tone"]) == ("NOT_ASKED", "warn")


def test_what_nobody_knows_is_not_found_and_a_code_is_not_repeated(shop: Served) -> None:
    page = shop.page()
    told = page.post("/desk/order", {"number": "17"}).document
    assert (told["order"], told["tone"], "17" in told["say"]) == (None, "bad", True)
    code = page.post("/desk/order", {"number": WECHAT_DIGITS})
    assert (code.document["order"], WECHAT_DIGITS in code.body.decode()) == (None, False)


def test_a_dropped_picture_is_read(shop: Served) -> None:
    page = shop.page()
    told = page.post("/desk/picture", {"name": "a.png", "data_base64": picture_of(ALIPAY_DIGITS)}).document
    assert (told["reading"]["kind"], told["reading"]["source"]) == ("payment_code", "picture")
    assert told["reading"]["confirmed"]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (base64.b64encode(b"GIF89a" + b"x" * 40).decode(), "picture_format_refused"),
        (base64.b64encode(b"hello").decode(), "picture_not_a_picture"),
        (base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 50).decode(), "picture_damaged"),
        ("not base64!", "field_wrong"),
    ],
)
def test_a_file_that_is_no_picture_is_named(shop: Served, data: str, fault: str) -> None:
    answered = shop.page().post("/desk/picture", {"name": "x", "data_base64": data})
    assert (answered.status, answered.fault) == (400, fault)


def test_frames_of_the_browsers_camera_announce_a_code_once(shop: Served) -> None:
    page, frame = shop.page(), {"data_base64": jpeg_of("2712345678901234")}
    told = [page.post("/desk/frame", frame).document for _ in range(4)]
    found = [one["reading"] for one in told if one["reading"]]
    assert [(one["kind"], one["source"]) for one in found] == [("payment_code", "camera")]


def test_frames_are_no_sign_that_somebody_is_there(shop: Served) -> None:
    page, frame = shop.page(), {"data_base64": jpeg_of("nothing")}
    shop.time.forward(170)
    assert page.post("/desk/frame", frame).status == 200
    shop.time.forward(11)
    assert page.post("/desk/frame", frame).status == 423


def test_a_code_is_let_go_when_it_is_too_old_and_the_refund_says_why(shop: Served) -> None:
    shop.sell("N4")
    page = shop.page()
    wish = shop.wish(page, "N4")
    held = shop.site.readings.of(str(wish["reading_id"]), shop.time.now())
    assert held is not None
    assert held.reading is not None
    shop.time.forward(61)
    shop.site.readings.let_go(shop.time.now())
    assert held.reading is None
    looked = page.post("/desk/check", wish)
    assert (looked.status, looked.fault) == (410, "reading_expired")
    receipt = page.post("/desk/refund", wish).document
    assert (receipt["reason"], receipt["refund_id"], receipt["tone"]) == ("code_expired", None, "bad")
    shop.time.forward(AGE_MAX.total_seconds())
    late = shop.page().post("/desk/refund", wish)
    assert (late.status, late.fault) == (410, "reading_gone")


def test_who_types_the_last_digits_or_the_amount_is_offered_what_fits(shop: Served) -> None:
    shop.sell("LAST98761", amount_fen=77_731)
    page = shop.page()
    for text in ("98761", "777.31"):
        told = page.post("/desk/scan", {"text": text, "typed": True}).document
        assert [one["order_id"] for one in told["orders"]] == ["LAST98761"]
        assert told["order"] is None
    scanned = page.post("/desk/scan", {"text": "98761", "typed": False}).document
    assert scanned["orders"] == []
