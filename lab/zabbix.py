"""Zabbix's pages and JSON-RPC from Debian, on a MariaDB of its own. Read from there.

The server that watches does not run, and what it would watch for is left out. Nobody is disabled by themselves,
but by being in a group that is; errors come in answers of status 200. The interface is at ``/api_jsonrpc.php``.
"""

import gzip
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lab.apps import Launched, Person, by_group, launched
from lab.mariadb import MariaDB, running_mariadb
from lab.processes import Command

ADMIN, PASSWORD = "Admin", "zabbix"
DISABLED = "Disabled"
"""The group whose members cannot sign in."""

_CODE = Path("/usr/share/zabbix")
_TABLES = Path("/usr/share/zabbix-server-mysql")
_NEEDED = "role role_rule users usrgrp users_groups config hstgrp media_type media_type_param graph_theme".split()
_DATABASE = "zabbix"
_PREPARE = f"""
    CREATE DATABASE {_DATABASE} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
    CREATE USER zabbix@'%' IDENTIFIED BY 'lab-password';
    GRANT ALL ON {_DATABASE}.* TO zabbix@'%';
"""
_SETTINGS = """<?php
$DB = ['TYPE' => 'MYSQL', 'SERVER' => '127.0.0.1', 'PORT' => '{port}', 'DATABASE' => 'zabbix', 'USER' => 'zabbix',
    'PASSWORD' => 'lab-password', 'SCHEMA' => '', 'ENCRYPTION' => false, 'DOUBLE_IEEE754' => true];
$IMAGE_FORMAT_DEFAULT = IMAGE_FORMAT_PNG;
"""
_PEOPLE = """
    SELECT u.userid, u.username, u.name, u.surname, r.name,
           COALESCE((SELECT min(m.sendto) FROM media m JOIN media_type t ON t.mediatypeid = m.mediatypeid
                      WHERE m.userid = u.userid AND t.type = 0), '')
      FROM users u LEFT JOIN role r ON r.roleid = u.roleid
"""
_MEMBERS = "SELECT m.userid, g.name, g.users_status FROM users_groups m JOIN usrgrp g ON g.usrgrpid = m.usrgrpid"


class Zabbix(Launched):
    """A running Zabbix with its administrator, its guest and its groups."""

    def __init__(self, folder: Path, database: MariaDB) -> None:
        super().__init__(folder)
        self._database = database

    def command(self) -> Command:
        """Serve by PHP alone. Where the settings are is written in a class, of which ours is known first."""
        (self.folder / "settings.php").write_text(_SETTINGS.replace("{port}", str(self._database.port)))
        source = (_CODE / "include/classes/core/CConfigFile.php").read_text()
        ours = source.replace("/etc/zabbix/zabbix.conf.php", str(self.folder / "settings.php"))
        (self.folder / "prepended.php").write_text(ours)
        options = [f"auto_prepend_file={self.folder}/prepended.php", "post_max_size=16M", "max_execution_time=300"]
        arguments: list[str | Path] = ["php", *(f"-d{option}" for option in options)]
        arguments += ["-S", self.url.removeprefix("http://"), "-t", _CODE]
        return Command(arguments, self.folder / "zabbix.log")

    def answers(self) -> bool:
        """Say whether it shows the form to sign in by."""
        return 'name="password"' in self.ask("/index.php").text

    def people(self) -> Mapping[str, Person]:
        """Read everybody. ``more`` holds userid, name, surname and the role."""
        members = self._database.rows(_MEMBERS, database=_DATABASE)
        return {
            login: Person(
                login=login,
                name=f"{name} {surname}".strip(),
                mail=mail,
                active=not any(disabled for person, _, disabled in members if person == number),
                groups=frozenset(group for person, group, _ in members if person == number),
                more={"userid": number, "name": name, "surname": surname, "role": role},
            )
            for number, login, name, surname, role, mail in self._database.rows(_PEOPLE, database=_DATABASE)
        }

    def groups(self) -> Mapping[str, frozenset[str]]:
        """Read the logins in every group."""
        names = [name for (name,) in self._database.rows("SELECT name FROM usrgrp", database=_DATABASE)]
        return by_group(names, self.people())


@contextmanager
def running_zabbix(folder: Path) -> Iterator[Zabbix]:
    """Run a fresh one, with its files in ``folder``, for the length of a block."""
    with running_mariadb() as database:
        database.run(_PREPARE)
        tables = gzip.decompress((_TABLES / "schema.sql.gz").read_bytes())
        contents = gzip.decompress((_TABLES / "data.sql.gz").read_bytes()).splitlines(keepends=True)
        needed = tuple(f"INSERT INTO `{name}` ".encode() for name in _NEEDED)
        kept = b"".join(row for row in contents if row.startswith(needed))
        _load(database, tables + b"\nSET FOREIGN_KEY_CHECKS = 0;\n" + kept)
        with launched(Zabbix(folder.absolute(), database)) as app:
            yield app


def _load(database: MariaDB, script: bytes) -> None:
    client = ["mariadb", "--no-defaults", "--user=root", f"--socket={database.folder / 'socket'}", _DATABASE]
    subprocess.run(client, input=script, check=True, timeout=300)
