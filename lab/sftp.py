"""OpenSSH's sshd as a process of its own, with one account that is shut into a folder and may use SFTP only.

It runs in a mount namespace with its own ``/etc/passwd``, ``/etc/shadow`` and ``/srv``: the account is one for it
alone, and nothing of this machine is changed. What a test says about the folder it reads from the disk.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.processes import Command, Server, free_port

USER = "courier"
PASSWORD = "lab-password"
_UID = 61_234
_HASH = "$6$seatkeeper$DWi/BfK9/HIoUecFo2U/NfpBIPqoWLboB0URsCjIx1yUfHS8JwGTCHcCdLZB6KSsA1pFAcNx11FAfQZeDsleh/"
"""Of the password, as ``openssl passwd -6`` makes it."""
DROP = "/drop"
"""The folder as the account sees it."""

_START = """
set -e
mount --make-rprivate / 2>/dev/null || true
mount --bind passwd /etc/passwd
mount --bind shadow /etc/shadow
mount -t tmpfs -o mode=755 none /run
mkdir /run/sshd
mount -t tmpfs -o mode=755 none /srv
mkdir -p /srv/jail/drop
mount --bind drop /srv/jail/drop
cp client_key.pub /srv/authorized_keys
exec /usr/sbin/sshd -D -e -f "$PWD/sshd_config"
"""
_CONFIG = """
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host_key
PidFile none
UsePAM no
UseDNS no
StrictModes no
AuthorizedKeysFile /srv/authorized_keys
PasswordAuthentication yes
ChrootDirectory /srv/jail
Subsystem sftp internal-sftp
ForceCommand internal-sftp
MaxStartups 100
LogLevel ERROR
"""


class SFTPServer:
    """A running server below ``folder``; stopping and starting it keeps files, keys and the port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.drop = folder / "drop"
        """What the account sees as ``DROP``."""
        self._server: Server | None = None

    @property
    def host_key(self) -> str:
        """The server's key, as ``ssh-keyscan`` would tell it."""
        return (self.folder / "host_key.pub").read_text().strip()

    @property
    def fingerprint(self) -> str:
        """The same in short, as ``ssh-keygen -l`` tells it."""
        listed = subprocess.run(
            ["ssh-keygen", "-lf", "host_key.pub"], cwd=self.folder, check=True, capture_output=True
        )
        return listed.stdout.decode().split()[1]

    @property
    def private_key(self) -> str:
        """The account's own key."""
        return (self.folder / "client_key").read_text()

    def start(self) -> None:
        """Start, and wait until it says which protocol it speaks."""
        # With processes of its own, too: whoever is signed in has a session of theirs, which would outlive it.
        # Inside a chroot the root is no mount whose propagation could be changed, so that is tried and may fail.
        apart = ["unshare", "--mount", "--propagation", "unchanged", "--pid", "--fork", "--kill-child"]
        apart += ["sh", "-c", _START]
        command = Command(apart, self.folder / "sshd.log", cwd=self.folder)
        self._server = Server(command)
        self._server.wait_until(self._answers)

    def stop(self) -> None:
        """End it with all its sessions; harmless when it is not running."""
        if self._server is not None:
            self._server.kill()
            self._server = None

    def change_host_key(self) -> None:
        """Become, as far as anybody can tell, another server."""
        self.stop()
        _make_key(self.folder, "host_key")
        self.start()

    @contextmanager
    def folder_of_its_own(self) -> Iterator[str]:
        """Make a folder in ``DROP`` that the account may write to, and remove it at the end of the block."""
        folder = Path(tempfile.mkdtemp(dir=self.drop))
        os.chown(folder, _UID, _UID)
        yield folder.name
        shutil.rmtree(folder)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                return connection.recv(8) == b"SSH-2.0-"
        except OSError:
            return False


@contextmanager
def running_sftp(folder: Path) -> Iterator[SFTPServer]:
    """Run a fresh server, with its files in ``folder``, for the length of a block."""
    folder.mkdir(parents=True, exist_ok=True)
    server = SFTPServer(folder)
    _provision(server)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _provision(server: SFTPServer) -> None:
    folder = server.folder
    server.drop.mkdir()
    os.chown(server.drop, _UID, _UID)
    for name in ("passwd", "shadow"):
        shutil.copy(f"/etc/{name}", folder / name)
    _append(folder / "passwd", f"{USER}:x:{_UID}:{_UID}::/:/usr/sbin/nologin")
    _append(folder / "shadow", f"{USER}:{_HASH}:19000:0:99999:7:::")
    for name in ("host_key", "client_key"):
        _make_key(folder, name)
    (folder / "sshd_config").write_text(_CONFIG.format(port=server.port, folder=folder))


def _append(path: Path, line: str) -> None:
    with path.open("a") as file:
        file.write(f"{line}\n")


def _make_key(folder: Path, name: str) -> None:
    for path in (folder / name, folder / f"{name}.pub"):
        path.unlink(missing_ok=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", name], cwd=folder, check=True)
