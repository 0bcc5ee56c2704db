"""docs/wallets.md says what the code says, row for row."""

from __future__ import annotations

from pathlib import Path

from scanrefund.wallets import alipay_codes, wechat_codes
from scanrefund.wallets.code_table import CodeTable, Line

PAGE = Path(__file__).parents[3] / "docs" / "wallets.md"
SECTIONS: dict[str, tuple[CodeTable, CodeTable]] = {
    "WeChat Pay: any call": (wechat_codes.ANY_CALL, {}),
    "WeChat Pay: send": (wechat_codes.SEND, wechat_codes.ANY_CALL),
    "WeChat Pay: ask": (wechat_codes.ASK, wechat_codes.ANY_CALL),
    "WeChat Pay: order": (wechat_codes.ORDER, wechat_codes.ANY_CALL),
    "WeChat Pay: second try": (wechat_codes.ABNORMAL, wechat_codes.ANY_CALL),
    "WeChat Pay: close": (wechat_codes.CLOSE, wechat_codes.ANY_CALL),
    "Alipay: any call": (alipay_codes.GATEWAY, {}),
    "Alipay: send": (alipay_codes.SEND, alipay_codes.GATEWAY),
    "Alipay: ask": (alipay_codes.ASK, alipay_codes.GATEWAY),
    "Alipay: order": (alipay_codes.ORDER, alipay_codes.GATEWAY),
    "Alipay: close": (alipay_codes.CLOSE, alipay_codes.GATEWAY),
}


def row(code: str, line: Line) -> str:
    return f"| `{code}` | {line.outcome} | {'yes' if line.alarm else ''} | {line.why} |"


def tables() -> str:
    """The page's tables as they must stand below its mark."""
    lines: list[str] = []
    for title, (table, shared) in SECTIONS.items():
        rows = [row(code, line) for code, line in table.items() if code not in shared]
        lines += [f"### {title}", "", "| code | outcome | alarm | why |", "|---|---|---|---|", *rows, ""]
    return "\n".join(lines)


def test_the_page_shows_every_code_as_the_program_takes_it() -> None:
    _, _, below = PAGE.read_text(encoding="utf-8").partition("<!-- tables -->\n")
    assert below.strip() == tables().strip()
