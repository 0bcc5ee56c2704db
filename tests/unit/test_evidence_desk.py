"""Evidence of refunds: written once, photographs closed up, none with a payment code."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import segno
from PIL import Image

from scanrefund.errors import Fault, KeyFault, UsageFault
from scanrefund.evidence_desk import EvidenceDesk
from scanrefund.ledger.evidence import EvidenceBox
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.evidence import EvidenceKind
from scanrefund.model.refund import Refund
from tests.unit.builders import KEYS, ORDER, WECHAT_DIGITS, FakeClock, keep, reserve

K = EvidenceKind


class Shop:
    """A refund, and a shop that wants two things looked at."""

    def __init__(self, ledger: Ledger, home: Path) -> None:
        keep(ledger, ORDER)
        self.home, self.refund = home, reserve(ledger)
        wanted = (K.GOODS_CHECKED, K.PHOTO)
        self.desk = EvidenceDesk(EvidenceBox(ledger), KEYS, home, wanted, FakeClock().clock)

    def files(self) -> list[Path]:
        return sorted((self.home / "evidence").glob("*"))


@pytest.fixture
def shop(ledger: Ledger, tmp_path: Path) -> Shop:
    return Shop(ledger, tmp_path)


def picture(path: Path, text: str = "") -> Path:
    if text:
        segno.make_qr(text).save(str(path), scale=8)
    else:
        Image.new("RGB", (40, 30), "white").save(path)
    return path


def test_what_is_missing_is_told_until_it_is_written_down(shop: Shop, tmp_path: Path) -> None:
    refund = shop.refund
    assert shop.desk.missing(shop.desk.of_refund(refund.refund_id)) == [K.GOODS_CHECKED, K.PHOTO]
    kept = shop.desk.add(refund.refund_id, K.GOODS_CHECKED, "s3", note=f"whole; {WECHAT_DIGITS}")
    assert shop.desk.missing(kept) == [K.PHOTO]
    assert WECHAT_DIGITS not in kept[0].note
    again = shop.desk.add(refund.refund_id, K.GOODS_CHECKED, "s3", note=f"whole; {WECHAT_DIGITS}")
    assert len(again) == 1
    kept = shop.desk.add(refund.refund_id, K.PAPER_SIGNED, "s3", photo=picture(tmp_path / "p.png"))
    assert shop.desk.missing(kept) == []


def test_a_photograph_lies_closed_up_and_comes_back_as_it_was(shop: Shop, tmp_path: Path) -> None:
    path = picture(tmp_path / "p.png")
    (kept,) = shop.desk.add(shop.refund.refund_id, K.PHOTO, "s3", photo=path)
    assert kept.photo_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    (file,) = shop.files()
    assert b"PNG" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert shop.desk.photo(shop.refund.refund_id, kept.evidence_id) == path.read_bytes()
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(KeyFault):
        shop.desk.photo(shop.refund.refund_id, kept.evidence_id)
    file.unlink()
    with pytest.raises(KeyFault):
        shop.desk.photo(shop.refund.refund_id, kept.evidence_id)


@pytest.mark.parametrize("text", [WECHAT_DIGITS, "pay 2812345678901234"])
def test_a_picture_with_a_payment_code_is_not_kept(shop: Shop, tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageFault) as caught:
        shop.desk.add(shop.refund.refund_id, K.PHOTO, "s3", photo=picture(tmp_path / "p.png", text))
    assert caught.value.code == "evidence_holds_code"
    assert (shop.files(), shop.desk.of_refund(shop.refund.refund_id)) == ([], [])


def test_a_picture_with_another_code_is_kept(shop: Shop, tmp_path: Path) -> None:
    invoice = picture(tmp_path / "p.png", "https://invoice.example/1")
    assert shop.desk.add(shop.refund.refund_id, K.INVOICE_TAKEN_BACK, "s3", photo=invoice)


def test_what_cannot_be_kept_is_refused(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(b"no picture")

    def refused(refund: Refund | str, **more: object) -> bool:
        refund_id = refund if isinstance(refund, str) else refund.refund_id
        with pytest.raises(Fault):
            shop.desk.add(refund_id, K.PHOTO, "s3", **more)  # type: ignore[arg-type]
        return True

    assert refused(shop.refund, photo=tmp_path / "p.png")
    assert refused(shop.refund, note="x" * 301)
    assert refused("nobody")
    with pytest.raises(UsageFault):
        shop.desk.photo(shop.refund.refund_id, 99)
