"""Every alarm of ours has its words: an owner reads a sentence, never a name out of the program."""

from __future__ import annotations

import re

from scanrefund.say.catalogue import Catalogue
from tests.tidy.source import ROOT

FAMILY = "message.alarm_word."
RAISED = re.compile(r'(?:\balarm=(?:answer\.code or )?|"alarm": |turn\.answer\.code or )"([a-z_]+)"')


def raised() -> set[str]:
    """The alarms that rooms which decide about money raise by name."""
    rooms = ("dispatch", "ledger", "aftercare")
    files = [file for room in rooms for file in (ROOT / "scanrefund" / room).rglob("*.py")]
    texts = (file.read_text("utf-8") for file in files)
    return {name for text in texts if "alarm" in text for name in RAISED.findall(text)}


def test_every_alarm_has_words_and_every_word_an_alarm() -> None:
    worded = {key.removeprefix(FAMILY) for key in Catalogue.load("en").texts if key.startswith(FAMILY)}
    found = raised()
    assert len(found) >= 10
    assert found - worded == set()
    source = "\n".join(file.read_text("utf-8") for file in (ROOT / "scanrefund").rglob("*.py"))
    assert [word for word in sorted(worded) if f'"{word}"' not in source] == []
