"""The schema and, made from it, a page to read: our own HTML, served offline under the page's own policy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from scanrefund.web.api.call import ROOT, ApiRoute
from scanrefund.web.api.schema import document
from scanrefund.web.call import Call

STYLE: Final = Path(__file__).parent / "reference.css"
_REF: Final = "#/components/schemas/"


def openapi(call: Call, routes: Sequence[ApiRoute]) -> Response:
    """The schema as JSON."""
    return JSONResponse(document(routes, call.language))


def style(_call: Call) -> Response:
    """The page's own style sheet."""
    return Response(STYLE.read_bytes(), media_type="text/css; charset=utf-8")


def page(call: Call, routes: Sequence[ApiRoute]) -> Response:
    """The schema as a page; nothing in it runs."""
    told = document(routes, call.language)
    calls = [
        _call(path, method, one, call)
        for path, methods in told["paths"].items()
        for method, one in methods.items()
    ]
    shapes = [_shape(name, one, call) for name, one in told["components"]["schemas"].items()]
    title = call.words("api.title")
    body = "".join(
        (
            f"<h1>{escape(title)} <small>{escape(told['info']['version'])}</small></h1>",
            *(f"<p>{escape(part)}</p>" for part in told["info"]["description"].split("\n")),
            f'<p><a href="{ROOT}/openapi.json">openapi.json</a></p>',
            f"<h2>{escape(call.words('api.calls'))}</h2>",
            *calls,
            f"<h2>{escape(call.words('api.shapes'))}</h2>",
            *shapes,
        )
    )
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    head += f'<link rel="stylesheet" href="{ROOT}/reference.css">'
    html = f'<!doctype html><html lang="{call.language}"><head>{head}</head><body><main>{body}</main></body>'
    return Response(html, media_type="text/html; charset=utf-8")


def _call(path: str, method: str, one: dict[str, Any], call: Call) -> str:
    takes = one.get("requestBody", {}).get("content", {})
    rows = [(told["name"], told["in"], told["description"]) for told in one["parameters"]]
    lines = [f"<p>{escape(call.words('api.takes'))} {_link(takes)}</p>"] if takes else []
    answers = [
        f"<li><b>{escape(status)}</b> {escape(told['description'])} {_link(told['content'])}</li>"
        for status, told in one["responses"].items()
    ]
    return "".join(
        (
            f'<section id="{escape(one["operationId"])}">',
            f"<h3><b>{method.upper()}</b> <code>{escape(path)}</code></h3>",
            f"<p>{escape(one['summary'])}</p><p>{escape(one['description'])}</p>",
            _table(rows),
            *lines,
            f"<ul>{''.join(answers)}</ul></section>",
        )
    )


def _shape(name: str, one: dict[str, Any], call: Call) -> str:
    optional = call.words("api.optional")
    rows = [
        (field, _kind(told) + ("" if field in one["required"] else f" · {optional}"), told["description"])
        for field, told in one["properties"].items()
    ]
    return f'<section id="{escape(name)}"><h3>{escape(name)}</h3>{_table(rows)}</section>'


def _table(rows: Sequence[tuple[str, str, str]]) -> str:
    cells = [
        f'<tr><th scope="row"><code>{escape(name)}</code></th>'
        f"<td>{escape(kind)}</td><td>{escape(said)}</td></tr>"
        for name, kind, said in rows
    ]
    return f"<table>{''.join(cells)}</table>" if cells else ""


def _link(content: dict[str, Any]) -> str:
    name = str(content["application/json"]["schema"]["$ref"]).removeprefix(_REF)
    return f'<a href="#{escape(name)}">{escape(name)}</a>'


def _kind(told: dict[str, Any]) -> str:
    """A field's schema in a few words."""
    if "$ref" in told:
        return str(told["$ref"]).removeprefix(_REF)
    if "anyOf" in told:
        return " | ".join(_kind(one) for one in told["anyOf"])
    if "enum" in told:
        return " | ".join(json.dumps(one) for one in told["enum"])
    if told["type"] == "array":
        return f"[{_kind(told['items'])}]"
    kinds = told["type"] if isinstance(told["type"], list) else [told["type"]]
    return " | ".join(kinds)
