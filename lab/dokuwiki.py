"""DokuWiki from Debian, served by PHP from where Debian put it. Read from its text file of people.

People are made at ``/doku.php?do=admin&page=usermanager``: there is no other door. It has groups by their mere
names, and no way to disable anybody.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lab.apps import Launched, Person, by_group, launched
from lab.processes import Command

ADMIN, PASSWORD = "admin", "lab-password-1"

_CODE = "/usr/share/dokuwiki"
_FOLDERS = "pages attic media media_attic media_meta meta cache index locks tmp log".split()
_PREPENDED = "<?php define('DOKU_CONF', '{folder}/conf/');"
_SETTINGS = """<?php
$conf['title'] = 'Wiki';
$conf['useacl'] = 1;
$conf['superuser'] = '@admin';
$conf['disableactions'] = 'register';
$conf['updatecheck'] = 0;
$conf['savedir'] = '{folder}/data';
"""
_RIGHTS = "*\t@ALL\t1\n*\t@user\t8\n"
_FIELD = re.compile(r"(?<!\\):")


class DokuWiki(Launched):
    """A running DokuWiki with an administrator."""

    def command(self) -> Command:
        """Serve by PHP alone."""
        arguments = ["php", "-d", f"auto_prepend_file={self.folder}/prepended.php"]
        arguments += ["-S", self.url.removeprefix("http://"), "-t", _CODE]
        return Command(arguments, self.folder / "dokuwiki.log")

    def answers(self) -> bool:
        """Say whether it shows the form to sign in by."""
        return "Log In" in self.ask("/doku.php?do=login").text

    def people(self) -> Mapping[str, Person]:
        """Read everybody."""
        lines = (self.folder / "conf/users.auth.php").read_text().splitlines()
        found = [_person(line) for line in lines if line and not line.startswith("#")]
        return {person.login: person for person in found}

    def groups(self) -> Mapping[str, frozenset[str]]:
        """Read the logins in every group that anybody is in."""
        people = self.people()
        return by_group(sorted({name for person in people.values() for name in person.groups}), people)


@contextmanager
def running_dokuwiki(folder: Path) -> Iterator[DokuWiki]:
    """Run a fresh one, with its data in ``folder``, for the length of a block."""
    _provision(folder.absolute())
    with launched(DokuWiki(folder.absolute())) as app:
        yield app


def _provision(folder: Path) -> None:
    for name in _FOLDERS:
        (folder / "data" / name).mkdir(parents=True)
    (folder / "conf").mkdir()
    (folder / "prepended.php").write_text(_PREPENDED.format(folder=folder))
    (folder / "conf/local.php").write_text(_SETTINGS.format(folder=folder))
    (folder / "conf/acl.auth.php").write_text(_RIGHTS)
    (folder / "conf/users.auth.php").write_text(
        f"{ADMIN}:{_hashed(PASSWORD)}:Admin:admin@example.org:admin,user\n"
    )


def _hashed(password: str) -> str:
    salt = b"salt"
    digest = hashlib.sha1(password.encode() + salt, usedforsecurity=False).digest()
    return "{SSHA}" + base64.b64encode(digest + salt).decode()


def _person(line: str) -> Person:
    login, _, name, mail, groups = (part.replace("\\:", ":").replace("\\\\", "\\") for part in _FIELD.split(line))
    return Person(login, name, mail, groups=frozenset(filter(None, groups.split(","))))
