"""Testing a connection to a directory names each thing that holds, and the one that does not with what to do."""

import pytest

from lab.slapd import GROUPS, PASSWORD, PEOPLE, SERVICE_DN, Slapd
from tests.bootstrap.black_hole import black_hole
from tests.connectors.trials import failed_at, told, tried

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("slapd")]

SETTINGS = "The settings are complete"
REACHED, TRUSTED = "The directory can be reached", "It is encrypted, and the certificate is trusted"
SIGNED_IN, PEOPLE_READ, GROUPS_READ = "The service account can sign in", "People can be read", "Groups can be read"


def given(directory: Slapd, **other: object) -> dict[str, object]:
    usual = {"url": directory.url, "ca_file": str(directory.ca_file), "people_base": PEOPLE, "groups_base": GROUPS}
    return {**usual, "bind_dn": SERVICE_DN, "bind_password": PASSWORD, **other}


async def test_each_stage_of_a_good_connection_is_told_with_what_was_found(shared_directory: Slapd) -> None:
    trial = await tried("ldap", given(shared_directory))
    assert told(trial)[:4] == [
        (SETTINGS, True, ""),
        (REACHED, True, shared_directory.url),
        (TRUSTED, True, shared_directory.url),
        (SIGNED_IN, True, f"as {SERVICE_DN}"),
    ]
    assert [(stage.name, stage.passed) for stage in trial.stages[4:]] == [(PEOPLE_READ, True), (GROUPS_READ, True)]
    assert trial.stages[4].found.startswith(f"{PEOPLE} holds ")
    assert trial.abilities is not None
    assert PASSWORD not in repr(trial)


@pytest.mark.parametrize(
    ("wrong", "stage", "sentence", "remedy"),
    [
        ({"bind_password": ""}, SETTINGS, "password", "Correct what is named here"),
        ({"url": "ldap://127.0.0.1:1"}, REACHED, "ldap://127.0.0.1:1: ", "Check the address"),
        ({"url": "ldaps://nowhere.invalid"}, REACHED, "nowhere.invalid", "Check the address"),
        ({"ca_file": None}, TRUSTED, "No encrypted connection came about: ldap://127.0.0.1:", "as CA file"),
        (
            {"ca_file": "/nowhere/ca.pem"},
            TRUSTED,
            "CA file /nowhere/ca.pem cannot be used",
            "Correct what is named",
        ),
        ({"bind_password": "wrong"}, SIGNED_IN, "invalid credentials", "Enter the service account's credentials"),
        ({"people_base": "ou=no,dc=example,dc=org"}, PEOPLE_READ, "no entry ou=no", "Correct what is named here"),
        ({"groups_base": "ou=no,dc=example,dc=org"}, GROUPS_READ, "no entry ou=no", "Correct what is named here"),
    ],
)
async def test_a_failure_names_its_stage_and_what_to_do(
    shared_directory: Slapd, wrong: dict[str, object], stage: str, sentence: str, remedy: str
) -> None:
    trial = await tried("ldap", given(shared_directory, **wrong))
    assert failed_at(trial) == stage
    assert sentence in trial.explain().sentence
    assert remedy in trial.explain().remedy


async def test_a_server_that_takes_a_connection_and_says_nothing_is_told_so(shared_directory: Slapd) -> None:
    async with black_hole() as hole:
        url = f"ldaps://127.0.0.1:{hole.port}"
        trial = await tried("ldap", given(shared_directory, url=url, connect_timeout=0.2))
        assert failed_at(trial) == TRUSTED
        trial = await tried("ldap", given(shared_directory, url=url), patience=0.2)
    assert failed_at(trial) == TRUSTED
    assert "did not answer within" in trial.explain().sentence
