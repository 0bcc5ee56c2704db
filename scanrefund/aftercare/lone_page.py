"""Pages that stand alone: one HTML file that asks nothing of the outside and runs no script, light and dark.

Every text enters through `text`; a policy inside the page forbids whatever might slip through.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from scanrefund.model.printable import written_out

# Styles stand in the page; nothing else may be loaded, run, framed or sent.
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

STYLE: Final = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6570;--line:#d7dce1;--ground:#fff;--card:#f6f8fa;
--good:#1a7f4b;--bad:#b3261e;--open:#9a6700;--one:#2f6fb0;--two:#c2741d}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#9aa4af;--line:#39414a;--ground:#14171b;
--card:#1d2228;--good:#58c48c;--bad:#ff8a80;--open:#e0b341;--one:#6eaae6;--two:#e6a15c}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:64rem;padding:2rem 1.25rem 4rem;background:var(--ground);color:var(--ink);
font:16px/1.55 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2.2rem 0 .6rem}
p{margin:.4rem 0}.soft{color:var(--soft)}.band{background:var(--two);color:#000;padding:.4rem .8rem;
border-radius:6px;font-weight:600}
table{border-collapse:collapse;width:100%;font-size:.92rem}.wide{overflow-x:auto}
th,td{text-align:left;vertical-align:top;padding:.4rem .7rem .4rem 0;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:600}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
code{font:.85em ui-monospace,monospace;overflow-wrap:anywhere}
@media print{body{max-width:none;padding:0}h2{break-after:avoid}tr{break-inside:avoid}}
"""


def text(value: object) -> str:
    """A value as it may stand in a page: escaped, and nothing in it steers a terminal or a reader's eye."""
    return escape(written_out(str(value)), quote=True)


def page(title: str, body: str, language: str, style: str = "") -> str:
    """A whole page. `title` is plain text; `body` and `style` are made of parts that were escaped."""
    return (
        f'<!doctype html>\n<html lang="{text(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{text(title)}</title>\n<style>{STYLE}{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[object]], numbers: Sequence[int] = ()) -> str:
    """A table of plain texts; the columns whose places stand in `numbers` are set to the right."""

    def cells(tag: str, row: Sequence[object]) -> str:
        marks = (' class="n"' if place in numbers else "" for place in range(len(row)))
        pairs = zip(marks, row, strict=True)
        return "".join(f"<{tag}{mark}>{text(cell)}</{tag}>" for mark, cell in pairs)

    lines = "\n".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    top = f"<thead><tr>{cells('th', head)}</tr></thead>" if any(head) else ""
    return f'<div class="wide"><table>{top}<tbody>{lines}</tbody></table></div>'
