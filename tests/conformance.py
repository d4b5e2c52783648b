"""The conformance table of docs/scim.md, made from the tests: each that proves a rule is marked with it.

``@pytest.mark.proves("RFC 7644 §3.6", "What is deleted is gone")`` names the section of an RFC, or a rule of
``IDP_RULES``, and says in words what is proven. ``python -m tests.conformance`` writes the table.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs/scim.md"
BEGIN, END = "<!-- conformance: python -m tests.conformance writes this -->\n", "<!-- end of conformance -->\n"

SECTIONS: Mapping[str, str] = {
    "RFC 7643 §2.1": "attributes",
    "RFC 7643 §2.2": "characteristics of attributes",
    "RFC 7643 §2.3": "data types",
    "RFC 7643 §2.4": "multi-valued attributes",
    "RFC 7643 §2.5": "unassigned and null values",
    "RFC 7643 §3.1": "common attributes",
    "RFC 7643 §3.3": "extensions",
    "RFC 7643 §4.1": "users",
    "RFC 7643 §4.2": "groups",
    "RFC 7643 §4.3": "enterprise users",
    "RFC 7643 §5": "service provider configuration",
    "RFC 7643 §6": "resource types",
    "RFC 7643 §7": "schemas",
    "RFC 7644 §2": "authentication",
    "RFC 7644 §3.1": "background, media types",
    "RFC 7644 §3.2": "endpoints and methods",
    "RFC 7644 §3.3": "creating",
    "RFC 7644 §3.4.1": "reading a known resource",
    "RFC 7644 §3.4.2": "lists",
    "RFC 7644 §3.4.2.1": "query endpoints",
    "RFC 7644 §3.4.2.2": "filters",
    "RFC 7644 §3.4.2.3": "sorting",
    "RFC 7644 §3.4.2.4": "pages",
    "RFC 7644 §3.4.3": "searching by POST",
    "RFC 7644 §3.5.1": "PUT",
    "RFC 7644 §3.5.2": "PATCH",
    "RFC 7644 §3.5.2.1": "PATCH, add",
    "RFC 7644 §3.5.2.2": "PATCH, remove",
    "RFC 7644 §3.5.2.3": "PATCH, replace",
    "RFC 7644 §3.6": "deleting",
    "RFC 7644 §3.7": "bulk",
    "RFC 7644 §3.7.1": "circles in bulk",
    "RFC 7644 §3.7.2": "bulkId",
    "RFC 7644 §3.7.3": "results of bulk",
    "RFC 7644 §3.7.4": "limits of bulk",
    "RFC 7644 §3.8": "data formats",
    "RFC 7644 §3.9": "attributes and excludedAttributes",
    "RFC 7644 §3.10": "notation of attributes",
    "RFC 7644 §3.11": "/Me",
    "RFC 7644 §3.12": "errors",
    "RFC 7644 §3.13": "versions of the protocol",
    "RFC 7644 §3.14": "versions of resources",
    "RFC 7644 §4": "discovery",
    "RFC 7644 §5": "comparing strings",
    "RFC 7644 §6": "several tenants",
    "RFC 7644 §7.1": "HTTP",
    "RFC 7644 §7.2": "TLS",
    "RFC 7644 §7.3": "credentials",
    "RFC 7644 §7.4": "bearer tokens and cookies",
    "RFC 7644 §7.5": "privacy, sensitive data in addresses",
    "RFC 7644 §7.6": "anonymous requests",
    "RFC 7644 §7.7": "secrets at rest",
    "RFC 7644 §7.8": "comparing without case",
    "RFC 9865 §2": "cursor paging",
    "RFC 9865 §3": "searching by POST with cursors",
    "RFC 9865 §4": "cursor paging in the configuration",
    "RFC 6585 §4": "429",
    "RFC 6749 §4.4": "client credentials",
    "RFC 6750": "bearer tokens",
    "RFC 7617": "Basic",
}
"""What each section is about; all of RFC 7643 and RFC 7644 that asks something of a server."""

IDP_RULES: Mapping[int, str] = {
    1: "looking for nobody",
    2: "numbers of a list",
    3: "spaces in a query",
    4: "filters in use",
    5: "case, members left out",
    6: "order of pages",
    7: "media types",
    8: "what a client cannot set",
    9: "unknown and old schemas",
    10: "words for booleans",
    11: "odd values",
    12: "duplicates",
    13: "case in a PATCH",
    14: "PATCH without a path",
    15: "first values by a value path",
    16: "removing members",
    17: "replacing and repeating members",
    18: "managers",
    19: "order, all or nothing",
    20: "answers to a PATCH",
    21: "deactivating",
    22: "deleting",
    23: "429 and patience",
    24: "what the server tells of itself",
    25: "many at once, wrong credentials",
}
"""What identity providers need, as ``test_rule_…`` counts it."""

NOT_OFFERED: Mapping[str, str] = {
    "RFC 7644 §7.2": "a proxy in front ends TLS ([running](operating/running.md))",
    "RFC 7644 §7.1": "asks of a server nothing beyond HTTP",
    "RFC 7644 §3.13": "one version, 2.0, which the base URL names: `/scim/v2/…`",
}
"""Why there is no test."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A test and a rule it proves."""

    source: str
    rule: str
    test: str


def list_proofs() -> Iterator[Proof]:
    """Read the marks of all tests. Raises ``ValueError`` for one that names no known section or rule."""
    for path in sorted(TESTS.rglob("test_*.py")):
        text = path.read_text()
        for node in ast.parse(text).body if "pytest.mark.proves(" in text else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for decorator in node.decorator_list:
                    if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.proves":
                        source, rule = (ast.literal_eval(argument) for argument in decorator.args)
                        test = f"{path.relative_to(TESTS).as_posix()}::{node.name}"
                        if source not in SECTIONS and source not in map(_name_of, IDP_RULES):
                            raise ValueError(f"{test} proves {source}, which is no known section")
                        yield Proof(source, rule, test)


def write_table() -> str:
    """Make the table."""
    proofs = defaultdict[str, dict[str, list[str]]](lambda: defaultdict(list))
    for proof in list_proofs():
        proofs[proof.source][proof.rule].append(proof.test)
    lines = ["| source | about | what holds | proven in `tests/` |", "|---|---|---|---|"]
    titles = {**SECTIONS, **{_name_of(number): title for number, title in IDP_RULES.items()}}
    for source in sorted(titles, key=_order):
        if not proofs[source]:
            reason = NOT_OFFERED.get(source, "**not proven**")
            lines.append(f"| {source} | {titles[source]} | {reason} | |")
        for rule, tests in proofs[source].items():
            shown = ", ".join(f"`{test}`" for test in tests)
            lines.append(f"| {source} | {titles[source]} | {rule} | {shown} |")
    return "\n".join(lines) + "\n"


def written_table(page: str) -> str:
    """Cut the table out of the page."""
    return page.partition(BEGIN)[2].partition(END)[0]


def _name_of(number: int) -> str:
    return f"IdP rule {number}"


def _order(source: str) -> tuple[int, list[int]]:
    kind = ["RFC 7643", "RFC 7644", "RFC 9865", "RFC", "IdP"].index(
        next(each for each in ("RFC 7643", "RFC 7644", "RFC 9865", "RFC", "IdP") if source.startswith(each))
    )
    return kind, [int(number) for number in re.findall(r"\d+", source)]


if __name__ == "__main__":
    text = PAGE.read_text()
    before, _, rest = text.partition(BEGIN)
    PAGE.write_text(before + BEGIN + write_table() + END + rest.partition(END)[2])
