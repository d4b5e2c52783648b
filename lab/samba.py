"""Samba as a domain controller of Active Directory, and a reader and writer of it that is not our connector.

A real domain with a service account to which just two organizational units are delegated. Its ports are fixed, so
each domain has a loopback address of its own, and needs root. Nothing is synced to the disk, which would take most
of the time of a test. What a test says about the domain is read and written by OpenLDAP's ``ldapsearch`` and
``ldapmodify`` over StartTLS, as the domain's administrator.
"""

import hashlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.certificates import Authority
from lab.ldif import read_ldif
from lab.processes import APPS, Command, Server

DOMAIN = "ad.example.org"
BASE = "DC=ad,DC=example,DC=org"
STAFF = f"OU=Staff,{BASE}"
SALES = f"OU=Sales,{STAFF}"
GROUPS = f"OU=Groups,{BASE}"
ADMINISTRATOR = f"Administrator@{DOMAIN}"
SERVICE = f"seatkeeper@{DOMAIN}"
"""May make, change and delete users below ``STAFF`` and groups below ``GROUPS``; reads what everybody reads."""
READER = f"reader@{DOMAIN}"
"""Any member of the domain: reads and does not write."""
PASSWORD = "Lab-passw0rd"

_USER, _GROUP = "bf967aba-0de6-11d0-a285-00aa003049e2", "bf967a9c-0de6-11d0-a285-00aa003049e2"
"""The schema's ids of the classes ``user`` and ``group``, as access rules name them."""
_FRESH = "fresh-"
_PORTS = (389, 636)
_FOLDERS = ("private", "state", "cache", "lock", "pid", "ncalrpc", "sysvol", "tls")
_CONFIGURATION = """[global]
realm = {realm}
workgroup = ADX
netbios name = DC1
server role = active directory domain controller
server services = ldap
interfaces = {address}/8
bind interfaces only = yes
ldb:nosync = yes
private dir = {folder}/private
state directory = {folder}/state
cache directory = {folder}/cache
lock directory = {folder}/lock
pid directory = {folder}/pid
ncalrpc dir = {folder}/ncalrpc
log file = {folder}/samba.log
tls cafile = {folder}/tls/ca.pem
tls certfile = {folder}/tls/server.pem
tls keyfile = {folder}/tls/server-key.pem
[sysvol]
path = {folder}/sysvol
[netlogon]
path = {folder}/sysvol
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the domain; attribute names as the server spells them."""

    dn: str
    attributes: Mapping[str, tuple[bytes, ...]]

    def texts(self, name: str) -> tuple[str, ...]:
        """Give the attribute's values, none where it has none."""
        return tuple(value.decode() for value in self.attributes.get(name, ()))

    def one(self, name: str) -> str:
        """Give the attribute's only value."""
        (value,) = self.texts(name)
        return value

    @property
    def guid(self) -> str:
        """Its ``objectGUID``, as people write it."""
        (value,) = self.attributes["objectGUID"]
        return str(uuid.UUID(bytes_le=value))


class Samba:
    """A running domain below ``folder``; stopping and starting it keeps data and address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = _free_address()
        self.url, self.tls_url = f"ldap://{self.address}", f"ldaps://{self.address}"
        self.ca_file = folder / "tls/ca.pem"
        self._server: Server | None = None
        _configure(folder, self.address)

    def start(self) -> None:
        """Start, and wait until it lets its administrator in."""
        arguments: list[str | Path] = [
            "/usr/sbin/samba",
            "-M",
            "single",
            "-s",
            self.folder / "smb.conf",
            "-F",
            "--no-process-group",
        ]
        self._server = Server(Command(arguments, self.folder / "samba.out", cwd=self.folder))
        self._server.wait_until(lambda: self.lets_in(ADMINISTRATOR, PASSWORD))

    def stop(self) -> None:
        """End it; harmless when it is not running."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def search(self, base: str, *attributes: str, query: str = "(objectClass=*)") -> Sequence[Entry]:
        """Read every entry at and below ``base`` that matches; without names, all that is stored."""
        return self._read("-b", base, query, *attributes)

    def deleted(self) -> Sequence[Entry]:
        """Read what is left of deleted entries."""
        shown = "!1.2.840.113556.1.4.417"
        return self._read("-E", shown, "-b", f"CN=Deleted Objects,{BASE}", "(isDeleted=TRUE)", "objectGUID")

    def people(self) -> Mapping[str, Entry]:
        """Read everybody below ``STAFF``, by sAMAccountName."""
        found = self.search(STAFF, query="(&(objectCategory=person)(objectClass=user))")
        return {entry.one("sAMAccountName"): entry for entry in found}

    def members(self, group: str) -> frozenset[str]:
        """Read the member DNs of the group of that cn below ``GROUPS``."""
        (found,) = self.search(GROUPS, "member", query=f"(cn={group})")
        return frozenset(found.texts("member"))

    def write(self, ldif: str) -> None:
        """Change the domain behind our back. Records without ``changetype`` are additions."""
        self._checked("ldapmodify", "-a", given=ldif.encode())

    def set_password(self, name: str, password: str) -> None:
        """Give the account of that sAMAccountName a password that need not be changed."""
        _administer(self.folder, "user", "setpassword", name, f"--newpassword={password}")

    def lets_in(self, name: str, password: str) -> bool:
        """Say whether somebody can sign in."""
        own = ("-s", "base", "-b", BASE, "1.1")
        return self._tool("ldapsearch", *own, who=name, password=password).returncode == 0

    def _read(self, *arguments: str) -> Sequence[Entry]:
        done = self._checked("ldapsearch", "-LLL", "-o", "ldif-wrap=no", *arguments)
        return tuple(Entry(dn, attributes) for dn, attributes in read_ldif(done.stdout.decode()))

    def _checked(self, tool: str, *arguments: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        done = self._tool(tool, *arguments, given=given)
        if done.returncode != 0:
            raise RuntimeError(f"{tool} ended with {done.returncode}: {done.stderr.decode()}")
        return done

    def _tool(
        self, tool: str, *arguments: str, given: bytes = b"", who: str = ADMINISTRATOR, password: str = PASSWORD
    ) -> "subprocess.CompletedProcess[bytes]":
        command = [tool, "-x", "-ZZ", "-H", self.url, "-D", who, "-w", password, *arguments]
        env = {**os.environ, "LDAPTLS_CACERT": str(self.ca_file)}
        return subprocess.run(command, input=given, capture_output=True, check=False, timeout=60, env=env)


@contextmanager
def running_samba(folder: Path) -> Iterator[Samba]:
    """Run a fresh domain, with its data in ``folder``, for the length of a block."""
    shutil.copytree(provision(), folder, dirs_exist_ok=True)
    domain = Samba(folder)
    domain.start()
    try:
        yield domain
    finally:
        domain.stop()


def provision() -> Path:
    """Find the folder that every domain is a copy of, or make it, which takes ten seconds."""
    if os.geteuid() != 0:
        raise RuntimeError("Samba listens on ports below 1024 and gives files to others: run this as root.")
    mark = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    ready = APPS / "samba" / mark
    if not ready.exists():
        ready.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=_FRESH, dir=ready.parent))
        _provision(fresh)
        try:
            fresh.rename(ready)
        except OSError:  # another process was faster, and its copy is as good
            shutil.rmtree(fresh)
        for old in ready.parent.iterdir():
            if old != ready and not old.name.startswith(_FRESH):
                shutil.rmtree(old, ignore_errors=True)
    return ready


def _provision(folder: Path) -> None:
    for name in _FOLDERS:
        (folder / name).mkdir()
    _configure(folder, "127.0.0.1")
    own = ("--realm", DOMAIN.upper(), "--domain", "ADX", "--server-role", "dc", "--dns-backend", "NONE")
    host = ("--host-name", "dc1", "--host-ip", "127.0.0.1", "--adminpass", PASSWORD)
    _run(folder, "domain", "provision", *own, *host)
    for unit in (STAFF, SALES, GROUPS):
        _administer(folder, "ou", "create", unit)
    for name in (SERVICE, READER):
        _administer(folder, "user", "create", name.partition("@")[0], PASSWORD)
    service = _administer(folder, "user", "show", "seatkeeper", "--attributes=objectSid")
    sid = service.partition("objectSid: ")[2].split()[0]
    for unit, kind in ((STAFF, _USER), (GROUPS, _GROUP)):
        rules = f"(OA;CI;CCDC;{kind};;{sid})(OA;CIIO;GA;;{kind};{sid})"
        _administer(folder, "dsacl", "set", f"--objectdn={unit}", f"--sddl={rules}")


def _configure(folder: Path, address: str) -> None:
    text = _CONFIGURATION.format(realm=DOMAIN.upper(), folder=folder, address=address)
    (folder / "smb.conf").write_text(text)
    authority = Authority("lab")
    authority.write(folder / "tls/ca.pem")
    authority.issue(folder / "tls/server.pem", folder / "tls/server-key.pem", address)


def _administer(folder: Path, *arguments: str) -> str:
    return _run(folder, *arguments, "-H", f"tdb://{folder}/private/sam.ldb")


def _run(folder: Path, *arguments: str) -> str:
    command = ["samba-tool", *arguments, "-s", str(folder / "smb.conf")]
    done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:3])} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def _free_address() -> str:
    """Find an address of this machine on which nobody listens at a directory's ports."""
    while True:
        address = f"127.{1 + secrets.randbelow(250)}.{secrets.randbelow(250)}.1"
        try:
            for port in _PORTS:
                with socket.socket() as probe:
                    probe.bind((address, port))
        except OSError:
            continue
        return address


if __name__ == "__main__":
    provision()
