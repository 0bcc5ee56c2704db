"""A barcode scanner on a page: keys four milliseconds apart by their own times, however slow the machine."""

from __future__ import annotations

import time

from playwright.sync_api import Page

KEY_S = 0.004


def scan(page: Page, text: str, suffix: str = "Enter") -> None:
    """Press the keys of `text` as a scanner does, then `suffix`, if any."""
    wire = page.context.new_cdp_session(page)
    begun = time.time()
    for number, key in enumerate(text):
        pressed = {"key": key, "timestamp": begun + number * KEY_S}
        wire.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": key, **pressed})
        wire.send("Input.dispatchKeyEvent", {"type": "keyUp", **pressed})
    wire.detach()
    if suffix:
        page.keyboard.press(suffix)
