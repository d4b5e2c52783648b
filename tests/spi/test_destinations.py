"""No settings lead a connector to this machine, its link, or where clouds hand out credentials."""

import socket
from collections.abc import Iterator
from contextlib import closing
from ipaddress import ip_address, ip_network

import pytest

from seatkeeper.core.networks import read_networks
from seatkeeper.spi.destinations import allow_networks, is_allowed, open_socket, resolve
from seatkeeper.spi.errors import RejectedError, TransientError
from seatkeeper.spi.http import AppClient, Call, HTTPSettings
from tests.conftest import HERE


@pytest.fixture(autouse=True)
def strict() -> Iterator[None]:
    allow_networks(())
    yield
    allow_networks(read_networks(HERE))


@pytest.fixture
def port() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield listening.getsockname()[1]


@pytest.mark.parametrize(
    "address",
    (
        "127.0.0.1 127.8.8.8 0.0.0.0 169.254.169.254 168.63.129.16 100.100.100.200 224.0.0.1 255.255.255.255"
        " :: ::1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::127.0.0.1 64:ff9b::7f00:1 2002:7f00:1::"
        " fe80::1 fd00:ec2::254"
    ).split(),
)
def test_what_only_this_machine_can_reach_is_refused(address: str) -> None:
    assert not is_allowed(ip_address(address))


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "192.168.1.1", "172.16.0.9", "93.184.215.14", "2001:db8::1", "fd12::1"]
)
def test_private_and_public_addresses_are_allowed(address: str) -> None:
    assert is_allowed(ip_address(address))


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "[::1]", "0.0.0.0", "0177.0.0.1", "2130706433", "127.1"]
)
async def test_however_this_machine_is_written_it_is_refused_with_what_to_do(host: str, port: int) -> None:
    with pytest.raises((RejectedError, TransientError)) as caught:
        await open_socket(host, port)
    if isinstance(caught.value, RejectedError):
        assert "SEATKEEPER_ALLOWED_NETWORKS" in caught.value.remedy


async def test_what_the_installation_allows_is_connected_to(port: int) -> None:
    allow_networks([ip_network("127.0.0.1/32")])
    assert await resolve("localhost", port) == ["127.0.0.1"]
    with closing(await open_socket("localhost", port)) as opened:
        assert opened.getpeername() == ("127.0.0.1", port)
    assert not is_allowed(ip_address("127.0.0.2"))
    assert is_allowed(ip_address("::ffff:127.0.0.1"))


@pytest.mark.parametrize("proxied", [False, True])
async def test_calls_over_http_go_to_checked_addresses_only(port: int, proxied: bool) -> None:
    here = f"http://localhost:{port}"
    far = HTTPSettings(base_url="https://app.example.com", proxy=here) if proxied else HTTPSettings(base_url=here)
    async with AppClient(far) as client:
        with pytest.raises(RejectedError, match="is this machine"):
            await client.send(Call("GET", "/Users"))
