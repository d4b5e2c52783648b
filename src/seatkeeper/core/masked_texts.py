"""Masking single texts of SCIM: a value, a filter (RFC 7644 §3.4.2.2), the path of a PATCH, a sentence of ours."""

import re
from dataclasses import dataclass, field

import orjson

from seatkeeper.core.stand_ins import stand_in

NAME = re.compile(r"[A-Za-z$][\w.:$-]{0,199}")
"""What is taken for the name of an attribute, and stays."""
LABEL = re.compile(r"[A-Za-z][\w-]{0,40}")
"""What is taken for the label of a value, such as ``work``, and stays."""
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?")

_COMPARED = re.compile(
    r'(?P<name>[^\s()\[\]"]+)(?P<op>\s+(?:eq|ne|co|sw|ew|gt|ge|lt|le)\s+)(?P<value>"(?:[^"\\]|\\.)*"|[^\s()\[\]"]+)',
    re.IGNORECASE,
)
_GRAMMAR = re.compile(
    r"(?:\]\.|[A-Za-z$.])[\w.:$-]*\s+(?:\w\w\s+\0|pr\b)|[A-Za-z$][\w.:$-]*\[|\b(?:and|or|not)\b|[()\[\]]",
    re.IGNORECASE,
)
_VALUE_PATH = re.compile(
    r"(?P<name>[A-Za-z$][\w.:$-]*)\[(?P<filter>.*)\](?P<sub>(?:\.[A-Za-z$][\w$-]*)?)", re.DOTALL
)
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_WORDS = frozenset({"true", "false", "null"})


@dataclass(slots=True)
class TextMask:
    """Gives texts their stand-ins, and remembers them. ``kept`` are lower-case attributes whose values stay."""

    key: bytes = field(repr=False)
    kept: frozenset[str] = frozenset()
    _seen: dict[str, str] = field(default_factory=dict, repr=False)
    _names: set[str] = field(default_factory=set)

    def text(self, text: str) -> str:
        """Mask a value."""
        masked = stand_in(self.key, text)
        if masked != text:
            self._seen[text] = masked
        return masked

    def name(self, name: str) -> str:
        """Keep the name of an attribute; what cannot be one is a value that came in the wrong place."""
        if not NAME.fullmatch(name):
            return self.text(name)
        self._names.add(name)
        return name

    def filter(self, text: str, *, groups: bool) -> str:
        """Mask what a filter compares with. What is no filter is masked whole."""
        if "\0" in text or _GRAMMAR.sub(" ", _COMPARED.sub(r"\g<name>\g<op>" + "\0", text)).strip():
            return self.text(text)

        def compared(found: "re.Match[str]") -> str:
            literal = self._literal(found["name"], found["value"], groups=groups)
            return f"{found['name']}{found['op']}{literal}"

        return _COMPARED.sub(compared, text)

    def path(self, path: str, *, groups: bool) -> str:
        """Mask what the path of a PATCH operation compares with."""
        if NAME.fullmatch(path):
            return path
        parts = _VALUE_PATH.fullmatch(path)
        if parts is None:
            return self.text(path)
        return f"{parts['name']}[{self.filter(parts['filter'], groups=groups)}]{parts['sub']}"

    def sentence(self, text: str) -> str:
        """Mask what a refusal repeats of the request it refuses, and whatever it quotes."""
        for value in sorted(self._seen, key=len, reverse=True):
            text = text.replace(value, self._seen[value])
        known = set(self._seen.values())
        return _QUOTED.sub(lambda found: self._quoted(found, known), text)

    def _quoted(self, found: "re.Match[str]", known: set[str]) -> str:
        mark, inner = found[0][0], found[0][1:-1]
        return found[0] if inner in known or inner in self._names else f"{mark}{self.text(inner)}{mark}"

    def _literal(self, name: str, literal: str, *, groups: bool) -> str:
        if self._stays(leaves_of(name)[-1], literal.strip('"'), groups=groups) or literal.lower() in _WORDS:
            return literal
        if not literal.startswith('"'):
            return self.text(literal)
        try:
            return orjson.dumps(self.text(orjson.loads(literal))).decode()
        except ValueError:
            return f'"{self.text(literal[1:-1])}"'

    def _stays(self, leaf: str, value: str, *, groups: bool) -> bool:
        match leaf:
            case "type" | "primary":
                return LABEL.fullmatch(value) is not None
            case "created" | "lastmodified":
                return INSTANT.fullmatch(value) is not None
            case _:
                return leaf in self.kept or (groups and leaf == "displayname")


def leaves_of(name: str) -> list[str]:
    """Give the parts of an attribute's name, without the URN of its schema, in lower case."""
    return [part for part in name.rpartition(":")[2].lower().split(".") if part] or [""]
