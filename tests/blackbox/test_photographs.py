"""The sample photographs: enough of each kind of damage is read, and never a wrong text.

A minimum is what the program read when it was set, less one: `python -m tests.bench photographs` counts anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

import fixtures.make
from fixtures.conditions import DAMAGES
from fixtures.darkroom import FILE_BYTES_MAX, PHOTOGRAPHS, said_of_shot
from fixtures.likeness import pictures_alike
from fixtures.samples import SLIP_KEYS
from fixtures.shots import TEST_MARK, shots
from scanrefund.keys import Keys
from scanrefund.model.shown import Kind, Reading, Source
from scanrefund.scan.engines import Engine, available_engines
from scanrefund.slip_check import vouched
from tests.blackbox.album import WITHOUT_CODE, photographs, under

# All in one process: each picture is read once.
pytestmark = pytest.mark.xdist_group("photographs")

COUNT = 200
ALL_BYTES_MAX = 8_000_000
# Of 16 each.
READ_MIN = {
    "perspective": 14,
    "blur": 11,
    "moire": 13,
    "glare": 10,
    "low-light": 13,
    "reflection": 13,
    "cracked": 14,
    "dark-mode": 11,
    "small": 10,
    "jpeg": 13,
    "motion": 11,
    "mixed": 10,
}
ALL_READ_MIN = 154
# What libzbar alone reads.
ZBARS_SHARE = {
    "perspective": 1,
    "moire": 2,
    "glare": 1,
    "reflection": 1,
    "cracked": 1,
    "dark-mode": 1,
    "jpeg": 1,
    "mixed": 1,
}
WITH_ZBAR = available_engines()[Engine.ZBAR]


def test_every_damage_has_a_minimum() -> None:
    assert READ_MIN.keys() == DAMAGES.keys()


@pytest.mark.parametrize("damage", DAMAGES)
def test_enough_is_read_under_each_damage(damage: str) -> None:
    unread = [one.path.name for one in under(damage) if not one.is_read]
    minimum = READ_MIN[damage] - (0 if WITH_ZBAR else ZBARS_SHARE.get(damage, 0))
    assert len(under(damage)) - len(unread) >= minimum, unread


def test_enough_is_read_in_all() -> None:
    minimum = ALL_READ_MIN - (0 if WITH_ZBAR else sum(ZBARS_SHARE.values()))
    assert sum(one.is_read for one in photographs()) >= minimum


@pytest.mark.parametrize("damage", [*DAMAGES, WITHOUT_CODE])
def test_nothing_is_misread(damage: str) -> None:
    assert under(damage)
    assert {one.path.name: one.misread for one in under(damage) if one.misread} == {}


def test_what_is_read_is_named_as_the_neighbour_says() -> None:
    for one in photographs():
        said = {code["text"]: (code["shown"], code["kind"], code["wallet"]) for code in one.said["codes"]}
        for verdict in one.verdicts:
            shown = verdict.shown
            wallet = shown.wallet.value if shown.wallet else None
            assert (shown.safe_text, shown.kind.value, wallet) == said[verdict.text]


def test_the_slips_in_the_photographs_were_made_with_the_sample_keys() -> None:
    slips = [
        Reading(verdict.shown, Source.PICTURE, None)
        for one in photographs()
        for verdict in one.verdicts
        if verdict.shown.kind is Kind.SLIP
    ]
    assert len(slips) >= 5
    assert {vouched(slip, SLIP_KEYS).shown.kind for slip in slips} == {Kind.OUR_SLIP}
    assert {vouched(slip, Keys(b"x" * 32, b"y" * 32)).shown.kind for slip in slips} == {Kind.FORGED_SLIP}


def test_payment_codes_are_test_numbers() -> None:
    said = {
        code["text"] for one in photographs() for code in one.said["codes"] if code["kind"] == "payment_code"
    }
    read = {
        verdict.text
        for one in photographs()
        for verdict in one.verdicts
        if verdict.shown.kind is Kind.PAYMENT_CODE
    }
    assert len(said) > 80
    assert [text for text in said | read if text[2 : 2 + len(TEST_MARK)] != TEST_MARK] == []


def test_they_are_many_and_small() -> None:
    files = [path for path in PHOTOGRAPHS.iterdir() if path.suffix != ".json"]
    assert {path.name for path in files} == {one.path.name for one in photographs()}
    sizes = [path.stat().st_size for path in files]
    assert (len(files), max(sizes) <= FILE_BYTES_MAX, sum(sizes) <= ALL_BYTES_MAX) == (COUNT, True, True)


def test_the_neighbours_say_what_the_generator_takes() -> None:
    seed = fixtures.make.SEED
    assert {shot.name: said_of_shot(shot, seed) for shot in shots(seed)} == {
        one.path.stem: one.said for one in photographs()
    }


def test_the_command_takes_the_same_photographs_again() -> None:
    some = frozenset({"blur-05-bill-alipay", "small-08-thumb-wechat", "moire-03-bill-wechat", "bill-wechat"})
    assert fixtures.make.changed(fixtures.make.SEED, some) == []


def test_another_picture_is_not_taken_for_the_same(tmp_path: Path) -> None:
    [one, other] = [one.path for one in under("small") if one.path.suffix == ".webp"][-2:]
    assert not pictures_alike(one.read_bytes(), other.read_bytes())
    stored_anew = tmp_path / "anew.jpg"
    with Image.open(one) as image:
        image.convert("RGB").save(stored_anew, quality=70)
    assert pictures_alike(one.read_bytes(), stored_anew.read_bytes())
    assert not pictures_alike(one.read_bytes(), b"no picture")
