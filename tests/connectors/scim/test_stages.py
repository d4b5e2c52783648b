"""Testing a connection to a SCIM app names each thing that holds, and the one that does not with what to do."""

import ssl
from pathlib import Path

import pytest

from lab.certificates import Authority
from lab.scim2_server import SCIM2Server
from tests.connectors.trials import failed_at, told, tried
from tests.spi.wire import listening, reply

SETTINGS, REACHED, SPEAKS = "The settings are complete", "The app can be reached", "It answers as a SCIM API"
ACCEPTED, READ = "It accepts the service account", "Users can be read"


@pytest.mark.live
@pytest.mark.xdist_group("scim2-server")
async def test_each_stage_of_a_good_connection_is_told_with_what_was_found(
    scim2_server_app: SCIM2Server, tenant: str
) -> None:
    address = scim2_server_app.base_url(tenant)
    trial = await tried("scim", {"base_url": address, "token": scim2_server_app.token})
    assert told(trial) == [
        (SETTINGS, True, ""),
        (REACHED, True, address),
        (SPEAKS, True, "PATCH, filters, groups, roles"),
        (ACCEPTED, True, ""),
        (READ, True, "0 users"),
    ]
    assert trial.abilities is not None


@pytest.mark.live
@pytest.mark.xdist_group("scim2-server")
@pytest.mark.parametrize(
    ("wrong", "stage", "sentence", "remedy"),
    [
        ({"token": None}, SETTINGS, "bearer needs token", "Correct what is named here"),
        ({"base_url": "http://127.0.0.1:1/v2"}, REACHED, " failed: ", "Check the address"),
        ({"path": "/nothing/here"}, SPEAKS, "answered 404", "Correct what is named here"),
        ({"token": "wrong"}, ACCEPTED, "answered 401", "Enter the service account's credentials again"),
    ],
)
async def test_a_failure_names_its_stage_and_what_to_do(
    scim2_server_app: SCIM2Server,
    tenant: str,
    wrong: dict[str, object],
    stage: str,
    sentence: str,
    remedy: str,
) -> None:
    more = {name: value for name, value in wrong.items() if name != "path"}
    address = f"{scim2_server_app.base_url(tenant)}{wrong.get('path', '')}"
    trial = await tried("scim", {"base_url": address, "token": scim2_server_app.token, **more})
    assert failed_at(trial) == stage
    assert sentence in trial.explain().sentence
    assert remedy in trial.explain().remedy


async def test_a_certificate_that_is_not_trusted_is_told_with_where_to_name_its_authority(tmp_path: Path) -> None:
    Authority("Lab").issue(tmp_path / "server.pem", tmp_path / "server.key")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    async with listening(lambda _: reply(200), tls) as wire:
        trial = await tried("scim", {"base_url": wire.address, "token": "t0ken"})
    assert failed_at(trial) == REACHED
    assert "the app's certificate is not trusted" in trial.explain().sentence
    assert "under Certificate authorities" in trial.explain().remedy
