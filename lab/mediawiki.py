"""MediaWiki from Debian, served by PHP from where Debian put it. Read from its SQLite database.

Its interface ``/api.php`` signs in with cookies, wants a token for each change, says errors in answers of status
200, and blocks people instead of disabling them. Every login begins with a capital. It has pages for the same.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lab.apps import Launched, Person, by_group, launched, rows
from lab.processes import Command
from lab.templates import carry_out, provisioned

ADMIN, PASSWORD = "Admin", "lab-password-1"
GROUPS = ("bot", "bureaucrat", "editor", "interface-admin", "sysop", "translator")
"""Those that people may be put into; a group is there because the settings name it."""

_CODE = Path("/usr/share/mediawiki")
_ADDRESS = "http://127.0.0.1:9"
_FOLDER = "/the/folder"
_MORE_SETTINGS = """
wfLoadSkin( 'Vector' );
$wgEnableEmail = false;
$wgJobRunRate = 0;
$wgRateLimits = [];
$wgPasswordAttemptThrottle = [];
$wgGroupPermissions['*']['createaccount'] = false;
$wgGroupPermissions['editor']['patrol'] = true;
$wgGroupPermissions['translator']['edit'] = true;
"""
_PEOPLE = """
    SELECT user_id AS id, user_email AS mail,
           CAST(user_name AS TEXT) AS login, CAST(user_real_name AS TEXT) AS name,
           EXISTS (SELECT 1 FROM ipblocks WHERE ipb_user = user_id AND ipb_sitewide) AS blocked
      FROM user WHERE user_name <> 'MediaWiki default'
"""
_MEMBERS = "SELECT CAST(ug_group AS TEXT), ug_user FROM user_groups"


class MediaWiki(Launched):
    """A running wiki with an administrator."""

    def command(self) -> Command:
        """Serve by PHP alone. The settings name the address and the folder."""
        settings = (self.folder / "LocalSettings.php").read_text()
        settings = settings.replace(_ADDRESS, self.url).replace(_FOLDER, str(self.folder))
        (self.folder / "LocalSettings.php").write_text(settings)
        arguments: list[str | Path] = ["php", "-S", self.url.removeprefix("http://"), "-t", _CODE]
        return Command(arguments, self.folder / "mediawiki.log", _environment(self.folder))

    def answers(self) -> bool:
        """Say whether the interface knows itself."""
        return "generator" in self.ask("/api.php?action=query&meta=siteinfo&format=json").text

    def people(self) -> Mapping[str, Person]:
        """Read everybody; who is blocked is not active. ``more`` holds the id."""
        database = self.folder / "data/wiki.sqlite"
        members = rows(database, _MEMBERS)
        return {
            row["login"]: Person(
                login=row["login"],
                name=row["name"],
                mail=row["mail"],
                active=not row["blocked"],
                groups=frozenset(name for name, person in members if person == row["id"]),
                more={"id": row["id"]},
            )
            for row in rows(database, _PEOPLE)
        }

    def groups(self) -> Mapping[str, frozenset[str]]:
        """Read the logins in every group."""
        return by_group(GROUPS, self.people())


@contextmanager
def running_mediawiki(folder: Path) -> Iterator[MediaWiki]:
    """Run a fresh one, with its data in ``folder``, for the length of a block."""
    with launched(MediaWiki(folder.absolute()), provisioned("mediawiki", [Path(__file__)], _provision)) as app:
        yield app


def _provision(folder: Path) -> None:
    (folder / "data").mkdir()
    install = ["php", str(_CODE / "maintenance/install.php"), "--confpath", str(folder), "--dbtype=sqlite"]
    install += [f"--dbpath={folder}/data", "--dbname=wiki", f"--server={_ADDRESS}", "--scriptpath=", "--skins="]
    carry_out([*install, f"--pass={PASSWORD}", "Wiki", ADMIN], folder, _environment(folder))
    settings = (folder / "LocalSettings.php").read_text()
    (folder / "LocalSettings.php").write_text(settings.replace(str(folder), _FOLDER) + _MORE_SETTINGS)


def _environment(folder: Path) -> dict[str, str]:
    return {"MW_CONFIG_FILE": str(folder / "LocalSettings.php")}
