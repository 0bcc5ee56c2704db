"""Cash slips and evidence over the page's door: originals counted, no photograph seen by just anybody."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from pathlib import Path

import pytest
import segno
from PIL import Image

from scanrefund.cash_slip_desk import CashSlipDesk, CashSlipSettings
from scanrefund.ledger.by_hand import Hand
from tests.unit.web.counter import Page, Served, heard
from tests.unit.web.test_customers import any_refund

CODE = "134712345678901242"


@pytest.fixture
def shop(busy_shop: Served) -> Served:
    busy_shop.time.forward(61)
    return busy_shop


def declined(shop: Served, order_id: str) -> str:
    """A refund of the clerk's that the wallet closed."""
    shop.sell(order_id, wallet="wechat", fault="closed")
    page = shop.page(shop.crew.owner)
    wish = shop.wish(page, order_id, reading_id=shop.shown(page, "wechat"))
    with page.hear() as stream:
        receipt = page.post("/desk/refund", wish).document
        while receipt["state"] in ("READY", "SENDING"):
            receipt = heard(stream, "refund")
        shop.wallets.call("/sandbox/settle", {})
        receipt = page.post(f"/desk/refunds/{receipt['refund_id']}/ask").document
        while receipt["state"] == "PROCESSING":
            receipt = heard(stream, "refund")
    assert receipt["state"] == "CLOSED", receipt
    return str(receipt["refund_id"])


def paid_in_cash(shop: Served, order_id: str) -> tuple[Page, str]:
    page, refund_id = shop.page(), declined(shop, order_id)
    paid = page.post(f"/desk/refunds/{refund_id}/cash", {"why": "account closed"}).document
    assert paid["state"] == "PAID_OTHER_WAY", paid
    return page, str(paid["refund_id"])


def picture(text: str = "") -> str:
    out = io.BytesIO()
    if text:
        segno.make_qr(text).save(out, kind="png", scale=8)
    else:
        Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def test_a_cash_slip_is_shown_uncounted_then_printed_once_and_copied(shop: Served) -> None:
    page, refund_id = paid_in_cash(shop, "CASH1")
    path = f"/desk/refunds/{refund_id}/cash-slip"
    looked = [page.get(path).document for _ in range(2)]
    assert [one["prints"] for one in looked] == [0, 0]
    assert "COPY" not in looked[1]["text"]
    first, second = page.post(path).document, page.post(path).document
    assert (first["prints"], "COPY" in first["text"]) == (1, False)
    assert (second["prints"], "COPY" in second["text"]) == (2, True)
    assert first["printer"] is False
    assert "Li (s2)" in first["text"]
    lines = page.get(f"/desk/refunds/{refund_id}").document["timeline"]
    assert [line["who"] for line in lines if line["what"] == "slip_printed"] == ["Li", "Li"]
    assert all("timeline." not in line["say"] for line in lines)


def test_a_cash_slip_goes_to_the_counters_printer_where_there_is_one(shop: Served, tmp_path: Path) -> None:
    page, refund_id = paid_in_cash(shop, "CASH2")
    house, printer = shop.site.house, shop.settings.slips.printer
    file = tmp_path / "printed"
    for place, fault in (("dummy", ""), (str(tmp_path / "away"), "printer_away")):
        told = CashSlipSettings("Tea", replace(printer, place=place, dummy_file=file), rehearsal=True)
        desk = CashSlipDesk(house.ledger, house.clock, told, lambda _staff_id: None)
        shop.site.house = replace(house, cash_slips=desk)
        answered = page.post(f"/desk/refunds/{refund_id}/cash-slip").document
        assert answered.get("fault", "") == fault
    assert refund_id.encode() in file.read_bytes()
    assert page.get(f"/desk/refunds/{refund_id}/cash-slip").document["prints"] == 1
    shop.site.house = house


@pytest.mark.parametrize("way", ["cash", "bank"])
def test_the_drawer_opens_for_cash_and_for_no_copy(shop: Served, tmp_path: Path, way: str) -> None:
    page, refund_id = shop.page(), declined(shop, f"DRAWER-{way}")
    how = {"method": way} | ({"bank_reference": "B2026", "account_last4": "0042"} if way == "bank" else {})
    paid = page.post(f"/desk/refunds/{refund_id}/cash", {"why": "account closed", **how}).document
    printer = replace(shop.settings.slips.printer, place="dummy", dummy_file=tmp_path / "printed")
    house = shop.site.house
    told = CashSlipSettings("Tea", replace(printer, has_drawer=True), rehearsal=True)
    desk = CashSlipDesk(house.ledger, house.clock, told, lambda _staff_id: None)
    opened = []
    for _ in range(2):
        desk.print(paid["refund_id"], "s2", "en")
        opened.append(b"\x1bp\x00" in printer.dummy_file.read_bytes())
    assert opened == [way == "cash", False]


def test_what_was_not_paid_by_hand_has_no_cash_slip(shop: Served) -> None:
    refund_id = declined(shop, "CASH3")
    page = shop.page()
    assert page.get(f"/desk/refunds/{refund_id}/cash-slip").fault == "cash_slip_of_no_cash"
    assert page.post(f"/desk/refunds/{refund_id}/cash-slip").fault == "cash_slip_of_no_cash"
    assert page.get("/desk/refunds/nobody/cash-slip").fault == "refund_unknown"


def test_evidence_is_written_down_and_stands_in_the_refunds_drawer(shop: Served) -> None:
    refund_id = declined(shop, "EVID1")
    clerk = shop.page(shop.crew.clerk)
    path = f"/desk/refunds/{refund_id}/evidence"
    told = clerk.post(path, {"kind": "goods_checked", "note": f"whole {CODE}", "photo_base64": picture()})
    (piece,) = told.document["evidence"]["pieces"]
    assert (piece["kind"], piece["say"], piece["by"], piece["photo"]) == (
        "goods_checked",
        "goods checked",
        "Wang",
        True,
    )
    assert CODE.encode() not in told.body
    assert clerk.get(f"/desk/refunds/{refund_id}").document["evidence"] == told.document["evidence"]
    seen = f"{path}/{piece['number']}"
    assert clerk.get(seen).fault == "not_permitted"
    assert shop.page().get(seen).document == {"data_base64": picture()}


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"kind": "photo", "photo_base64": picture(CODE)}, "evidence_holds_code"),
        (
            {"kind": "photo", "photo_base64": base64.b64encode(b"no picture").decode()},
            "picture_not_a_picture",
        ),
        ({"kind": "photo", "photo_base64": "!"}, "field_wrong"),
        ({"kind": "gossip"}, "field_wrong"),
        ({"note": "x"}, "field_wrong"),
        ({"kind": "photo", "note": "x" * 301}, "field_wrong"),
    ],
)
def test_what_is_no_evidence_is_refused_and_nothing_is_kept(
    shop: Served, body: dict[str, str], fault: str
) -> None:
    page, refund_id = any_refund(shop)
    before = page.get(f"/desk/refunds/{refund_id}").document["evidence"]["pieces"]
    assert page.post(f"/desk/refunds/{refund_id}/evidence", body).fault == fault
    assert page.get(f"/desk/refunds/{refund_id}").document["evidence"]["pieces"] == before


def test_a_photograph_is_bounded_before_it_is_read(shop: Served) -> None:
    page, refund_id = any_refund(shop)
    path = f"/desk/refunds/{refund_id}/evidence"
    large = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 10_000_000).decode()
    assert page.post(path, {"kind": "photo", "photo_base64": large}).fault == "picture_too_large"
    assert page.get(f"{path}/x").fault == "field_wrong"
    assert page.get(f"{path}/99").fault == "evidence_no_photo"


def test_a_cash_slip_names_the_payer_by_id_where_nobody_knows_his_name(shop: Served) -> None:
    refund_id = declined(shop, "CASH4")
    paid = shop.house.supervisor.pay_other_way(refund_id, Hand("s2", "by hand"))
    assert paid.refund_id is not None
    unknown = CashSlipSettings("", shop.settings.slips.printer, rehearsal=False)
    desk = CashSlipDesk(shop.house.ledger, shop.house.clock, unknown, lambda _staff_id: None)
    assert "Paid out by: s2 " in desk.look(paid.refund_id, "en").text
