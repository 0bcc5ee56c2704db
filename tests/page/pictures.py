"""A picture of every state of the page: `python -m tests.page.pictures FOLDER`.

One file for each state, language, look and size: `confirm.zh-Hans.dark.1920x1080.png`. Options take several
values. Ends with the states that were not reached.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Error, ViewportSize, sync_playwright

from scanrefund.say.catalogue import LANGUAGES
from scanrefund.web.serving import served
from tests.acceptance.browser import chromium, watched
from tests.page.conftest import Till
from tests.page.stand_in import StandIn
from tests.page.stand_in_app import application
from tests.page.states import STATES

Look = Literal["light", "dark"]
LOOKS: tuple[Look, ...] = ("light", "dark")
SIZES = ("1024x768", "1920x1080", "3840x2160")


def main() -> None:
    wanted = _wanted()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    desk, missed = StandIn(), list[str]()
    with served(application(desk), 0) as port, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--mute-audio"])
        for language in wanted.language:
            for name in wanted.state:
                try:
                    _taken(browser, desk, f"http://127.0.0.1:{port}/", name, language, wanted)
                except (AssertionError, Error) as error:
                    missed.append(f"{name} {language}: {str(error).splitlines()[0]}")
        desk.ended = True
    if missed:
        raise SystemExit("\n".join(missed))


def _taken(
    browser: Browser, desk: StandIn, url: str, name: str, language: str, wanted: argparse.Namespace
) -> None:
    shown = STATES[name]
    desk.begin_again(language=language, **shown.begun)
    with _till(browser, desk, url) as till:
        shown.go(till)
        # Menus of keys are answered only some time after they appeared, and colours fade in.
        till.settled()
        for size in wanted.size:
            width, height = map(int, size.split("x"))
            till.page.set_viewport_size(ViewportSize(width=width, height=height))
            for look in wanted.look:
                till.page.emulate_media(color_scheme=look, reduced_motion="reduce")
                till.page.screenshot(path=wanted.folder / f"{name}.{language}.{look}.{size}.png")


@contextmanager
def _till(browser: Browser, desk: StandIn, url: str) -> Iterator[Till]:
    page = browser.new_page(viewport=ViewportSize(width=1024, height=768), timezone_id="Asia/Shanghai")
    with watched(page, url):
        page.wait_for_selector("#app[data-place]:not([data-place='starting'])")
        yield Till(page, desk)


def _wanted() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="python -m tests.page.pictures", description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--size", nargs="+", default=SIZES, metavar="WIDTHxHEIGHT")
    for option, known in (("state", tuple(STATES)), ("language", LANGUAGES), ("look", LOOKS)):
        asked.add_argument(f"--{option}", nargs="+", choices=known, default=known, metavar=option.upper())
    return asked.parse_args()


if __name__ == "__main__":
    main()
