"""The pack and the poster: what they tell, in every language, with the shop's own numbers."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pypdfium2
import pytest

from scanrefund.aftercare.paper import (
    PaperShop,
    emergency_sheet,
    pack_mark,
    paper_slips,
    poster,
    safety_cards,
    safety_sheet,
)
from scanrefund.aftercare.paper_pdf import ROW_HEIGHT, write_pack, write_poster
from scanrefund.aftercare.paper_text import pack_text
from scanrefund.desk import REQUEST_ID_CHARS_MAX
from scanrefund.say.catalogue import LANGUAGES

SHOP = PaperShop(
    name="和平路店 <b>1</b> & Co",
    counter="counter1",
    policy="食品拆封不退。",
    phone="021-5555",
    contacts=("微信支付 95017", "Landlord 13"),
    return_window_days=7,
    code_required=True,
    rehearsal=False,
)


def lines_of(file: io.BytesIO) -> list[str]:
    """The words on each page."""
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(file.getvalue())]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_emergency_sheet_tells_what_to_do_whom_to_call_and_how_to_go_on(language: str) -> None:
    sheet = emergency_sheet(SHOP, language)
    calls = sheet.parts[3].lines
    assert calls[:3] == (*SHOP.contacts, SHOP.phone)
    told = "\n".join(line for part in sheet.parts for line in part.lines)
    assert "--request-id" in told
    assert "refunds --open" in told
    assert [len(part.lines) for part in sheet.parts] == [3, 4, 4, 5, 4]
    assert not re.search(r"[—{}]|paper\.", told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_card_has_a_title_and_a_reason(language: str) -> None:
    cards = safety_cards(language)
    assert len(cards) == 8
    assert all(title and text and title != text for title, text in cards)
    assert [part.heading for part in safety_sheet(SHOP, language).parts] == [title for title, _ in cards]


@pytest.mark.parametrize("language", LANGUAGES)
def test_slips_are_numbered_and_ask_for_what_a_request_needs(language: str) -> None:
    slips = paper_slips(SHOP, language, "7K3QX", 12)
    assert [slip.number for slip in slips][::11] == ["P-7K3QX-01", "P-7K3QX-12"]
    assert len({name for pair in slips[0].fields for name in pair}) == 12
    assert len(slips[0].number) <= REQUEST_ID_CHARS_MAX
    assert slips[0].stub.endswith(SHOP.phone)


def test_no_two_packs_share_a_number() -> None:
    marks = {pack_mark() for _ in range(12)}
    assert len(marks) == 12
    assert not re.search("[01IO]", "".join(marks))


def test_the_poster_speaks_the_shops_language_first_and_tells_its_own_rules() -> None:
    sheet = poster(SHOP, "zh-Hant")
    assert [part.font for part in sheet.parts] == ["zh-Hant", "zh-Hans", "en", "zh-Hant"]
    assert "7 天" in sheet.parts[0].lines[0]
    assert any("payment code" in line for line in sheet.parts[2].lines)
    assert sheet.parts[3].lines == (SHOP.policy,)
    bare = poster(replace(SHOP, code_required=False, policy="", phone=""), "en")
    assert len(bare.parts) == 3
    assert not any("payment code" in line or "Questions" in line for line in bare.parts[0].lines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pack_has_a_page_for_each_sheet_and_two_slips_on_a_page(language: str) -> None:
    file = io.BytesIO()
    sheets = [emergency_sheet(SHOP, language), safety_sheet(SHOP, language)]
    write_pack(file, sheets, paper_slips(SHOP, language, "7K3QX", 3), language)
    pages = lines_of(file)
    assert len(pages) == 4
    assert [len(set(re.findall(r"P-7K3QX-\d\d", page))) for page in pages] == [0, 0, 2, 1]
    assert SHOP.name in pages[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_of_a_slip_stays_within_its_cell(language: str) -> None:
    file = io.BytesIO()
    [slip] = paper_slips(SHOP, language, "7K3QX", 1)
    write_pack(file, [safety_sheet(SHOP, language)], [slip], language)
    page = pypdfium2.PdfDocument(file.getvalue())[1].get_textpage()
    labels = [label for pair in slip.fields for label in pair]
    heights = {label: height_of(page, label) for label in labels}
    assert {label: high for label, high in heights.items() if high > ROW_HEIGHT} == {}


def height_of(page: pypdfium2.PdfTextPage, label: str) -> float:
    """From the top of a label's first line to the foot of its last, in points."""
    text = page.get_text_range()
    found = re.search(r"\s*".join(map(re.escape, label.replace(" ", ""))), text)
    assert found
    boxes = [page.get_charbox(at) for at in range(*found.span()) if not text[at].isspace()]
    return float(max(top for *_, top in boxes) - min(bottom for _, bottom, *_ in boxes))


def test_a_poster_is_one_page_however_long_the_policy() -> None:
    file = io.BytesIO()
    write_poster(file, poster(replace(SHOP, policy="可以退。" * 125), "zh-Hans"))
    [page] = lines_of(file)
    assert page.count("可以退。") > 100
    assert "working days" in page


def test_a_rehearsal_is_marked_on_every_page() -> None:
    shop = replace(SHOP, rehearsal=True)
    sheets = [emergency_sheet(shop, "en"), safety_sheet(shop, "en"), poster(shop, "en")]
    pages = pack_text(sheets, paper_slips(shop, "en", "7K3QX", 2)).split("\f")
    assert ["REHEARSAL" in page for page in pages] == [True] * 5
    assert "REHEARSAL" not in pack_text([emergency_sheet(SHOP, "en")], paper_slips(SHOP, "en", "7K3QX", 1))
