"""Whatever keeps the service account out of a domain is told in plain words, with what to do."""

import pytest

from lab.samba import BASE, PASSWORD, Samba
from seatkeeper.connectors.ldap.active_directory import ACTIVE_DIRECTORY
from seatkeeper.connectors.ldap.protocol.responses import Result
from seatkeeper.connectors.ldap.refusals import interpret_bind
from seatkeeper.connectors.ldap.sessions import connect
from seatkeeper.connectors.ldap.settings import LDAPSettings
from seatkeeper.spi.connector import check
from seatkeeper.spi.errors import CredentialsRefusedError, TransientError
from seatkeeper.spi.settings import validate_settings
from tests.connectors.ldap.domains import settings_for

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("samba")]

DN = f"CN=keeper,CN=Users,{BASE}"
NAME = "ADX\\keeper"


def changed(attribute: str, value: str) -> str:
    return f"dn: {DN}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n"


async def refused(domain: Samba, **other: object) -> CredentialsRefusedError:
    async with connect(settings_for(domain, service_account=NAME, **other)) as session:
        with pytest.raises(CredentialsRefusedError) as error:
            await check(session)
    assert PASSWORD not in str(error.value)
    return error.value


async def test_each_reason_a_domain_has_is_told_apart(shared_domain: Samba) -> None:
    shared_domain.write(f"dn: {DN}\nobjectClass: user\nsAMAccountName: keeper\n")
    shared_domain.set_password("keeper", PASSWORD)
    shared_domain.write(changed("userAccountControl", "514"))
    assert "it is disabled" in str(await refused(shared_domain))
    shared_domain.write(changed("userAccountControl", "512"))
    async with connect(settings_for(shared_domain, service_account=NAME)) as session:
        assert f"as {NAME}" in await check(session)
    wrong = await refused(shared_domain, bind_password="wrong")
    assert "the name or the password is wrong" in str(wrong)
    assert "Enter the password anew" in wrong.remedy
    for attribute, value, back, words in (
        ("accountExpires", "1", "0", "it has expired"),
        ("pwdLastSet", "0", "-1", "its password has to be changed first"),
    ):
        shared_domain.write(changed(attribute, value))
        error = await refused(shared_domain)
        assert words in str(error)
        assert error.remedy
        shared_domain.write(changed(attribute, back))


@pytest.mark.parametrize("code", ["525", "52e", "530", "531", "532", "533", "701", "773", "775"])
def test_each_number_windows_gives_has_a_meaning_and_a_remedy(code: str) -> None:
    said = f"80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data {code}, v4563"
    error = interpret_bind(Result(49, "", said), "ADX\\keeper", ACTIVE_DIRECTORY.sign_in_advice)
    advice = ACTIVE_DIRECTORY.sign_in_advice[f"data {code}"]
    assert type(error) is CredentialsRefusedError
    assert (advice.meaning in str(error), error.remedy) == (True, advice.remedy)
    assert advice.remedy


async def test_a_domain_that_wants_encryption_is_told_as_that(shared_domain: Samba) -> None:
    given = {"url": shared_domain.url, "allow_plaintext": True, "bind_dn": DN, "bind_password": PASSWORD}
    settings = validate_settings(LDAPSettings, {**given, "people_base": BASE})
    async with connect(settings) as session:
        with pytest.raises(CredentialsRefusedError, match=r"stronger authentication required.*Use ldaps://"):
            await check(session)


async def test_both_ways_of_encryption_work_and_a_strange_certificate_is_refused(shared_domain: Samba) -> None:
    for url in (shared_domain.url, shared_domain.tls_url):
        async with connect(settings_for(shared_domain, url=url)) as session:
            assert len(await check(session)) == 5
        async with connect(settings_for(shared_domain, url=url, ca_file=None)) as session:
            with pytest.raises(TransientError, match="not trusted"):
                await check(session)
