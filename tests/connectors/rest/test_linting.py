"""A mistake in a manifest is a fault with its line, before anything is called."""

import re
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from lab.processes import ROOT
from seatkeeper.catalog.manifests import read_manifest
from seatkeeper.catalog.shelves import OURS
from seatkeeper.connectors.rest import adapt
from seatkeeper.connectors.rest.published import manifest_schema
from seatkeeper.engine.registry import find_connectors
from seatkeeper.spi.documents import DocumentInvalidError, load_document

DOCUMENTED = re.search(r"```yaml\n(title: Acme.*?)```", (ROOT / "docs/connectors/rest.md").read_text(), re.DOTALL)
GOOD = """
settings: {key: {title: Key, secret: true}}
authentication: {bearer: "${settings.key}"}
accounts:
  name: login
  active: item.active
  attributes: {login: item.login, mail: item.mail}
  read: {call: "GET /people/${uid}", as: whole}
  list:
    call: GET /people
    query: {page: "${page.number}"}
    items: body.people
    pages: {by: number}
  create: {call: POST /people, json: {login: "${account.login}"}}
  update: {call: "PATCH /people/${uid}", json: "${changes}"}
  disable: {call: "POST /people/${uid}/off"}
  enable: {call: "POST /people/${uid}/on"}
"""
FAULTS = [
    ('"${settings.key}"', '"${settings.kye}"', "line 3: authentication.bearer: ", "did you mean 'key'"),
    ("active: item.active", "active: itm.active", "line 6: accounts.active: ", "did you mean 'item'"),
    ("name: login\n", "name: nick\n", "line 5: accounts.name: ", "nick is not among the attributes"),
    ("  active: item.active\n", "", "line 15: accounts.disable: ", "needs active"),
    ('  enable: {call: "POST /people/${uid}/on"}\n', "", "line 16: accounts.disable: ", "belong together"),
    ("    items: body.people\n", "", "line 9: accounts.list.items: ", "is missing"),
    ('page: "${page.number}"', 'size: "9"', "line 13: accounts.list.pages.by: ", "does not read page.number"),
    ("    pages: {by: number}\n", "", "line 11: accounts.list.query.page: ", "there is no variable 'page'"),
    ('/people/${uid}", as', '/people/me", as', "line 8: accounts.read: ", "reads neither uid nor seen"),
    ('login: "${account.login}"', 'login: "${account.nick}"', "line 14: accounts.create.json.login: ", "'nick'"),
    ('login: "${account.login}"', "login: ada", "line 14: accounts.create: ", "sends nothing of anybody"),
    ("mail: item.mail", "mail: {write_only: false}", "line 7: accounts.attributes.mail: ", "write_only: true"),
    ("call: POST /people,", "call: POST people,", "line 14: accounts.create.call: ", "METHOD /path"),
    ("call: POST /people,", "call: 'POST /people?x=1',", "line 14: accounts.create.call: ", "goes under query"),
    ('json: "${changes}"', 'json: "${changes"', "line 15: accounts.update.json: ", "never closed"),
    ('json: "${changes}"', "json: {}, text: x", "line 15: accounts.update: ", "a call has one body"),
    ("as: whole", "as: settings", "line 8: accounts.read.as: ", "has a meaning already"),
    ('{bearer: "${settings.key}"}', "{bearer: a, query: {b: c}}", "line 3: authentication: ", "exactly one way"),
    ("secret: true", "secret: true, default: x", "line 2: settings.key: ", "has no default"),
    ("  read: ", "  reed: ", "line 8: accounts.reed: ", "is not known here"),
]


@pytest.mark.parametrize(("before", "after", "where", "why"), FAULTS)
def test_a_fault_is_told_with_its_line_and_the_reason(before: str, after: str, where: str, why: str) -> None:
    assert before in GOOD
    with pytest.raises(DocumentInvalidError) as raised:
        adapt(load_document(GOOD.replace(before, after)))
    told = [str(each) for each in raised.value.faults]
    assert any(each.startswith(where) and why in each for each in told), told


def test_all_faults_are_told_at_once() -> None:
    text = GOOD.replace("body.people", "bdy.people").replace("item.mail", "itm.mail").replace("settings.key", "x")
    with pytest.raises(DocumentInvalidError) as raised:
        adapt(load_document(text))
    assert [each.line for each in raised.value.faults] == [3, 7, 12]


def test_abilities_are_what_is_there() -> None:
    manifest, behaviour = read_manifest(DOCUMENTED[1] if DOCUMENTED else "")
    assert adapt(behaviour).settings.model_fields["token"].title == "Token"
    assert manifest.connector == "rest"


def test_graphql_can_be_said() -> None:
    query = "query($after: String) { users(after: $after) { nodes { id login } pageInfo { endCursor } } }"
    adapt(
        load_document(f"""
errors: [{{when: 'body.errors.exists(e, e.type == "NOT_FOUND")', means: not_found}}]
accounts:
  name: login
  attributes: {{login: item.login}}
  list:
    call: POST /graphql
    json: {{query: '{query}', variables: {{after: "${{page.cursor}}"}}}}
    expect: '!has(body.errors)'
    items: body.data.users.nodes
    pages: {{by: cursor, cursor: body.data.users.pageInfo.endCursor}}
  delete:
    call: POST /graphql
    json: {{query: 'mutation($id: ID!) {{ remove(id: $id) {{ id }} }}', variables: {{id: "${{uid}}"}}}}
    expect: '!has(body.errors)'
""")
    )


def test_the_published_schema_takes_every_app_of_ours_and_the_documented_one() -> None:
    validator = jsonschema_rs.Draft202012Validator(manifest_schema())
    texts = [path.read_text() for path in OURS.glob("*.yaml")] + [DOCUMENTED[1] if DOCUMENTED else ""]
    manifests = [manifest for text in texts if (manifest := yaml.safe_load(text))["connector"] == "rest"]
    assert len(manifests) > 5
    for manifest in manifests:
        assert [str(each) for each in validator.iter_errors(manifest)] == []
    assert not validator.is_valid({**manifests[0], "behaviour": {"accounts": {"nme": "x"}}})


def test_the_line_is_that_of_the_whole_file(tmp_path: Path) -> None:
    manifest = tmp_path / "acme.yaml"
    text = DOCUMENTED[1] if DOCUMENTED else ""
    manifest.write_text(text.replace("items: body.roles", "items: bdy.roles", 1))
    line = text[: text.index("items: body.roles")].count("\n") + 1
    (fault,) = find_connectors().find_faults(manifest)
    assert fault.startswith(f"{manifest}:{line}: lookups.roles.list.items: ")
