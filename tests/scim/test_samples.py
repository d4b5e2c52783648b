"""Requests as they are on record, each in a file named after where it comes from.

``given`` is what the user ``ada`` has before, ``then`` what the resource holds after, ``gone`` what it does not,
``members`` who is in the group. ``{user}`` is ada, ``{other}`` grace, ``{group}`` a group with ada in it.
"""

import json

import pytest

from tests.scim.idp import SAMPLES, IdP, Json

NAMES = sorted(path.stem for path in SAMPLES.glob("*.json"))


def test_every_sample_says_where_it_comes_from() -> None:
    sources = ("okta", "entra", "onelogin", "jumpcloud", "authentik", "keycloak", "pingone", "rfc7643", "rfc7644")
    assert {name.split("-")[0] for name in NAMES} == set(sources)


@pytest.mark.parametrize("name", NAMES)
async def test_a_request_on_record_does_what_it_means(idp: IdP, name: str) -> None:
    text = (SAMPLES / f"{name}.json").read_text()
    user = await idp.user("ada", **json.loads(text)["given"])
    other = await idp.user("grace")
    group = await idp.group("Engineering", user)
    for placeholder, resource in (("{user}", user), ("{other}", other), ("{group}", group)):
        text = text.replace(placeholder, resource["id"])
    sample: Json = json.loads(text)
    assert sample["source"]
    request = sample["request"]
    answer = await idp.send(request["method"], request["path"], request["body"])
    assert answer.status_code == sample["status"], answer.text
    current = await idp.read(idp.path_of(answer.json()))
    assert {key: current.get(key) for key in sample["then"]} == sample["then"]
    assert not current.keys() & set(sample["gone"])
    if "members" in sample:
        assert await idp.members_of(current) == set(sample["members"])
