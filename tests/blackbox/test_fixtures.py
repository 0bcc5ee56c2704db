"""Every sample picture reads as its neighbour says, through the road that `decode` takes. No misreads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import fixtures.make
from fixtures.catalogue import samples
from scanrefund.scan.batch import Line, decode_file
from scanrefund.scan.engines import Engine, available_engines
from scanrefund.scan.kinds import TABLE
from scanrefund.scan.picture import picture_format

NEIGHBOURS = sorted(fixtures.make.PICTURES.glob("*.json"))
WITH_ZBAR = available_engines()[Engine.ZBAR]


def said_of(neighbour: Path) -> dict[str, Any]:
    return dict(json.loads(neighbour.read_text("utf-8")))


def expected_status(said: dict[str, Any]) -> tuple[str, str]:
    """Where a lone barcode is certain only with libzbar, the line without it says so."""
    if not WITH_ZBAR and said["codes"] and all(code["confirmed"] == "pyzbar" for code in said["codes"]):
        return "refused", "code_unreadable"
    return said["status"], said["reason"]


def expected_code(code: dict[str, Any]) -> tuple[object, ...]:
    confirmed = WITH_ZBAR if code["confirmed"] == "pyzbar" else code["confirmed"]
    return (code["shown"], code["kind"], code["wallet"], code["symbology"], confirmed)


def read_codes(line: Line) -> list[tuple[object, ...]]:
    return [(code.text, code.kind.value, code.wallet, code.symbology, code.confirmed) for code in line.codes]


@pytest.mark.parametrize("neighbour", NEIGHBOURS, ids=lambda path: path.stem)
def test_a_picture_reads_as_its_neighbour_says(neighbour: Path) -> None:
    said = said_of(neighbour)
    line = decode_file(neighbour.parent / said["picture"])
    assert (line.status.value, line.reason) == expected_status(said)
    assert sorted(read_codes(line), key=repr) == sorted(map(expected_code, said["codes"]), key=repr)


@pytest.mark.parametrize("neighbour", NEIGHBOURS, ids=lambda path: path.stem)
def test_what_is_read_is_the_text_itself(neighbour: Path) -> None:
    """The masked text could hide a wrong digit in its middle."""
    said = said_of(neighbour)
    codes = decode_file(neighbour.parent / said["picture"], reveal=True).codes
    payment_codes = {code["text"] for code in said["codes"] if code["kind"] == "payment_code"}
    assert {code.text for code in codes if code.kind.value == "payment_code"} == payment_codes


def test_every_kind_has_a_picture() -> None:
    pictured = {code["kind"] for neighbour in NEIGHBOURS for code in said_of(neighbour)["codes"]}
    assert {row.kind.value for row in TABLE} - pictured == set()


def test_every_picture_has_a_neighbour_and_every_neighbour_a_picture() -> None:
    files = {path.name for path in fixtures.make.PICTURES.iterdir() if path.suffix != ".json"}
    assert files == {said_of(neighbour)["picture"] for neighbour in NEIGHBOURS}
    assert len(files) > 50


def test_the_command_makes_the_same_neighbours_again(tmp_path: Path) -> None:
    only = frozenset(
        {"wechat-18-qr", "alipay-24-barcode", "photo-5-wechat", "refuse-id-card", "file-cut-off"}
    )
    for made in fixtures.make.make(fixtures.make.SEED, tmp_path, only):
        committed = fixtures.make.PICTURES / made.name
        assert made.read_text("utf-8") == committed.read_text("utf-8")
        assert _read_alike(tmp_path / said_of(made)["picture"])


def test_the_command_makes_all_that_is_committed() -> None:
    names = {sample.name for sample in samples(fixtures.make.SEED)}
    assert names == {neighbour.stem for neighbour in NEIGHBOURS}


def test_another_seed_gives_other_digits(tmp_path: Path) -> None:
    [made] = fixtures.make.make(1, tmp_path, frozenset({"wechat-18-qr"}))
    assert (
        said_of(made)["codes"][0]["text"] != said_of(fixtures.make.PICTURES / made.name)["codes"][0]["text"]
    )


def _read_alike(picture: Path) -> bool:
    old = decode_file(fixtures.make.PICTURES / picture.name, reveal=True)
    new = decode_file(picture, reveal=True)
    assert picture_format(picture.read_bytes()[:16])
    return [code.text for code in old.codes] == [code.text for code in new.codes]
