"""Settings that cannot work are refused when they are entered, in words for a person."""

from typing import Any

import pytest

from seatkeeper.connectors.ldap import connector
from seatkeeper.connectors.ldap.dialects import ByValue
from seatkeeper.connectors.ldap.profiles import Encryption
from seatkeeper.connectors.ldap.settings import LDAPSettings
from seatkeeper.core.mapping import compile_mapping
from seatkeeper.spi.settings import SettingsInvalidError, describe_settings, secret_names, validate_settings

GOOD = {
    "url": "ldaps://ldap.example.org",
    "bind_dn": "cn=seatkeeper,dc=example,dc=org",
    "bind_password": "very-secret",
    "people_base": "ou=people,dc=example,dc=org",
}


def settings(**other: Any) -> LDAPSettings:
    return validate_settings(LDAPSettings, {**GOOD, **other})


def test_four_settings_are_enough() -> None:
    people = settings().profile().people
    assert people.parent == "ou=people,dc=example,dc=org"
    assert (people.name, people.given) == ("uid", {"objectClass": ("inetOrgPerson",)})
    assert [row.name for row in describe_settings(LDAPSettings) if row.required] == list(GOOD)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("url", "http://ldap.example.org", "write it like ldaps://"),
        ("url", "ldap.example.org", "write it like ldaps://"),
        ("url", "ldap://ldap.example.org/dc=example", "write it like ldaps://"),
        ("url", "ldap://ldap.example.org:99999", "number up to 65535"),
        ("url", " ", "an address is needed"),
        ("bind_dn", "admin", "a DN is needed"),
        ("bind_password", "", "at least 1"),
        ("people_base", "people", "a DN is needed"),
        ("groups_base", "groups", "a DN is needed"),
        ("dn_template", "{uid},{people_base}", "write it like uid="),
        ("dn_template", "uid={mail},{people_base}", "write it like uid="),
        ("dn_template", "uid={uid}", "write it like uid="),
        ("dn_template", "uid={uid},ou={ou},{people_base}", "write it like uid="),
        ("disable_attribute", "no such name", "pattern"),
        ("enabled_value", "000001010000Z", "must differ"),
        ("object_classes", (), "at least 1"),
        ("connections", 0, "greater than or equal"),
        ("base", "dc=org", "not permitted"),
    ],
)
def test_what_cannot_work_is_refused(name: str, value: object, words: str) -> None:
    with pytest.raises(SettingsInvalidError, match=words):
        settings(**{name: value})


def test_plain_text_has_to_be_allowed() -> None:
    [address] = settings(url="ldap://127.0.0.1").profile().access.addresses
    assert address.encryption is Encryption.START_TLS
    both = settings(url="ldap://127.0.0.1 ldaps://[::1]:1636", allow_plaintext=True)
    first, second = both.profile().access.addresses
    assert (str(first), first.encryption) == ("ldap://127.0.0.1:389", Encryption.NONE)
    assert (str(second), second.encryption) == ("ldaps://[::1]:1636", Encryption.TLS)


def test_the_password_is_a_secret() -> None:
    assert secret_names(LDAPSettings) == {"bind_password"}
    assert "very-secret" not in repr(settings())


def test_every_setting_is_explained() -> None:
    assert all(row.title and row.description for row in describe_settings(LDAPSettings))


def test_the_default_mapping_reads_what_an_identity_provider_sends() -> None:
    compiled = compile_mapping(connector.mapping)
    assert set(compiled.required) <= set(connector.mapping.attributes)


def test_what_a_kind_of_directory_does_by_itself_need_not_be_said() -> None:
    openldap = settings(groups_base="ou=groups,dc=org").profile()
    other = settings(groups_base="ou=groups,dc=org", directory="389 Directory Server").profile()
    assert openldap.groups is not None
    assert other.groups is not None
    assert (openldap.dialect.ids.attribute, other.dialect.ids.attribute) == ("entryUUID", "nsUniqueId")
    assert (openldap.groups.nobody, other.groups.nobody) == ("cn=nobody", None)
    assert (openldap.people.disabling, other.people.disabling) == (None, ByValue("nsAccountLock", "true"))
    own = settings(directory="389 Directory Server", disable_attribute="employeeType", disabled_value="left")
    assert own.profile().people.disabling == ByValue("employeeType", "left")
