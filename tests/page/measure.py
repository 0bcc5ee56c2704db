"""What can be measured of a page's looks: nothing cut off or written over, all translated, the next step in sight."""

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
# Words that lie on other words: the boxes of what holds text itself, each beside those after it. What a sheet or a
# bar covers on purpose is not looked at: only what belongs to one screen.
OVERLAPPING = """() => {
  const lines = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return [...range.getClientRects()];
  };
  const topmost = [...document.querySelectorAll("#app .customer, #app .veil")].at(-1) ?? document.getElementById("app");
  const walker = document.createTreeWalker(topmost, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.data.trim() && !node.parentElement.closest(".unseen, [inert], svg, .top, .bar, .marks, .foot.buttons, .helped > .button")) texts.push(node);
  }
  const boxes = texts.flatMap((node) => lines(node).map((box) => ({ node, box })));
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
  return boxes.flatMap((one, at) => boxes.slice(at + 1).filter((other) => other.node !== one.node && over(one.box, other.box))
    .map((other) => `overlapping: ${one.node.data} / ${other.node.data}`));
}"""
COVERED = """(node) => {
  const box = node.getBoundingClientRect();
  const inside = box.top >= 0 && box.left >= 0 && box.bottom < innerHeight + 1 && box.right < innerWidth + 1;
  const seen = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return !inside || !(node.contains(seen) || seen?.contains(node));
}"""


def amiss(page: Page, main: str) -> list[str]:
    """Whatever is cut off at the side, written over, untranslated, or out of sight though it is to be done next."""
    wrong = [str(one) for script in (CUT_OFF, OVERLAPPING) for one in page.evaluate(script)]
    wrong += [f"untranslated: {one}" for one in UNTRANSLATED.findall(page.locator("#app").inner_text())]
    if page.evaluate("() => document.documentElement.scrollWidth > innerWidth"):
        wrong.append("the page is wider than the screen")
    if page.locator(main).last.evaluate(COVERED):
        wrong.append(f"out of sight: {main}")
    return wrong
