"""Masking what an identity provider sent, and was answered, before any of it is stored.

Names of attributes, operators, the shape of every document and the ids that Seatkeeper gave stay, for a replay has
to make sense; so do the names of groups, of which mappings speak. Every other value gets its stand-in, and what
cannot be told apart is masked whole or left out.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from seatkeeper.core.masked_texts import INSTANT, LABEL, NAME, TextMask, leaves_of
from seatkeeper.core.stand_ins import HIDDEN, is_ours, stand_in_number

_DEEPEST = 24
_SECRET = re.compile(r"password|secret|token|authorization|credential", re.IGNORECASE)
_VERSION = re.compile(r'(?:W/)?"[\w.-]{1,80}"')
_PLAIN = re.compile(r"[\w.:,$ -]*")
_PLACES = frozenset(
    "users groups bulk me .search serviceproviderconfig resourcetypes schemas roles entitlements".split()
)
_PUBLIC_PLACES = frozenset({"schemas", "resourcetypes"})
_FLAGS = frozenset({"aadoptscim062020", "azureadscimpatch2017"})
"""What Entra's tenant URL may end in."""
_OPERATORS = frozenset({"add", "replace", "remove"})
_PLAIN_PARAMETERS = frozenset("startindex count sortby sortorder attributes excludedattributes".split())
_ENVELOPE = frozenset(
    "schemas totalresults startindex itemsperpage count sortby sortorder attributes excludedattributes"
    " failonerrors status scimtype method version".split()
)
"""What stands around documents and is the protocol's own."""
_RESOURCE_TYPES = frozenset({"User", "Group", "Role", "Entitlement", "Schema", "ResourceType"})
_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
_SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

_Masked = Callable[[Any, bool, int], Any]


class Mask:
    """Masks one request and its answer. ``kept`` are attributes, by lower-case name, whose values stay."""

    def __init__(self, key: bytes, kept: frozenset[str] = frozenset()) -> None:
        self._texts = TextMask(key, kept)

    def target(self, target: str) -> str:
        """Mask path and query, in the encoding they came in."""
        path, asks, query = target.partition("?")
        parts = path.split("/")
        masked = "/".join(self._segment(part, parts[at - 1] if at else "") for at, part in enumerate(parts))
        groups = _is_about_groups(path)
        return masked + asks + "&".join(self._parameter(each, groups=groups) for each in query.split("&"))

    def document(self, path: str, document: Any) -> Any:
        """Mask the body of a request to that path, or of its answer."""
        return self._document(document, _is_about_groups(path), 0)

    def _segment(self, part: str, before: str) -> str:
        if not part or part.lower() in _PLACES or is_ours(part) or before.lower() in _PUBLIC_PLACES:
            return part
        return quote(self._texts.text(unquote(part)), safe="@:")

    def _parameter(self, parameter: str, *, groups: bool) -> str:
        name, given, raw = parameter.partition("=")
        value = unquote_plus(raw)
        if not given or not NAME.fullmatch(name):
            return parameter if parameter.lower() in _FLAGS else quote(self._texts.text(unquote_plus(parameter)))
        if name.lower() in _PLAIN_PARAMETERS and _PLAIN.fullmatch(value):
            return parameter
        masked = self._texts.filter(value, groups=groups) if name.lower() == "filter" else self._texts.text(value)
        if masked == value:
            return parameter
        return f"{name}={quote(masked) if '%20' in raw else quote_plus(masked)}"

    def _document(self, document: Any, groups: bool, depth: int) -> Any:
        if not isinstance(document, Mapping):
            return self._value("", document, depth + 1)
        names = {name.lower(): name for name in document}
        urns = _listed(document.get(names.get("schemas", "schemas")))
        if "operations" in names:
            return self._around(document, names["operations"], self._each(self._operation, groups, depth))
        if "resources" in names:
            return self._around(document, names["resources"], self._each(self._document, groups, depth))
        if _SEARCH in urns and "filter" in names:
            return self._around(
                document, names["filter"], lambda text: self._texts.filter(str(text), groups=groups)
            )
        if _ERROR in urns:
            return self._around(
                document, names.get("detail", "detail"), lambda text: self._texts.sentence(str(text))
            )
        is_group = groups or any(isinstance(urn, str) and urn.endswith(":Group") for urn in urns)
        return self._resource(document, is_group, depth + 1)

    @staticmethod
    def _each(mask: _Masked, groups: bool, depth: int) -> Callable[[Any], Any]:
        return lambda entries: [mask(entry, groups, depth + 1) for entry in _listed(entries)]

    @staticmethod
    def _around(document: Mapping[str, Any], name: str, mask: Callable[[Any], Any]) -> dict[str, Any]:
        kept = {key: _protocol(value) for key, value in document.items() if key.lower() in _ENVELOPE}
        return {**kept, name: mask(document[name])} if name in document else kept

    def _operation(self, operation: Any, groups: bool, depth: int) -> Any:
        if not isinstance(operation, Mapping):
            return self._value("", operation, depth)
        names = {name.lower(): name for name in operation}
        if "method" in names:
            return self._bulk_operation(operation, depth)
        path = operation.get(names.get("path", "path"))
        return {
            self._texts.name(name): self._part(name, value, path, groups, depth)
            for name, value in operation.items()
        }

    def _part(self, name: str, value: Any, path: Any, groups: bool, depth: int) -> Any:
        match name.lower():
            case "op" if isinstance(value, str) and value.lower() in _OPERATORS:
                return value
            case "path" if isinstance(value, str):
                return self._texts.path(value, groups=groups)
            case "value" if isinstance(path, str) and path:
                return self._attribute(path.partition("[")[0], value, groups, depth + 1)
            case "value" if isinstance(value, Mapping):
                return self._resource(value, groups, depth + 1)
            case _:
                return self._value("", value, depth + 1)

    def _bulk_operation(self, operation: Mapping[str, Any], depth: int) -> Any:
        path = next((value for name, value in operation.items() if name.lower() == "path"), "")
        masked = {}
        for name, value in operation.items():
            match name.lower():
                case "path" | "location":
                    masked[name] = _reference(str(value)) or self.target(str(value))
                case "data" | "response":
                    masked[name] = self._document(value, _is_about_groups(str(path)), depth + 1)
                case "bulkid":
                    masked[name] = self._value("", value, depth)
                case "method" | "status" | "version":
                    masked[name] = _protocol(value)
        return masked

    def _resource(self, resource: Mapping[str, Any], groups: bool, depth: int) -> Any:
        return {
            self._texts.name(name): self._attribute(name, value, groups, depth + 1)
            for name, value in resource.items()
        }

    def _attribute(self, name: str, value: Any, groups: bool, depth: int) -> Any:
        leaves = leaves_of(name)
        if _SECRET.search(leaves[-1]) and value is not None:
            return HIDDEN
        if leaves == ["schemas"]:
            return [each if _is_urn(each) else self._value("", each, depth) for each in _listed(value)]
        if leaves == ["meta"]:
            return _meta(value) if isinstance(value, Mapping) else None
        if name.lower().startswith("urn:") and isinstance(value, Mapping):
            return self._resource(value, groups, depth + 1)
        if not self._texts.kept.isdisjoint(leaves) or (groups and leaves == ["displayname"]):
            return value
        return self._value(leaves[0], value, depth)

    def _value(self, parent: str, value: Any, depth: int) -> Any:
        masked: Any = None
        match value:
            case _ if depth > _DEEPEST:
                pass
            case bool():
                masked = value
            case int() | float():
                masked = stand_in_number(self._texts.key, value)
            case str():
                masked = self._texts.text(value)
            case list():
                masked = [self._value(parent, each, depth + 1) for each in value]
            case Mapping():
                masked = {
                    self._texts.name(name): self._sub(parent, name, each, depth + 1)
                    for name, each in value.items()
                }
        return masked

    def _sub(self, parent: str, name: str, value: Any, depth: int) -> Any:
        match name.lower():
            case "type" | "primary" if isinstance(value, str) and LABEL.fullmatch(value):
                return value
            case "display" if parent == "groups":
                return value
            case "$ref" if isinstance(value, str):
                return _reference(value) or self._texts.text(value)
            case _:
                return self._attribute(name, value, groups=False, depth=depth)


def _is_about_groups(path: str) -> bool:
    return path.lstrip("/").lower().partition("/")[0].partition("?")[0] == "groups"


def _meta(meta: Mapping[str, Any]) -> Any:
    """Keep what Seatkeeper says of a resource, without the address of the server."""
    kept = {}
    for name, value in meta.items():
        text = value if isinstance(value, str) else ""
        match name.lower():
            case "location":
                kept[name] = _reference(text)
            case "resourcetype" if text in _RESOURCE_TYPES:
                kept[name] = text
            case "created" | "lastmodified" if INSTANT.fullmatch(text):
                kept[name] = text
            case "version" if _VERSION.fullmatch(text):
                kept[name] = text
    return kept


def _is_urn(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("urn:", "http://schemas.", "https://schemas."))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _reference(url: str) -> str | None:
    """Shorten a reference to the resource of ours it names."""
    place, _, name = url.rpartition("/")
    collection = place.rpartition("/")[2]
    return f"/{collection}/{name}" if is_ours(name) and collection.lower() in _PLACES else None


def _protocol(value: Any) -> Any:
    """Keep what belongs to the protocol around the documents: numbers, URNs, methods, statuses, versions."""
    match value:
        case bool() | int():
            return value
        case str() if LABEL.fullmatch(value) or value.isdigit() or _VERSION.fullmatch(value) or _is_urn(value):
            return value
        case list():
            return [each for each in value if isinstance(each, str) and (NAME.fullmatch(each) or _is_urn(each))]
        case _:
            return None
