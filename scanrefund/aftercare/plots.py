"""Plots as SVG that stands inside a page: its colours are the page's, its figures can be read out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scanrefund.aftercare.lone_page import text

WIDTH: Final = 720
HEIGHT: Final = 200
_LEFT, _TOP, _BOTTOM = 44, 14, 26
_ROW: Final = 30
_NAME: Final = 230
# More names below the bars would run into each other.
NAMES_MAX: Final = 24

STYLE: Final = """
figure{margin:0 0 1rem}figcaption{color:var(--soft);font-size:.9rem;margin-top:.25rem}
svg{width:100%;height:auto;max-width:45rem;display:block;font-size:12px}
svg text{fill:var(--soft)}svg .v{fill:var(--ink);font-variant-numeric:tabular-nums}
svg .g{stroke:var(--line)}svg .one{fill:var(--one)}svg .two{fill:var(--two)}
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, its figure, and a second figure that stands on top of the first."""

    name: str
    value: int
    more: int = 0
    shown: str = ""


def columns(title: str, bars: Sequence[Bar], caption: str = "") -> str:
    """Standing bars over time; the second figure in another colour on top."""
    most = max((bar.value + bar.more for bar in bars), default=0)
    top = round_up(most)
    room = HEIGHT - _TOP - _BOTTOM
    step = (WIDTH - _LEFT) / max(len(bars), 1)
    parts = [_rule(_TOP + room * (1 - share), str(round(top * share))) for share in (0, 0.5, 1)]
    for place, bar in enumerate(bars):
        x, width = _LEFT + place * step + step * 0.12, step * 0.76
        height, more = room * bar.value / top, room * bar.more / top
        hint = f"<title>{text(f'{bar.name}: {bar.shown or bar.value}')}</title>"
        parts.append(_rect(x, _TOP + room - height, width, height, "one", hint))
        parts.append(_rect(x, _TOP + room - height - more, width, more, "two", hint))
    every = max(1, -(-len(bars) // NAMES_MAX))
    for place, bar in enumerate(bars[::every]):
        x = _LEFT + (place * every + 0.5) * step
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{text(bar.name)}</text>')
    return _figure(title, parts, HEIGHT, caption)


def rows(title: str, bars: Sequence[Bar], caption: str = "") -> str:
    """Lying bars, one a line, each with its name before and its figure behind."""
    most = max((bar.value for bar in bars), default=0) or 1
    room = WIDTH - _NAME - 110
    parts = []
    for place, bar in enumerate(bars):
        y = place * _ROW + 4
        width = room * bar.value / most
        middle = y + _ROW / 2
        parts.append(
            f'<text x="{_NAME - 10}" y="{middle:.1f}" text-anchor="end">{text(short(bar.name))}</text>'
        )
        parts.append(_rect(_NAME, y, max(width, 1), _ROW - 10, "one", f"<title>{text(bar.name)}</title>"))
        shown = text(bar.shown or bar.value)
        parts.append(f'<text class="v" x="{_NAME + width + 8:.1f}" y="{middle:.1f}">{shown}</text>')
    return _figure(title, parts, max(len(bars), 1) * _ROW + 8, caption)


def _figure(title: str, parts: Sequence[str], height: int, caption: str) -> str:
    told = f"<figcaption>{text(caption)}</figcaption>" if caption else ""
    return (
        f'<figure><svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{text(title)}">'
        f"{''.join(parts)}</svg>{told}</figure>"
    )


def _rule(y: float, figure: str) -> str:
    return (
        f'<line class="g" x1="{_LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"></line>'
        f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{text(figure)}</text>'
    )


def _rect(x: float, y: float, width: float, height: float, kind: str, hint: str) -> str:
    if height <= 0:
        return ""
    size = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect class="{kind}" {size} rx="2">{hint}</rect>'


def round_up(most: int) -> int:
    """The next of 2, 4, 10, 20, 40, 100 …: half of it is a whole number too."""
    size = 1
    while True:
        for step in (2, 4, 10):
            if most <= step * size:
                return step * size
        size *= 10


def short(name: str) -> str:
    """A name that fits before its bar."""
    return name if len(name) <= 34 else f"{name[:33]}…"
