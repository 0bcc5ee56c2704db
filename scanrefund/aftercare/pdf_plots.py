"""Plots on paper, from the bars of the page's plots (extra `receipt`): a drawing in lines and not in dots."""

from __future__ import annotations

from typing import Any, Final

from reportlab.graphics.shapes import Drawing, Line, Rect, String
from reportlab.lib.colors import HexColor

from scanrefund.aftercare.plots import NAMES_MAX, round_up, short
from scanrefund.aftercare.report_plots import Plot

# In points. The page's light colours, which stay apart in grey too.
HEIGHT: Final = 130.0
_ONE, _TWO, _SOFT, _LINE, _INK = "#2f6fb0", "#c2741d", "#5b6570", "#d7dce1", "#1b1f24"
_SIZE: Final = 8.0
_LEFT, _BOTTOM, _TOP = 32.0, 16.0, 8.0
_ROW: Final = 18.0
_NAME: Final = 165.0
_FIGURE: Final = 50.0


def drawing(plot: Plot, font: str, width: float) -> Any:
    """A plot as a `reportlab.graphics.shapes.Drawing`, `width` points wide."""
    return _standing(plot, font, width) if plot.standing else _lying(plot, font, width)


def _standing(plot: Plot, font: str, width: float) -> Any:
    """The second figure of each bar stands on the first, in another colour."""
    made = Drawing(width, HEIGHT)
    top = round_up(max((bar.value + bar.more for bar in plot.bars), default=0))
    room, step = HEIGHT - _BOTTOM - _TOP, (width - _LEFT) / max(len(plot.bars), 1)
    for share in (0, 0.5, 1):
        _rule(made, _BOTTOM + room * share, str(round(top * share)), font)
    for place, bar in enumerate(plot.bars):
        x, one, two = _LEFT + step * (place + 0.12), room * bar.value / top, room * bar.more / top
        _rect(made, (x, _BOTTOM, step * 0.76, one), _ONE)
        _rect(made, (x, _BOTTOM + one, step * 0.76, two), _TWO)
    every = max(1, -(-len(plot.bars) // NAMES_MAX))
    for place, bar in list(enumerate(plot.bars))[::every]:
        _text(made, (_LEFT + (place + 0.5) * step, 4), bar.name, font, anchor="middle")
    return made


def _lying(plot: Plot, font: str, width: float) -> Any:
    """One a line, each with its name before and its figure behind."""
    height = max(len(plot.bars), 1) * _ROW + 4
    made = Drawing(width, height)
    most = max((bar.value for bar in plot.bars), default=0) or 1
    for place, bar in enumerate(plot.bars, start=1):
        y = height - place * _ROW
        long = max((width - _NAME - _FIGURE) * bar.value / most, 1)
        _text(made, (_NAME - 8, y + 3), short(bar.name), font, anchor="end")
        _rect(made, (_NAME, y, long, _ROW - 6), _ONE)
        _text(made, (_NAME + long + 6, y + 3), bar.shown or str(bar.value), font, colour=_INK)
    return made


def _rule(made: Any, y: float, figure: str, font: str) -> None:
    made.add(Line(_LEFT, y, made.width, y, strokeColor=HexColor(_LINE), strokeWidth=0.5))
    _text(made, (_LEFT - 5, y - 3), figure, font, anchor="end")


def _rect(made: Any, at: tuple[float, float, float, float], colour: str) -> None:
    """Nothing where there is no height: a line would look like a little."""
    if at[3] > 0:
        made.add(Rect(*at, fillColor=HexColor(colour), strokeColor=None))


def _text(
    made: Any, at: tuple[float, float], text: str, font: str, *, anchor: str = "start", colour: str = _SOFT
) -> None:
    look = {"fontName": font, "fontSize": _SIZE, "fillColor": HexColor(colour)}
    made.add(String(*at, text, textAnchor=anchor, **look))
