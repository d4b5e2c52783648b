"""OpenLDAP's slapd as a process of its own, and a reader and writer of it that is not our connector.

The reader and writer are OpenLDAP's own ``ldapsearch``, ``ldapmodify`` and ``ldapwhoami``: what a test says
about the directory never passes through the code under test.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.certificates import Authority
from lab.ldif import read_ldif
from lab.processes import Command, Server, free_port
from lab.templates import provisioned

BASE = "dc=example,dc=org"
PEOPLE = f"ou=people,{BASE}"
GROUPS = f"ou=groups,{BASE}"
ROOT_DN = f"cn=admin,{BASE}"
SERVICE_DN = f"cn=seatkeeper,{BASE}"
"""May write everything and read any number of entries."""
READER_DN = f"cn=reader,{BASE}"
"""May read and not write."""
LIMITED_DN = f"cn=limited,{BASE}"
"""May read, and gets at most 500 entries of one search: what slapd does unless told otherwise."""
PASSWORD = "lab-password"

_LDIF = Path(__file__).parent / "slapd"
_SLAPD, _SLAPADD = "/usr/sbin/slapd", "/usr/sbin/slapadd"
_OUTSIDE = "cn=nobody"
_CONFIG_DN = "cn=config"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the directory; attribute names as the server spells them."""

    dn: str
    attributes: Mapping[str, tuple[str, ...]]

    def one(self, name: str) -> str:
        """Give the attribute's only value."""
        (value,) = self.attributes[name]
        return value


class Slapd:
    """A running directory below ``folder``; stopping and starting it keeps data and addresses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.tls_port = free_port(), free_port()
        self.url = f"ldap://127.0.0.1:{self.port}"
        self.tls_url = f"ldaps://127.0.0.1:{self.tls_port}"
        self.ca_file, self.stranger_ca_file = folder / "tls/ca.pem", folder / "tls/stranger-ca.pem"
        self._server: Server | None = None

    def start(self) -> None:
        """Start, and wait until it answers a search."""
        listeners = f"{self.url}/ {self.tls_url}/"
        arguments = [_SLAPD, "-F", "config", "-h", listeners, "-d", "none"]
        self._server = Server(Command(arguments, self.folder / "slapd.log", cwd=self.folder))
        self._server.wait_until(lambda: self._tool("ldapsearch", "-s", "base", "-b", "", "1.1").returncode == 0)

    def stop(self) -> None:
        """End it as an administrator would; harmless when it is not running."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def crash(self) -> None:
        """End it without a goodbye."""
        if self._server is not None:
            self._server.kill()
            self._server = None

    def freeze(self) -> None:
        """Let it answer nobody, with every connection open, until ``thaw``."""
        os.waitid(os.P_PID, self._signal(signal.SIGSTOP), os.WSTOPPED | os.WNOWAIT)

    def thaw(self) -> None:
        """Let it go on where it was."""
        self._signal(signal.SIGCONT)

    def search(self, base: str, *attributes: str, query: str = "(objectClass=*)") -> Sequence[Entry]:
        """Read every entry at and below ``base`` that matches; without names, all user attributes."""
        done = self._checked("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", base, query, *attributes)
        return tuple(_entries(done.stdout.decode()))

    def people(self) -> Mapping[str, Entry]:
        """Read everybody, by uid, with the id, the lock and the groups as the server sees them."""
        found = self.search(PEOPLE, "*", "entryUUID", "memberOf", "pwdAccountLockedTime", query="(uid=*)")
        return {entry.one("uid"): entry for entry in found}

    def members(self, group: str) -> frozenset[str]:
        """Read the member DNs of the group of that cn; the one that only fills an empty group is left out."""
        entries = self.search(GROUPS, "cn", "member", query="(cn=*)")
        (found,) = (entry for entry in entries if group in entry.attributes["cn"])
        dns = found.attributes.get("member", ())
        return frozenset(dn for dn in dns if dn.lower() not in {_OUTSIDE, found.dn.lower()})

    def write(self, ldif: str) -> None:
        """Change the directory behind our back. Records without ``changetype`` are additions."""
        self._checked("ldapmodify", "-a", given=ldif.encode())

    def configure(self, ldif: str) -> None:
        """Change its ``cn=config``."""
        self._checked("ldapmodify", given=ldif.encode(), who=_CONFIG_DN)

    def lets_in(self, dn: str, password: str) -> bool:
        """Say whether somebody can sign in."""
        return self._tool("ldapwhoami", who=dn, password=password).returncode == 0

    def _signal(self, number: signal.Signals) -> int:
        assert self._server is not None
        os.kill(self._server.child.pid, number)
        return self._server.child.pid

    def _checked(
        self, tool: str, *arguments: str, given: bytes = b"", who: str = ROOT_DN
    ) -> "subprocess.CompletedProcess[bytes]":
        done = self._tool(tool, *arguments, given=given, who=who)
        if done.returncode != 0:
            raise RuntimeError(f"{tool} ended with {done.returncode}: {done.stderr.decode()}")
        return done

    def _tool(
        self, tool: str, *arguments: str, given: bytes = b"", who: str = ROOT_DN, password: str = PASSWORD
    ) -> "subprocess.CompletedProcess[bytes]":
        command = [tool, "-x", "-H", self.url, "-D", who, "-w", password, *arguments]
        return subprocess.run(command, input=given, capture_output=True, check=False, timeout=60)


@contextmanager
def running_slapd(folder: Path) -> Iterator[Slapd]:
    """Run a fresh directory, with its data in ``folder``, for the length of a block."""
    shutil.copytree(_template(), folder, dirs_exist_ok=True)
    directory = Slapd(folder)
    directory.start()
    try:
        yield directory
    finally:
        directory.stop()


def _template() -> Path:
    sources = [*sorted(_LDIF.iterdir()), Path(__file__), Path(__file__).with_name("certificates.py")]
    return provisioned("slapd", sources, _provision)


def _provision(folder: Path) -> None:
    for name in ("config", "data", "tls"):
        (folder / name).mkdir()
    authority = Authority("lab")
    authority.write(folder / "tls/ca.pem")
    authority.issue(folder / "tls/server.pem", folder / "tls/server-key.pem")
    Authority("stranger").write(folder / "tls/stranger-ca.pem")
    for number, name in ((0, "config.ldif"), (1, "tree.ldif")):
        (folder / name).write_text((_LDIF / name).read_text().format_map(_PLACES))
        command = [_SLAPADD, "-n", str(number), "-F", "config", "-l", name]
        subprocess.run(command, cwd=folder, check=True, timeout=60)


_PLACES = {
    "base": BASE,
    "people": PEOPLE,
    "groups": GROUPS,
    "root": ROOT_DN,
    "service": SERVICE_DN,
    "reader": READER_DN,
    "limited": LIMITED_DN,
    "password": PASSWORD,
    "outside": _OUTSIDE,
    "data": "data",
    "tls": "tls",
}


def _entries(ldif: str) -> Iterator[Entry]:
    for dn, attributes in read_ldif(ldif):
        texts = {
            name: tuple(value.decode(errors="replace") for value in values) for name, values in attributes.items()
        }
        yield Entry(dn, texts)
