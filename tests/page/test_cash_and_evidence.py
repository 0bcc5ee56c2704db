"""After cash was paid: its slip, shown and printed; what was looked at, with a photograph, by keyboard."""

from __future__ import annotations

import base64
import io

from PIL import Image
from playwright.sync_api import expect

from tests.page.conftest import Till, started
from tests.page.stand_in_app import PIN
from tests.page.stand_in_books import data_of
from tests.page.test_looks import judged

CASHIER = ("refund.create", "refund.cash", "books.read")
NO_PRINT = "() => { window.printed = 0; window.print = () => { window.printed += 1; }; }"
DROP_PNG = """(data) => {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "dropped.png", { type: "image/png" }));
  dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, cancelable: true }));
}"""


def png(width: int = 40) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, 30), "red").save(out, "PNG")
    return out.getvalue()


def to_detail(till: Till, state: str) -> None:
    """A refund that was made without the page, opened from the list."""
    till.desk.outcomes = [state]
    body = {"request_id": "wish", "order_id": "A1001", "amount_fen": 12_80, "reason": "quality"}
    till.desk.refund(body | {"approval": None, "queue": False})
    till.press("F3")
    till.at("refunds")
    expect(till.page.locator(".refunds tbody tr")).to_have_count(1)
    till.press("Enter")
    till.at("detail")


def pay_cash(till: Till) -> None:
    to_detail(till, "CLOSED")
    till.page.locator("[data-arg=cash]").press("Enter")
    till.at("dialog:decide")
    till.by_hand("account")
    till.press("Enter")
    till.at("dialog:cashslip")


@started(permissions=CASHIER)
def test_after_cash_the_slip_is_shown_and_printed_here_and_the_next_is_a_copy(till: Till) -> None:
    till.page.evaluate(NO_PRINT)
    pay_cash(till)
    expect(till.page.locator(".paper")).to_contain_text("现金退款凭条")
    judged(till)
    till.settled()
    till.press("Enter")
    expect(till.page.locator(".dialog .said")).to_contain_text("已打印 1 次")
    # Two presses in one moment are one copy.
    till.page.locator("[data-act=printCashSlip]").evaluate("(button) => { button.click(); button.click(); }")
    expect(till.page.locator(".dialog .said")).to_contain_text("已打印 2 次")
    assert len(till.desk.told("cash-slip")) == 2
    assert till.desk.told("cash-slip")[0]["refund_id"].endswith("_C")
    assert till.page.evaluate("window.printed") == 0
    till.press("Escape")
    till.at("detail")
    till.press("p")
    till.at("dialog:cashslip")
    assert till.desk.told("print") == []


@started(permissions=CASHIER, has_printer=False)
def test_without_a_printer_the_browser_prints_the_slip_alone(till: Till) -> None:
    till.page.evaluate(NO_PRINT)
    pay_cash(till)
    till.settled()
    till.press("Enter")
    till.page.wait_for_function("() => window.printed === 1")
    till.page.emulate_media(media="print")
    expect(till.page.locator(".paper")).to_be_visible()
    expect(till.page.locator(".desk")).not_to_be_visible()
    expect(till.page.locator(".dialog h2")).not_to_be_visible()
    till.page.emulate_media(media="screen")


def test_evidence_is_written_down_by_keyboard_and_stands_in_the_drawer(till: Till) -> None:
    to_detail(till, "SUCCEEDED")
    expect(till.page.locator(".evidence")).to_contain_text("商品已检查")
    till.press("e")
    till.at("dialog:evidence")
    judged(till)
    till.press("3")
    expect(till.page.locator(".person[aria-pressed=true]")).to_contain_text("收据已核对")
    till.page.get_by_label("备注").fill("完好")
    till.press("Enter")
    till.at("detail")
    expect(till.page.locator(".pieces li")).to_contain_text("完好")
    (sent,) = till.desk.told("evidence")
    assert (sent["kind"], sent["note"], "photo_base64" in sent) == ("receipt_seen", "完好", False)
    # Nothing more is wanted, so nothing is chosen for the clerk.
    till.press("e")
    till.at("dialog:evidence")
    till.press("Enter")
    expect(till.page.locator(".dialog .message")).to_contain_text(till.desk.say("page.evidence.which"))
    assert len(till.desk.told("evidence")) == 1


@started(permissions=CASHIER)
def test_a_photograph_goes_out_once_and_has_no_address_and_no_place_in_the_browser(till: Till) -> None:
    to_detail(till, "SUCCEEDED")
    till.press("e")
    till.at("dialog:evidence")
    asked: list[str] = []
    till.page.on("request", lambda request: asked.append(request.url))
    till.page.locator("[data-photo-file]").set_input_files(
        {"name": "goods.png", "mimeType": "image/png", "buffer": png()}
    )
    expect(till.page.locator(".photo [role=status]")).to_contain_text("goods.png")
    till.press("Enter")
    till.at("detail")
    (sent,) = till.desk.told("evidence")
    assert data_of(sent) == png()
    till.page.locator("[data-act=showPhoto]").press("Enter")
    till.at("dialog:photo")
    till.page.wait_for_function(
        "() => document.querySelector('canvas[data-photo]').getContext('2d')"
        ".getImageData(5, 5, 1, 1).data[0] === 255"
    )
    judged(till)
    assert all(url.startswith("http://127.0.0.1") and len(url) < 200 for url in asked)
    kept = till.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert sent["photo_base64"][:40] not in kept
    till.press("Escape")
    till.at("detail")
    expect(till.page.locator("canvas[data-photo]")).to_have_count(0)


@started(permissions=CASHIER)
def test_a_photograph_that_is_dropped_belongs_to_the_question_and_goes_with_it(till: Till) -> None:
    to_detail(till, "SUCCEEDED")
    till.press("e")
    till.at("dialog:evidence")
    till.page.evaluate(DROP_PNG, base64.b64encode(png()).decode())
    expect(till.page.locator(".photo [role=status]")).to_contain_text("dropped.png")
    till.press("Escape")
    till.at("detail")
    till.press("e")
    till.at("dialog:evidence")
    expect(till.page.locator(".photo [role=status]")).to_have_count(0)
    till.press("Enter")
    till.at("detail")
    assert ["photo_base64" in one for one in till.desk.told("evidence")] == [False]
    assert till.desk.told("picture") == []


def test_a_file_that_is_too_large_is_refused_before_it_is_read(till: Till) -> None:
    to_detail(till, "SUCCEEDED")
    till.press("e")
    till.at("dialog:evidence")
    till.page.evaluate(
        """() => { const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(10000001)], "large.png", { type: "image/png" }));
        window.dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true })); }"""
    )
    expect(till.page.locator(".dialog .message")).to_contain_text("10 MB")
    till.press("Enter")
    till.at("detail")
    assert "photo_base64" not in till.desk.told("evidence")[0]


def test_whoever_may_not_read_the_books_sees_that_there_is_a_photograph_and_not_what(till: Till) -> None:
    to_detail(till, "SUCCEEDED")
    till.press("e")
    till.at("dialog:evidence")
    till.page.locator("[data-photo-file]").set_input_files(
        {"name": "goods.png", "mimeType": "image/png", "buffer": png()}
    )
    till.press("Enter")
    till.at("detail")
    expect(till.page.locator(".pieces .badge")).to_have_text("照片")
    expect(till.page.locator("[data-act=showPhoto]")).to_have_count(0)


@started(permissions=CASHIER)
def test_the_browsers_camera_takes_the_photograph(till: Till) -> None:
    to_detail(till, "SUCCEEDED")
    till.page.evaluate(
        """() => { const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [320, 240];
        setInterval(() => canvas.getContext("2d").fillRect(0, 0, 320, 240), 30);
        navigator.mediaDevices.getUserMedia = async () => window.filmed = canvas.captureStream(20); }"""
    )
    till.press("e")
    till.at("dialog:evidence")
    till.page.locator("[data-act=photograph]").press("Enter")
    till.page.wait_for_function("() => document.querySelector('video[data-evidence]')?.videoWidth > 0")
    till.page.locator("[data-act=photograph]").press("Enter")
    expect(till.page.locator(".photo [role=status]")).to_contain_text("camera.jpg")
    assert till.page.evaluate("filmed.getTracks().every((one) => one.readyState === 'ended')")
    till.press("Enter")
    till.at("detail")
    assert data_of(till.desk.told("evidence")[0]).startswith(b"\xff\xd8")


def test_a_page_that_locks_lets_the_camera_go(till: Till) -> None:
    to_detail(till, "SUCCEEDED")
    till.page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = async () =>"
        " window.filmed = document.createElement('canvas').captureStream(); }"
    )
    till.press("e")
    till.at("dialog:evidence")
    till.page.locator("[data-act=photograph]").press("Enter")
    expect(till.page.locator("video[data-evidence]")).to_have_count(1)
    till.press("F10")
    till.at("locked")
    till.page.wait_for_function("() => filmed.getTracks().every((one) => one.readyState === 'ended')")
    till.by_hand(PIN)
