"""Writes the page about the API from its description: ``python -m seatkeeper.web.api.reference``."""

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI

from seatkeeper.core.access import INTEGRATION_ROLES, SCOPES, WORKSPACE_ROLES, Permission
from seatkeeper.web.api.app import ROUTERS, describe
from seatkeeper.web.api.browser_only import BROWSER_ONLY
from seatkeeper.web.api.problems import KINDS

_HEAD = """# The admin API

Generated from the code; do not edit. The same as OpenAPI 3.1: `/api/v1/openapi.json`.
"""


def reference() -> str:
    """Write the page."""
    app = FastAPI()
    for router in ROUTERS:
        app.include_router(router)
    return "\n".join(_lines(describe(app)))


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    yield _HEAD
    yield document["info"]["description"]
    yield "\n## Errors\n\n| status | type | |\n|---|---|---|"
    for status, kind, title in KINDS.values():
        yield f"| {status} | `urn:seatkeeper:problem:{kind}` | {title} |"
    yield from _permissions()
    yield "\n## In the browser only\n\n| what | why, and what instead |\n|---|---|"
    for one in BROWSER_ONLY:
        yield f"| {one.what} | {one.why} |"
    yield from _operations(document)
    yield "\n## Documents\n\nWhat operations answer with, and what bodies hold."
    for name, schema in sorted(document["components"]["schemas"].items(), key=lambda each: _name(each[0])):
        if not name.startswith("Page_") and not name.endswith("Body"):
            yield from _document(_name(name), schema)
    yield ""


def _permissions() -> Iterator[str]:
    yield "\n## Permissions\n"
    yield "An operation needs a permission of the member, and the scope beside it of the token.\n"
    yield "| permission | scope | workspace roles | roles on the integration |\n|---|---|---|---|"
    for permission in Permission:
        workspace = ", ".join(role.title() for role, held in WORKSPACE_ROLES.items() if permission in held)
        here = ", ".join(role.title() for role, held in INTEGRATION_ROLES.items() if permission in held)
        yield f"| `{permission}` | `{SCOPES[permission]}` | {workspace} | {here} |"


def _operations(document: Mapping[str, Any]) -> Iterator[str]:
    tagged: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            tagged.setdefault(operation["tags"][0], []).append((f"{method.upper()} {path}", operation))
    for tag, ones in tagged.items():
        yield f"\n## {tag}"
        for title, operation in ones:
            yield from _operation(document, title, operation)


def _document(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"\n### {name}\n\n{schema.get('description', '').partition(chr(10))[0]}\n"
    if "enum" in schema:
        yield f"One of {', '.join(f'`{value}`' for value in schema['enum'])}."
    for field, each in schema.get("properties", {}).items():
        yield f"- `{field}`: {_type(each)}. {each.get('description', '')}".rstrip()


def _operation(document: Mapping[str, Any], title: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"\n### `{title}`\n\n{operation['description']}\n"
    yield f"- needs `{operation['x-permission']}`"
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query":
            told = parameter.get("description", "")
            yield f"- query `{parameter['name']}`: {_type(parameter['schema'])}. {told}".rstrip()
    body = operation.get("requestBody")
    if body is not None:
        shape = _resolve(document, body["content"]["application/json"]["schema"])
        for name, schema in shape["properties"].items():
            need = "required" if name in shape.get("required", ()) else "optional"
            yield f"- body `{name}`: {_type(schema)}, {need}. {schema.get('description', '')}".rstrip()
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            content = answer.get("content", {}).get("application/json", {}).get("schema")
            yield f"- answers {status}" + (f" with {_type(content)}" if content else "")


def _resolve(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    [schema] = [part for part in schema.get("anyOf", [schema]) if part.get("type") != "null"]
    if "$ref" not in schema:
        return schema
    found: Mapping[str, Any] = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def _name(name: str) -> str:
    return name.removesuffix("Shape")


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        page, of, item = name.rpartition("Page_")
        return f"a page of `{_name(item.removesuffix('_'))}`" if of and not page else f"`{_name(name)}`"
    if "enum" in schema or "const" in schema:
        return " or ".join(f"`{value}`" for value in schema.get("enum", [schema.get("const")]))
    if "anyOf" in schema:
        return " or ".join(_type(part) for part in schema["anyOf"])
    if schema.get("type") == "array":
        return f"a list of {_type(schema.get('items') or schema['prefixItems'][0])}"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"a map to {_type(schema['additionalProperties'])}"
    return str(schema.get("format") or schema.get("type", "anything"))


if __name__ == "__main__":
    sys.stdout.write(reference())
