"""Keys on a page at times given with them: a busy machine can neither stretch nor split a run of them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, Final

from playwright.sync_api import Page

KEY_S = 0.004
PERSON_KEY_S: Final = 0.09
# An Enter or Tab so soon after a scan is the scanner's second suffix, and heard by nobody.
SUFFIX_MS: Final = 130
_KEYS: Final[dict[str, dict[str, Any]]] = {
    "Enter": {"type": "keyDown", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"},
    "Shift": {"type": "rawKeyDown", "code": "ShiftLeft", "windowsVirtualKeyCode": 16},
    "Tab": {"type": "rawKeyDown", "code": "Tab", "windowsVirtualKeyCode": 9},
}
# The page's timers, which can be held; one that was set meanwhile begins when they are let go. And the times
# of events, which can stand still: what an input method puts in cannot be dated.
TIMERS: Final = """(() => {
  const [set, clear, held, begun] = [setTimeout, clearTimeout, new Map(), new Map()];
  let [holding, last] = [false, 0];
  window.setTimeout = (...asked) => (holding ? (held.set(--last, asked), last) : set(...asked));
  window.clearTimeout = (id) => { if (!held.delete(id)) clear(begun.get(id) ?? id); };
  window.holdTimers = (yes) => {
    holding = yes;
    if (yes) return;
    for (const [id, asked] of held) begun.set(id, set(...asked));
    held.clear();
  };
  const dated = Object.getOwnPropertyDescriptor(Event.prototype, "timeStamp");
  window.standStill = (yes) => {
    const at = performance.now();
    Object.defineProperty(Event.prototype, "timeStamp", yes ? { ...dated, get: () => at } : dated);
  };
})()"""


def scan(page: Page, text: str, suffix: str = "Enter", *, after_s: float = 0.0) -> None:
    """Press the keys of `text` as a scanner does, then `suffix`, if any; by their times, in `after_s`.

    Returns when the next key is a person's.
    """
    keys = [*text, *([suffix] if suffix else [])]
    begun = time.time() + after_s
    press_at(page, [(key, begun + number * KEY_S) for number, key in enumerate(keys)])
    page.wait_for_timeout(SUFFIX_MS + after_s * 1_000)


def press_at(page: Page, keys: Iterable[tuple[str, float]]) -> None:
    """Press these keys one after the other, each at its time in seconds since 1970."""
    presses: list[dict[str, Any]] = [{"key": key, "timestamp": at} for key, at in keys]
    wire = page.context.new_cdp_session(page)
    with _no_silence(page):
        for press in presses:
            key = press["key"]
            down = _KEYS.get(key, {"type": "keyDown", "text": key})
            wire.send("Input.dispatchKeyEvent", {**press, **down})
        for press in presses:
            wire.send("Input.dispatchKeyEvent", {"type": "keyUp", **press})
    wire.detach()


def by_hand(page: Page, text: str) -> None:
    """Type `text` as a person does, by the keys' own times: a busy machine makes no scanner of him."""
    if not text.isascii():
        # What an input method makes is no key at all.
        return page.keyboard.type(text, delay=PERSON_KEY_S * 1_000)
    begun = time.time()
    page.wait_for_timeout(PERSON_KEY_S * 1_000 * len(text))
    return press_at(page, zip(text, count(begun, PERSON_KEY_S), strict=False))


def put_in(page: Page, pieces: Iterable[str]) -> None:
    """An input method puts these pieces of text in, one right after the other."""
    with _no_silence(page):
        page.evaluate("window.standStill(true)")
        for piece in pieces:
            page.keyboard.insert_text(piece)
        page.evaluate("window.standStill(false)")


@contextmanager
def _no_silence(page: Page) -> Iterator[None]:
    """The page tells silence by a timer: it runs once all is in, however slowly that goes."""
    page.evaluate("window.holdTimers(true)")
    yield
    page.evaluate("window.holdTimers(false)")
