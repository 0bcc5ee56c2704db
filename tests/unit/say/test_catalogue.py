from __future__ import annotations

from collections import Counter

import pytest

from scanrefund.say.catalogue import LANGUAGES, Catalogue, negotiate
from scanrefund.say.gaps import gaps_of
from tests.unit.say.catalogues import SAY, file_names, texts


@pytest.mark.parametrize(
    ("wanted", "served"),
    [
        ("zh-CN", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("zh_CN.UTF-8", "zh-Hans"),
        ("zh-Hans-HK", "zh-Hans"),
        ("zh-SG", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-MO", "zh-Hant"),
        ("zh_TW.UTF-8", "zh-Hant"),
        ("zh-hant", "zh-Hant"),
        ("en", "en"),
        ("en-GB", "en"),
        ("en_US.UTF-8@euro", "en"),
        ("fr", "zh-Hans"),
        ("C", "zh-Hans"),
        ("", "zh-Hans"),
    ],
)
def test_a_language_tag_is_served_by_its_catalogue(wanted: str, served: str) -> None:
    assert negotiate(wanted) == served


def test_every_language_serves_itself() -> None:
    assert [Catalogue.load(language).language for language in LANGUAGES] == list(LANGUAGES)


def test_there_is_no_folder_of_a_language_nobody_serves() -> None:
    assert {path.parent.name for path in SAY.glob("*/*.toml")} == set(LANGUAGES)


@pytest.mark.parametrize("name", file_names())
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_file_has_the_same_keys_in_every_language(language: str, name: str) -> None:
    assert texts(language, name).keys() == texts("en", name).keys()


@pytest.mark.parametrize("name", file_names())
@pytest.mark.parametrize(
    ("language", "charset"), [("zh-Hans", "gb2312"), ("zh-Hant", "big5"), ("en", "ascii")]
)
def test_no_language_has_a_character_of_another_script(language: str, charset: str, name: str) -> None:
    letters = {one for text in texts(language, name).values() for one in text if "\u4e00" <= one <= "\u9fff"}
    assert {one for one in letters if not one.encode(charset, "ignore")} == set()


@pytest.mark.parametrize("name", file_names())
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_has_the_same_gaps_in_every_language(language: str, name: str) -> None:
    ours, english = texts(language, name), texts("en", name)
    differing = {
        key: (sorted(gaps_of(text)), sorted(gaps_of(english.get(key, ""))))
        for key, text in ours.items()
        if gaps_of(text) != gaps_of(english.get(key, ""))
    }
    assert differing == {}


@pytest.mark.parametrize("name", file_names())
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty_or_holds_a_brace_that_is_no_gap(language: str, name: str) -> None:
    for key, text in texts(language, name).items():
        assert text.strip(), key
        rest = text
        for gap in gaps_of(text):
            rest = rest.replace("{" + gap + "}", "")
        assert "{" not in rest, key
        assert "}" not in rest, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_stands_in_two_files_of_one_language(language: str) -> None:
    counted = Counter(key for name in file_names() for key in texts(language, name))
    assert [key for key, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_loaded_catalogue_holds_every_file(language: str) -> None:
    on_disk = {key: text for name in file_names() for key, text in texts(language, name).items()}
    assert dict(Catalogue.load(language).texts) == on_disk
