"""What can be measured of a page's looks: nothing cut off, nothing untranslated, the next step in sight."""

from __future__ import annotations

import re

from playwright.sync_api import Page

# A sentence that is missing shows its key, a gap that nobody filled its name in braces.
UNTRANSLATED = re.compile(r"\b[a-z_]+\.[A-Za-z_]+\.[a-z_]+\b|\{[a-z_]+\}|\bundefined\b|\bNaN\b")
CUT_OFF = """() => [...document.querySelectorAll("#app, #app *")]
  .filter((node) => node.clientWidth > 0 && !node.closest(".unseen, [inert], svg"))
  .filter((node) => node.scrollWidth > node.clientWidth + 1)
  .filter((node) => getComputedStyle(node).overflowX !== "visible")
  .map((node) => `cut off: ${node.tagName}.${node.className}`)"""
COVERED = """(node) => {
  const box = node.getBoundingClientRect();
  const inside = box.top >= 0 && box.left >= 0 && box.bottom < innerHeight + 1 && box.right < innerWidth + 1;
  const seen = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return !inside || !(node.contains(seen) || seen?.contains(node));
}"""


def amiss(page: Page, main: str) -> list[str]:
    """Whatever is cut off at the side, untranslated, or out of sight though it is the next thing to do."""
    wrong = [str(one) for one in page.evaluate(CUT_OFF)]
    wrong += [f"untranslated: {one}" for one in UNTRANSLATED.findall(page.locator("#app").inner_text())]
    if page.evaluate("() => document.documentElement.scrollWidth > innerWidth"):
        wrong.append("the page is wider than the screen")
    if page.locator(main).last.evaluate(COVERED):
        wrong.append(f"out of sight: {main}")
    return wrong
