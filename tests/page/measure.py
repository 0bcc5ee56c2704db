"""What can be measured of looks: nothing cut off or written over, all translated, the next step in sight."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from scanrefund.say.catalogue import Catalogue

# A sentence that is missing shows its key, a gap that nobody filled its name in braces.
KEY = re.compile(r"\b[a-z_]+(?:\.[A-Za-z0-9_]+)+\b")
UNFILLED = re.compile(r"\{[a-z_]+\}|\bundefined\b|\bNaN\b")
CUT_OFF = """() => [...document.querySelectorAll("#app, #app *")]
  .filter((node) => node.clientWidth > 0 && !node.closest(".unseen, [inert], svg"))
  .filter((node) => node.scrollWidth > node.clientWidth + 1)
  .filter((node) => getComputedStyle(node).overflowX !== "visible")
  .map((node) => `cut off: ${node.tagName}.${node.className}`)"""
# Words that lie on other words, line by line, on the topmost sheet; what floats over a screen is left out.
OVERLAPPING = """() => {
  const floating = ".unseen, [inert], svg, .top, .bar, .marks, .foot.buttons, .helped > .button";
  const sheets = [document.getElementById("app"), ...document.querySelectorAll("#app .customer, #app .veil")];
  const walker = document.createTreeWalker(sheets.at(-1), NodeFilter.SHOW_TEXT);
  const lines = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.data.trim() || node.parentElement.closest(floating)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) lines.push({ node, box });
  }
  const over = ({ box: a, node }, { box: b, node: other }) => node !== other
    && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
  return lines.flatMap((one, at) => lines.slice(at + 1).filter((other) => over(one, other))
    .map((other) => `overlapping: ${one.node.data} / ${other.node.data}`));
}"""
COVERED = """(node) => {
  const box = node.getBoundingClientRect();
  const inside = box.top >= 0 && box.left >= 0 && box.bottom < innerHeight + 1 && box.right < innerWidth + 1;
  const seen = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return !inside || !(node.contains(seen) || seen?.contains(node));
}"""


def amiss(page: Page, main: str) -> list[str]:
    """What is cut off at the side, written over, untranslated, or the next thing to do and out of sight."""
    wrong = [str(one) for script in (CUT_OFF, OVERLAPPING) for one in page.evaluate(script)]
    text, keys = page.locator("#app").inner_text(), Catalogue.load("en").texts
    wrong += [f"untranslated: {one}" for one in KEY.findall(text) if one in keys or one.startswith("page.")]
    wrong += [f"unfilled: {one}" for one in UNFILLED.findall(text)]
    if page.evaluate("() => document.documentElement.scrollWidth > innerWidth"):
        wrong.append("the page is wider than the screen")
    if page.locator(main).last.evaluate(COVERED):
        wrong.append(f"out of sight: {main}")
    return wrong
