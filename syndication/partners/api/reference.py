"""Reference: the API to read, made from its own OpenAPI, in the look of the site."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import conditional_escape, format_html_join
from django.utils.safestring import SafeString


def page(request: HttpRequest) -> HttpResponse:
    """The reference page. It needs no token and tells no secret."""
    from syndication.partners.api import api

    return render(request, "partners/reference.html", {"api": readable(api.get_openapi_schema())})


def readable(schema: Any) -> dict[str, Any]:
    """The schema as the page walks it: operations in groups, each with its parameters, answers and examples."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            told = _operation(path, method, operation, schema["components"]["schemas"])
            groups.setdefault(operation["tags"][0], []).append(told)
    info = schema["info"]
    return {"title": info["title"], "version": info["version"], "about": _code(info["description"]), "groups": groups}


def _operation(path: str, method: str, operation: dict[str, Any], shapes: dict[str, Any]) -> dict[str, Any]:
    statuses = operation["responses"]
    good = next(status for status in statuses if int(status) < 300)
    answer = statuses[good]["content"]["application/json"]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "description": _code(operation.get("description", "")),
        "parameters": [_parameter(one) for one in operation.get("parameters", [])],
        "sends": _pretty(body["example"]) if body else "",
        "status": good,
        "answers": _pretty(answer["example"]),
        "facts": _facts(answer["schema"], shapes),
        "others": [(status, told["description"]) for status, told in statuses.items() if status != good],
    }


def _parameter(one: dict[str, Any]) -> dict[str, Any]:
    shape = one["schema"]
    return {
        "name": one["name"],
        "where": one["in"],
        "required": one.get("required", False),
        "kind": _kind(shape),
        "says": _code(one.get("description") or shape.get("description", "")),
    }


def _facts(shape: dict[str, Any], shapes: dict[str, Any]) -> list[dict[str, str]]:
    """The names at the top of an answer and of what it lists, and what is said of each."""
    told = []
    for name, fact in _resolved(shape, shapes).get("properties", {}).items():
        told.append({"name": name, "kind": _kind(fact), "says": _code(fact.get("description", ""))})
        inner = _resolved(fact.get("items", {}), shapes) if name == "items" else {}
        for part, its in inner.get("properties", {}).items():
            told.append({"name": f"items[].{part}", "kind": _kind(its), "says": _code(its.get("description", ""))})
    return told


def _resolved(shape: dict[str, Any], shapes: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = shapes.get(shape.get("$ref", "").rpartition("/")[2], shape)
    return found


def _code(text: str) -> SafeString:
    """The text, with what stands between backticks as code."""
    parts = [conditional_escape(part) for part in text.split("`")]
    marks = ["", *(("<code>", "</code>")[number % 2] for number in range(len(parts) - 1))]
    return format_html_join("", "{}{}", ((SafeString(mark), part) for mark, part in zip(marks, parts, strict=True)))


def _kind(shape: dict[str, Any]) -> str:
    if "$ref" in shape:
        return str(shape["$ref"].rpartition("/")[2])
    if "anyOf" in shape:
        return " or ".join(_kind(one) for one in shape["anyOf"] if one.get("type") != "null")
    if "enum" in shape:
        return " or ".join(str(one) for one in shape["enum"])
    if shape.get("type") == "array":
        return f"list of {_kind(shape.get('items', {}))}"
    return str(shape.get("format") or shape.get("type", ""))


def _pretty(example: Any) -> str:
    return json.dumps(example, indent=2, ensure_ascii=False)
