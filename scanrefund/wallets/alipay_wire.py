"""Alipay's v2 gateway on the wire: what is signed, and which bytes of an answer are.

Source: opendocs common/057k53 (signing) and the official SDKs. A request signs every public parameter
and biz_content, `sign_type` included; an answer signs the raw text of its node, exactly as received.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from scanrefund.model.outcome import Signature
from scanrefund.wallets.reading import Fields, Unreadable, parse_object
from scanrefund.wallets.signing import LiveKeys, VerifyingKey

ERROR_NODE: Final = "error_response"

_BLANK: Final = rb"[ \t\r\n]*"
_STRING: Final = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_OPENING: Final = re.compile(_BLANK + rb"\{" + _BLANK)
_KEY: Final = re.compile(rb"(" + _STRING + rb")" + _BLANK + rb":" + _BLANK, re.DOTALL)
_TEXT: Final = re.compile(_STRING, re.DOTALL)
_STRING_OR_BRACE: Final = re.compile(_STRING + rb"|[{}]", re.DOTALL)
_AFTER: Final = re.compile(_BLANK + rb"([,}])" + _BLANK)


def string_to_sign(params: Mapping[str, str]) -> bytes:
    """`k=v` joined by `&`, keys sorted, empty values and `sign` left out, nothing URL-encoded."""
    pairs = (f"{name}={params[name]}" for name in sorted(params) if name != "sign" and params[name])
    return "&".join(pairs).encode("utf-8")


@dataclass(frozen=True, slots=True)
class Node:
    """The answer inside a reply. `fields` is empty when its signature is not theirs: nothing is read then."""

    signature: Signature
    fields: Fields = field(repr=False)


def open_node(body: bytes, method: str, keys: LiveKeys) -> Node:
    """The node that answers `method`, or the gateway's error node. Raises Unreadable.

    In certificate mode the answer names its certificate beside the node.
    """
    parts = members(body)
    raw = parts.get(f"{method.replace('.', '_')}_response", parts.get(ERROR_NODE, b""))
    if not raw.startswith(b"{"):
        raise Unreadable("no_answer_node")
    key = keys.get(_unquoted(parts.get("alipay_cert_sn", b'""')))
    signature = _signature_of(raw, parts.get("sign"), key)
    if signature in (Signature.WRONG, Signature.UNKNOWN_KEY):
        return Node(signature, {})
    return Node(signature, parse_object(_decoded(raw)))


def _signature_of(raw: bytes, sign: bytes | None, key: VerifyingKey | None) -> Signature:
    if sign is None:
        return Signature.MISSING
    if key is None:
        return Signature.UNKNOWN_KEY
    return Signature.VERIFIED if key.verifies(raw, _unquoted(sign)) else Signature.WRONG


def members(raw: bytes) -> dict[str, bytes]:
    """A JSON object's members with their values' bytes untouched, in any order. Raises Unreadable.

    Only objects and strings occur as values at the top of Alipay's answers. Braces inside strings do not
    count, and escapes inside strings do not end them.
    """
    parts: dict[str, bytes] = {}
    place = _step(_OPENING, raw, 0).end()
    while True:
        key = _step(_KEY, raw, place)
        end = _value_end(raw, key.end())
        name = _unquoted(key[1])
        if name in parts:
            raise Unreadable("not_json")
        parts[name] = raw[key.end() : end]
        after = _step(_AFTER, raw, end)
        place = after.end()
        if after[1] == b"}":
            break
    if place != len(raw):
        raise Unreadable("not_json")
    return parts


def _step(pattern: re.Pattern[bytes], raw: bytes, place: int) -> re.Match[bytes]:
    match = pattern.match(raw, place)
    if match is None:
        raise Unreadable("not_json")
    return match


def _value_end(raw: bytes, start: int) -> int:
    if raw[start : start + 1] != b"{":
        return _step(_TEXT, raw, start).end()
    depth = 0
    for token in _STRING_OR_BRACE.finditer(raw, start):
        depth += {b"{": 1, b"}": -1}.get(token[0], 0)
        if depth == 0:
            return token.end()
    raise Unreadable("not_json")


def _unquoted(raw: bytes) -> str:
    try:
        value = json.loads(raw)
    except ValueError:
        raise Unreadable("not_json") from None
    if not isinstance(value, str):
        raise Unreadable("not_json")
    return value


def _decoded(raw: bytes) -> str:
    """UTF-8, or GB18030: some system errors come so, whatever charset was asked for."""
    for charset in ("utf-8", "gb18030"):
        try:
            return raw.decode(charset)
        except UnicodeDecodeError:
            continue
    raise Unreadable("not_text")
