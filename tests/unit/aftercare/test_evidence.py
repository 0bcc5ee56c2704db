"""The evidence of a refund opens offline, tells everything, and never a payment code."""

from __future__ import annotations

import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from scanrefund.aftercare.bundle import SUMS, write_bundle
from scanrefund.aftercare.evidence import gather
from scanrefund.aftercare.evidence_page import files_of
from scanrefund.aftercare.receipt import Writer
from scanrefund.errors import UsageFault
from scanrefund.ledger.ledger import Ledger
from scanrefund.say.catalogue import LANGUAGES
from tests.unit.aftercare.papers import ACCOUNT, anywhere, refunded, unpacked
from tests.unit.builders import KEYS, NOW, ORDER, WECHAT_DIGITS


@pytest.fixture(params=LANGUAGES)
def bundle(request: pytest.FixtureRequest, ledger: Ledger, tmp_path: Path) -> Path:
    """The evidence of the one refund, in each language."""
    found = gather(ledger, refunded(ledger).refund_id, NOW)
    path = tmp_path / "evidence.zip"
    with path.open("wb") as out:
        write_bundle(out, files_of(found, Writer(request.param, rehearsal=True)), found.at)
    return path


def test_no_payment_code_account_or_fingerprint_is_in_it(bundle: Path) -> None:
    for secret in (WECHAT_DIGITS, ACCOUNT, "0403", KEYS.fingerprint(WECHAT_DIGITS)):
        assert anywhere(bundle, secret) == []
    assert "13••••••••••••••42" in unpacked(bundle)["index.html"]


def test_the_page_asks_nothing_of_the_outside_and_runs_nothing(bundle: Path) -> None:
    page = unpacked(bundle)["index.html"]
    assert "default-src 'none'" in page
    assert re.findall(r"https?:|src=|href=|url\(|@import|<script|<b>|\son\w+=", page) == []
    assert "&lt;script&gt;" in page


class Tags(HTMLParser):
    """Which tags are open at the end, and which end was never begun."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_tag_is_closed(bundle: Path) -> None:
    tags = Tags()
    tags.feed(unpacked(bundle)["index.html"])
    assert tags.open == []


def test_it_tells_the_trip_the_entries_with_their_seals_and_the_receipt(bundle: Path, ledger: Ledger) -> None:
    files = unpacked(bundle)
    told = json.loads(files["evidence.json"])
    assert [trip["outcome"] for trip in told["trips"]] == ["SUCCEEDED"]
    assert told["book"]["whole"] is True
    entries = [json.loads(line) for line in files["book.jsonl"].splitlines()]
    assert [one["kind"] for one in entries] == ["refund_reserved", "send_begun", "attempt_ended", "alarm"]
    with ledger.reading() as connection:
        seals = [
            *connection.exec_driver_sql("SELECT seal FROM book WHERE number > 1 ORDER BY number").scalars()
        ]
    assert [one["seal"] for one in entries] == seals
    assert all(seal in files["index.html"] for seal in seals)
    assert ORDER.order_id in files["receipt.txt"]


def test_whoever_gets_it_can_see_that_it_is_whole(bundle: Path) -> None:
    files = unpacked(bundle)
    pairs = [line.split("  ") for line in files.pop(SUMS).splitlines()]
    sums = {name: told for told, name in pairs}
    assert {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()} == sums


def test_a_refund_that_is_not_there_is_named(ledger: Ledger) -> None:
    with pytest.raises(UsageFault, match="refund_unknown"):
        gather(ledger, "SRT_nothing", NOW)
