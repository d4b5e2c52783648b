"""The connection to an SFTP server: one at a time, opened when it is needed and again when it was lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from seatkeeper.connectors.files.pins import algorithms, fingerprint, mend_key
from seatkeeper.connectors.files.settings import FilesSettings
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.destinations import open_socket
from seatkeeper.spi.errors import CredentialsRefusedError, RejectedError, TransientError

if TYPE_CHECKING:
    from asyncssh import SFTPClient, SSHClientConnection, SSHKey

T = TypeVar("T")


def load_asyncssh() -> Any:
    """Import it: a quarter of a second that only those pay who use it. Raises ``RejectedError`` where it lacks."""
    try:
        import asyncssh  # noqa: PLC0415
    except ImportError:
        told = "SFTP needs a package that is not installed here."
        remedy = "Install it: pip install 'seatkeeper[sftp]'"
        raise RejectedError(told, ProblemCode.SETTINGS_INVALID, remedy=remedy) from None
    asyncssh.set_log_level("WARNING")  # it tells of every connection otherwise, and jobs tell what matters
    return asyncssh


class Server:
    """One server and our way in. Errors are those of ``spi.errors``."""

    def __init__(self, settings: FilesSettings) -> None:
        self.settings = settings
        self.title = f"{settings.host}:{settings.port}"
        self.ssh = load_asyncssh()
        self._pins = frozenset(map(fingerprint, settings.host_key))
        self._connection: SSHClientConnection | None = None
        self._client: SFTPClient | None = None
        self._opening = asyncio.Lock()

    async def reach(self) -> str:
        """Ask the server for its key, and give the fingerprint. Signs nobody in."""
        async with self._telling(self.settings.connect_timeout):
            wanted = algorithms(self.settings.host_key)
            key: SSHKey | None = await self.ssh.get_server_host_key(
                self.settings.host,
                self.settings.port,
                sock=await open_socket(str(self.settings.host), self.settings.port),
                config=None,
                **_host_keys(wanted),
            )
        await _let_go_of_socket()
        assert key is not None
        return f"its key is {key.get_fingerprint()}"

    async def do(self, act: "Callable[[SFTPClient], Awaitable[T]]", *, again: bool = False) -> T:
        """Do something in the one session. Whatever SFTP itself answers is raised as it is.

        ``again`` is for the first thing of several: a connection that was lost meanwhile is opened anew.
        """
        client = await self._open()
        try:
            async with self._telling(self.settings.timeout):
                return await act(client)
        except TransientError:
            await self.close()
            if not again:
                raise
        return await self.do(act)

    async def sign_in(self) -> None:
        """Open the connection where there is none."""
        await self._open()

    async def close(self) -> None:
        """Hang up."""
        connection, self._connection, self._client = self._connection, None, None
        if connection is not None:
            connection.abort()
            await connection.wait_closed()
            await _let_go_of_socket()

    async def _open(self) -> "SFTPClient":
        async with self._opening:
            if self._client is None:
                self._client = await self._sign_in()
            return self._client

    async def _sign_in(self) -> "SFTPClient":
        settings = self.settings
        shown: list[str] = []
        keys = self._keys()  # before there is a socket, which nobody would close
        try:
            async with self._telling(settings.connect_timeout):
                connection: SSHClientConnection = await self.ssh.connect(
                    settings.host,
                    settings.port,
                    sock=await open_socket(str(settings.host), settings.port),
                    username=settings.user,
                    password=None if settings.password is None else settings.password.get_secret_value(),
                    client_keys=keys,
                    client_factory=self._judge(shown),
                    known_hosts=self.ssh.import_known_hosts(""),
                    agent_path=None,
                    config=None,
                    keepalive_interval=15,
                    **_host_keys(algorithms(settings.host_key)),
                )
                self._connection = connection
                return await connection.start_sftp_client()
        except self.ssh.HostKeyNotVerifiable:
            raise self._stranger(shown) from None
        except self.ssh.PermissionDenied as error:
            told = f"{self.title} did not let {settings.user} sign in: {error.reason}."
            raise CredentialsRefusedError(told) from None
        except self.ssh.ChannelOpenError as error:
            await self.close()
            told = f"{self.title} lets {settings.user} sign in and offers no SFTP: {error.reason}."
            raise RejectedError(told, ProblemCode.PERMISSION_MISSING) from None

    def _keys(self) -> list[Any] | None:
        given = self.settings.private_key
        if given is None:
            return None
        phrase = self.settings.passphrase
        try:
            text = mend_key(given.get_secret_value())
            return [self.ssh.import_private_key(text, phrase and phrase.get_secret_value())]
        except (self.ssh.KeyImportError, self.ssh.KeyEncryptionError, ValueError) as error:
            told = f"The private key cannot be read: {type(error).__name__}."
            raise CredentialsRefusedError(told, remedy="Enter the whole key, and its passphrase.") from None

    def _judge(self, shown: list[str]) -> Any:
        def is_pinned(_client: Any, _host: str, _address: str, _port: int, key: "SSHKey") -> bool:
            shown.append(key.get_fingerprint())
            return shown[-1] in self._pins

        # The class it extends is only there once the library is loaded.
        return type("Judge", (self.ssh.SSHClient,), {"validate_host_public_key": is_pinned})

    def _stranger(self, shown: list[str]) -> CredentialsRefusedError:
        key = ", ".join(shown) or "one of another kind"
        compare = "Compare it on the server (ssh-keygen -lf /etc/ssh/ssh_host_…_key.pub)"
        if not self._pins:
            told = f"No host key is pinned for {self.title}, which shows {key}."
            return CredentialsRefusedError(told, remedy=f"{compare}, and enter it as Host key.")
        told = f"{self.title} shows the key {key}, and another is pinned: it may not be the server it was."
        return CredentialsRefusedError(told, remedy=f"{compare}, and enter it as Host key if it is right.")

    @asynccontextmanager
    async def _telling(self, patience: float) -> AsyncIterator[None]:
        ssh = self.ssh
        try:
            async with asyncio.timeout(patience):
                yield
        except (ssh.HostKeyNotVerifiable, ssh.PermissionDenied, ssh.ChannelOpenError):
            raise
        except TimeoutError:
            raise TransientError(f"{self.title} did not answer within {patience:.0f} seconds.") from None
        except (OSError, ssh.DisconnectError, ssh.SFTPNoConnection, ssh.SFTPConnectionLost) as error:
            raise TransientError(f"{self.title}: {_reason(error)}.") from None


async def _let_go_of_socket() -> None:
    """Wait out the turns of the loop in which a transport that was aborted closes its socket."""
    for _ in range(3):
        await asyncio.sleep(0)


def _host_keys(wanted: tuple[str, ...]) -> dict[str, Any]:
    return {"server_host_key_algs": list(wanted)} if wanted else {}


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or getattr(error, "reason", None) or error).rstrip(".")
