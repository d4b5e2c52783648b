"""Organizational units are written as paths, and every name finds its way to a DN and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatkeeper.connectors.ldap.protocol.names import key
from seatkeeper.connectors.ldap.units import Units

ROOT = "OU=Staff,DC=ad,DC=example,DC=org"
PATHS = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1), min_size=1, max_size=3)


@pytest.mark.parametrize(
    ("path", "dn"),
    [
        ("", ROOT),
        ("Sales", f"OU=Sales,{ROOT}"),
        ("Sales/EMEA", f"OU=EMEA,OU=Sales,{ROOT}"),
        ("R&D, Berlin", f"OU=R&D\\, Berlin,{ROOT}"),
        ("East\\/West", f"OU=East/West,{ROOT}"),
    ],
)
def test_a_path_is_read_from_the_top_down(path: str, dn: str) -> None:
    assert Units(ROOT).dn_of(path) == dn
    assert Units(ROOT.lower()).path_of(dn) == path


@given(PATHS)
def test_what_a_dn_says_leads_back_to_it(names: list[str]) -> None:
    path = "/".join(name.replace("\\", "\\\\").replace("/", "\\/") for name in names)
    dn = Units(ROOT).dn_of(path)
    assert Units(ROOT).path_of(dn) == path
    assert key(Units(ROOT).dn_of(Units(ROOT).path_of(dn))) == key(dn)


@pytest.mark.parametrize("dn", [f"CN=Robots,{ROOT}", "CN=Users,DC=ad,DC=example,DC=org", "", "DC=org"])
def test_a_place_that_is_no_unit_below_is_told_as_its_dn(dn: str) -> None:
    assert Units(ROOT).path_of(dn) == dn
