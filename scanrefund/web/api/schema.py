"""The OpenAPI document of the API, made from its table of routes and its shapes, in one language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from scanrefund import __version__
from scanrefund.till_desk import KEY_CHARS_MAX
from scanrefund.web.api.call import ROOT, ApiRoute
from scanrefund.web.api.shapes import SHAPES, Shape
from scanrefund.web.call import words

OPENAPI: Final = "3.1.0"
_IN_PATH: Final = re.compile(r"\{([a-z_]+)\}")
_TEXT: Final = {"type": "string"}


def document(routes: Sequence[ApiRoute], language: str) -> dict[str, Any]:
    """The whole document (OpenAPI 3.1.0)."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(ROOT + route.path, {})[route.method.lower()] = _operation(route, language)
    return {
        "openapi": OPENAPI,
        "info": {
            "title": "scanrefund",
            "version": __version__,
            "description": words(language, "api.intro"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {name: _schema(name, shape, language) for name, shape in SHAPES.items()},
        },
    }


def _operation(route: ApiRoute, language: str) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": words(language, f"api_call.{route.name}.title"),
        "description": words(language, f"api_call.{route.name}.text"),
        "parameters": _parameters(route, language),
        "responses": _answers(route, language),
    }
    if route.takes:
        operation["requestBody"] = {"required": True, "content": _json(route.takes)}
    return operation


def _parameters(route: ApiRoute, language: str) -> list[dict[str, Any]]:
    wanted = [(name, "path") for name in _IN_PATH.findall(route.path)]
    wanted += [(name, "query") for name in route.query]
    found = [_parameter(name, place, _TEXT, language) for name, place in wanted]
    if route.method == "POST":
        key = {**_TEXT, "minLength": 1, "maxLength": KEY_CHARS_MAX}
        found.append(_parameter("Idempotency-Key", "header", key, language))
    return found


def _parameter(name: str, place: str, schema: dict[str, Any], language: str) -> dict[str, Any]:
    said = words(language, f"api_parameter.{name.lower().replace('-', '_')}")
    return {"name": name, "in": place, "required": place != "query", "schema": schema, "description": said}


def _answers(route: ApiRoute, language: str) -> dict[str, Any]:
    good = {
        str(status): {"description": words(language, f"api_status.s{status}"), "content": _json(route.gives)}
        for status in route.statuses
    }
    return good | {"default": {"description": words(language, "api_status.fault"), "content": _json("Error")}}


def _json(shape: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{shape}"}}}


def _schema(name: str, shape: Shape, language: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            field: {**schema, "description": words(language, f"api_field.{name}.{field}")}
            for field, schema in shape.fields.items()
        },
        "required": [field for field in shape.fields if field not in shape.optional],
        "additionalProperties": {"type": ["string", "null"]} if shape.more else False,
    }
