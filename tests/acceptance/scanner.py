"""A barcode scanner on a page: keys four milliseconds apart by their own times, however slow the machine."""

from __future__ import annotations

import time

from playwright.sync_api import Page

KEY_S = 0.004


def scan(page: Page, text: str, suffix: str = "Enter", *, after_s: float = 0.0) -> None:
    """Press the keys of `text` as a scanner does, then `suffix`, if any; by their times, `after_s`."""
    wire = page.context.new_cdp_session(page)
    begun = time.time() + after_s
    presses = [{"key": key, "timestamp": begun + number * KEY_S} for number, key in enumerate(text)]
    # The page looks at keys going down: nothing comes between that a slow machine could stretch to a silence.
    for press in presses:
        wire.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": press["key"], **press})
    for press in presses:
        wire.send("Input.dispatchKeyEvent", {"type": "keyUp", **press})
    wire.detach()
    if suffix:
        page.keyboard.press(suffix)
