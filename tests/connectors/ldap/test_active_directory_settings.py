"""A domain is set up with few words, each checked when it is entered."""

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest

from seatkeeper.connectors.ldap import active_directory
from seatkeeper.connectors.ldap.active_directory import generate_password, read_guid, to_group_name, write_guid
from seatkeeper.connectors.ldap.domains import ADSettings
from seatkeeper.connectors.ldap.profiles import Encryption
from seatkeeper.core.ids import UserId
from seatkeeper.core.mapping import compile_mapping
from seatkeeper.core.users import User
from seatkeeper.core.values import Document
from seatkeeper.spi.settings import SettingsInvalidError, describe_settings, secret_names, validate_settings
from tests.connectors.ldap.domains import made

URL = "ldap://dc1.ad.example.org"


def test_four_settings_are_enough_and_all_are_explained() -> None:
    rows = describe_settings(ADSettings)
    assert [row.name for row in rows if row.required] == ["url", "service_account", "bind_password", "people_base"]
    assert all(row.title and row.description for row in rows)
    assert secret_names(ADSettings) == {"bind_password"}
    [choices] = [row.choices for row in rows if row.name == "name_attribute"]
    assert choices == ("sAMAccountName", "userPrincipalName")


def test_nothing_is_sent_unencrypted() -> None:
    first, second = made({"url": f"{URL} ldaps://dc2.ad.example.org"}).profile().access.addresses
    assert (first.encryption, second.encryption) == (Encryption.START_TLS, Encryption.TLS)
    with pytest.raises(SettingsInvalidError, match="not permitted"):
        validate_settings(ADSettings, {"url": URL, "allow_plaintext": True})


@pytest.mark.parametrize(
    "account", ["seatkeeper@ad.example.org", "ADX\\seatkeeper", "CN=seatkeeper,CN=Users,DC=org"]
)
def test_the_service_account_may_be_written_in_three_ways(account: str) -> None:
    assert made({"url": URL, "service_account": account}).profile().access.account == account


def test_a_name_that_is_none_of_them_is_refused() -> None:
    with pytest.raises(SettingsInvalidError, match="write it like seatkeeper@"):
        made({"url": URL, "service_account": "seatkeeper"})


@pytest.mark.parametrize(
    ("user_name", "logon_name", "principal_name"),
    [("ada.l@ad.example.org", "ada.l", "ada.l@ad.example.org"), ("ada", "ada", None)],
)
def test_the_first_mapping_makes_a_logon_name_of_an_address(
    user_name: str, logon_name: str, principal_name: str | None
) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    document: Document = {"userName": user_name, "name": {"givenName": "Ada", "familyName": "Lovelace"}}
    user = User(UserId(UUID(int=1)), user_name, None, True, document, 1, now, now)
    attributes = compile_mapping(active_directory.mapping).attributes(user, ())
    assert attributes["sAMAccountName"] == logon_name
    assert attributes["userPrincipalName"] == principal_name
    assert attributes["displayName"] == "Ada Lovelace"


def test_an_id_is_written_as_windows_does() -> None:
    text = "00112233-4455-6677-8899-aabbccddeeff"
    octets = bytes.fromhex("33221100554477668899aabbccddeeff")
    assert (read_guid(octets), write_guid(text), write_guid(f"{{{text.upper()}}}")) == (text, octets, octets)
    assert write_guid("ada") is None


def test_a_generated_password_has_four_kinds_of_characters_and_no_name_in_it() -> None:
    made_up = {generate_password() for _ in range(50)}
    assert len(made_up) == 50
    for password in made_up:
        assert all(re.search(kind, password) for kind in ("[a-z]", "[A-Z]", "[0-9]", r"[^\w]"))
        assert not re.search(r"\w{3}", password.replace("_", ""))


@pytest.mark.parametrize(
    ("name", "logon_name"),
    [("Sales / EMEA", "Sales _ EMEA"), ("Staff.", "Staff_"), ("Müller & Söhne", "Müller & Söhne")],
)
def test_a_group_gets_a_logon_name_that_windows_takes(name: str, logon_name: str) -> None:
    assert to_group_name(name) == logon_name
