"""Nothing is said to a server that cannot prove who it is."""

import pytest

from lab.slapd import Slapd
from seatkeeper.connectors.ldap.sessions import connect
from seatkeeper.spi.connector import check
from seatkeeper.spi.errors import RejectedError, TransientError
from tests.connectors.ldap.conftest import settings_for

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("slapd")]


async def try_out(directory: Slapd, **settings: object) -> str:
    async with connect(settings_for(directory, **settings)) as session:
        return "; ".join(await check(session))


async def test_ldaps_and_starttls_work_with_the_right_authority(shared_directory: Slapd) -> None:
    assert shared_directory.url in await try_out(shared_directory)
    assert shared_directory.tls_url in await try_out(shared_directory, url=shared_directory.tls_url)


@pytest.mark.parametrize("tls", [True, False], ids=["ldaps", "starttls"])
async def test_another_authority_is_not_believed(shared_directory: Slapd, tls: bool) -> None:
    url = shared_directory.tls_url if tls else shared_directory.url
    for ca_file in (str(shared_directory.stranger_ca_file), None):
        with pytest.raises(TransientError, match="certificate that is not trusted: self-signed"):
            await try_out(shared_directory, url=url, ca_file=ca_file)


@pytest.mark.parametrize("tls", [True, False], ids=["ldaps", "starttls"])
async def test_a_certificate_for_another_name_is_not_believed(shared_directory: Slapd, tls: bool) -> None:
    url = (shared_directory.tls_url if tls else shared_directory.url).replace("127.0.0.1", "localhost")
    with pytest.raises(TransientError, match="not valid for 'localhost'"):
        await try_out(shared_directory, url=url)


async def test_a_server_without_starttls_is_refused_unless_plain_text_is_allowed(directory: Slapd) -> None:
    directory.stop()
    config = directory.folder / "config/cn=config.ldif"
    kept = [line for line in config.read_text().splitlines(keepends=True) if not line.startswith("olcTLS")]
    config.write_text("".join(kept))
    directory.start()
    with pytest.raises(TransientError, match="does not offer StartTLS"):
        await try_out(directory)
    assert directory.url in await try_out(directory, allow_plaintext=True, ca_file=None)


async def test_a_plain_port_is_no_ldaps_port(shared_directory: Slapd) -> None:
    with pytest.raises(TransientError, match="No encrypted connection came about"):
        await try_out(shared_directory, url=shared_directory.url.replace("ldap://", "ldaps://"))


async def test_a_missing_ca_file_is_told(shared_directory: Slapd) -> None:
    with pytest.raises(RejectedError, match=r"CA file /nowhere/ca\.pem cannot be used"):
        await try_out(shared_directory, ca_file="/nowhere/ca.pem")


async def test_addresses_are_tried_in_order(shared_directory: Slapd) -> None:
    urls = f"ldap://127.0.0.1:1 {shared_directory.url}"
    assert await try_out(shared_directory, url=urls)
    with pytest.raises(TransientError, match=r"127\.0\.0\.1:1: .*; ldap://127\.0\.0\.1:2: "):
        await try_out(shared_directory, url="ldap://127.0.0.1:1 ldap://127.0.0.1:2")


async def test_a_server_whose_name_is_not_known_does_not_keep_the_next_one_away(shared_directory: Slapd) -> None:
    await try_out(shared_directory, url=f"ldap://nowhere.invalid {shared_directory.url}")
    with pytest.raises(TransientError, match=r"nowhere\.invalid cannot be found: .*; ldap://127\.0\.0\.1:2: "):
        await try_out(shared_directory, url="ldap://nowhere.invalid ldap://127.0.0.1:2")
