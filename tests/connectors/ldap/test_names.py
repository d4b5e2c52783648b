"""Distinguished names are written so that every value keeps its meaning, and compared as the directory does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatkeeper.connectors.ldap.protocol.names import NameInvalidError, escape, folded, key, split, write_rdn

VALUES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
PARENT = "ou=people,dc=example,dc=org"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Lovelace, Ada", r"Lovelace\, Ada"),
        ("ada+work", r"ada\+work"),
        (" both ", r"\ both\ "),
        ("#1", r"\#1"),
        ("O'Brien", "O'Brien"),
        ('"ada" <a;b>=\\', r"\"ada\" \<a\;b\>\=\\"),
        ("a\x00b\nc", r"a\00b\0Ac"),
        ("Zoë Žižek", "Zoë Žižek"),
    ],
)
def test_rfc4514_special_characters_are_escaped(value: str, written: str) -> None:
    assert escape(value) == written


@given(VALUES, VALUES)
def test_what_was_written_is_read_back(value: str, other: str) -> None:
    rdn = (("cn", value), ("employeenumber", other))
    assert split(f"{write_rdn(rdn)},{PARENT}") == (rdn, PARENT)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("uid=ada,OU=People,dc=example,dc=org", "UID=Ada, ou=people, dc=Example,dc=org"),
        (r"cn=Lovelace\, Ada,dc=org", r"cn=Lovelace\2C  Ada,dc=org"),
        (r"cn=\c3\9cber,dc=org", "cn=über,dc=org"),
        ("cn=Ada+uid=7,dc=org", "uid=7+cn=ada,dc=org"),
        (r"uid=\20ada,dc=org", r"uid=\ ada,dc=org"),
    ],
)
def test_spellings_of_one_name_are_equal(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("uid=ada,dc=org", "uid=ada2,dc=org"),
        ("uid=ada,dc=org", "cn=ada,dc=org"),
        (r"cn=a\,cn=b", "cn=a,cn=b"),
        ("uid=ada,ou=x,dc=org", "uid=ada,dc=org"),
        ("no+name", "no+Name"),
    ],
)
def test_different_names_are_not(one: str, other: str) -> None:
    assert key(one) != key(other)


@given(VALUES)
def test_folding_twice_is_folding_once(value: str) -> None:
    assert folded(folded(value)) == folded(value)


def test_what_is_no_name_is_refused() -> None:
    with pytest.raises(NameInvalidError):
        split("ada")
