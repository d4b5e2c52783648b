"""Connections over HTTP that go to checked addresses only, redirects and all."""

import functools
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from seatkeeper.spi.destinations import resolve


@functools.cache
def public_trust() -> ssl.SSLContext:
    """Give what trusts all public authorities, read once: that takes tens of milliseconds."""
    return httpx.create_ssl_context(trust_env=False)


class CheckedTransport(httpx.AsyncHTTPTransport):
    """Connects where ``spi.destinations`` allows it.

    With a proxy it is the proxy's address that is checked; what the proxy lets through is for it to say.
    """

    def __init__(self, *, verify: ssl.SSLContext, limits: httpx.Limits, proxy: str | None = None) -> None:
        super().__init__(verify=verify, limits=limits, proxy=proxy, trust_env=False)
        self._pool._network_backend = _CheckedBackend()  # noqa: SLF001 - httpx offers no other way in


class _CheckedBackend(httpcore.AsyncNetworkBackend):
    """Resolves names itself, so that what was checked is what is connected to."""

    def __init__(self) -> None:
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in await resolve(host, port):
            try:
                return await self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("sockets of this machine are no apps")

    async def sleep(self, seconds: float) -> None:
        await self._plain.sleep(seconds)
