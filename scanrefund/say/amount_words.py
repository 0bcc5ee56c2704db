"""Amounts in the characters that nobody can alter by a stroke: `壹万陆仟肆佰零玖元零贰分`.

Source: People's Bank of China, rules for filling in bills (正确填写票据和结算凭证的基本规定):
整 after yuan, none after jiao or fen; one 零 for any number of zeros between digits, and where jiao is
missing before fen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from scanrefund.model.money import Money
from scanrefund.say.catalogue import negotiate


@dataclass(frozen=True, slots=True)
class _Script:
    digits: str
    tens: tuple[str, str, str, str]
    groups: tuple[str, str, str]
    yuan: str
    whole: str


_SCRIPTS: Final[Mapping[str, _Script]] = {
    "zh-Hans": _Script("零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟"), ("", "万", "亿"), "元", "整"),
    "zh-Hant": _Script("零壹貳參肆伍陸柒捌玖", ("", "拾", "佰", "仟"), ("", "萬", "億"), "元", "整"),
}
_GROUP: Final = 10_000


def amount_in_words(amount: Money, language: str) -> str:
    """The amount in capital characters, or empty in a language that has none and for a negative amount."""
    script = _SCRIPTS.get(negotiate(language))
    if script is None or amount.fen < 0:
        return ""
    yuan, rest = divmod(amount.fen, 100)
    jiao, fen = divmod(rest, 10)
    told = _whole(yuan, script) + script.yuan if yuan or not rest else ""
    if not rest:
        return told + script.whole
    told += f"{script.digits[jiao]}角" if jiao else script.digits[0] if told else ""
    return told + (f"{script.digits[fen]}分" if fen else "")


def _whole(yuan: int, script: _Script) -> str:
    """Whole yuan, group by group of four digits; zero is 零."""
    if not yuan:
        return script.digits[0]
    groups: list[int] = []
    while yuan:
        yuan, group = divmod(yuan, _GROUP)
        groups.append(group)
    told, gap = "", False
    for place in reversed(range(len(groups))):
        group = groups[place]
        if group:
            # A zero was passed over: a whole empty group, or a group that does not fill its four digits.
            told += script.digits[0] if told and (gap or group < _GROUP // 10) else ""
            told += _four(group, script) + script.groups[place]
        gap = not group
    return told


def _four(group: int, script: _Script) -> str:
    """1 to 9999 without zeros before or behind."""
    told, gap = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            told += (script.digits[0] if told and gap else "") + script.digits[digit] + script.tens[place]
        gap = not digit
    return told
