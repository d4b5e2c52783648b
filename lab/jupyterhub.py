"""JupyterHub: people and groups by a REST interface whose tokens have scopes. Read from its SQLite database.

Nobody can be disabled: whoever leaves is deleted, or loses their groups.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from lab.apps import Launched, Person, by_group, launched, rows
from lab.processes import APPS, Command, free_port

ADMIN, PASSWORD = "admin", "lab-password-of-thirty-two-letters"
USER_PASSWORD = "lab-password-1"
"""Opens to anybody but the administrator."""
TOKEN = "0123456789abcdef0123456789abcdef"
"""For the header ``Authorization: token``: may write people and groups, but make nobody an administrator."""
READING_TOKEN = "fedcba9876543210fedcba9876543210"
"""May list people and groups only."""

_PROXY_TOKEN = "lab-proxy-token"
_SETTINGS = """
c.JupyterHub.bind_url = {url!r}
c.JupyterHub.hub_port = {hub_port}
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie-secret"
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.admin_password = {password!r}
c.SharedPasswordAuthenticator.user_password = {user_password!r}
c.Authenticator.admin_users = {{{admin!r}}}
c.Authenticator.allow_all = True
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.auth_token = {proxy_token!r}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.JupyterHub.services = [
    {{"name": "seatkeeper", "api_token": {token!r}}},
    {{"name": "reader", "api_token": {reading_token!r}}},
]
c.JupyterHub.load_roles = [
    {{
        "name": "seatkeeper",
        "services": ["seatkeeper"],
        "scopes": ["admin:users", "admin:groups", "list:users", "list:groups", "read:hub"],
    }},
    {{"name": "reader", "services": ["reader"], "scopes": ["list:users", "list:groups"]}},
]
"""
_PEOPLE = "SELECT id, name, admin FROM users"
_MEMBERS = "SELECT g.name, m.user_id FROM user_group_map m JOIN groups g ON g.id = m.group_id"


class JupyterHub(Launched):
    """A running hub with an administrator."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._hub_port, self._proxy_port = free_port(), free_port()

    def companions(self) -> Sequence[Command]:
        """Run the proxy by ourselves, since the hub would put it where we cannot be sure of its end."""
        script = APPS / "configurable_http_proxy/node_modules/configurable-http-proxy/bin/configurable-http-proxy"
        arguments: list[str | Path] = [APPS / "node/bin/node", script, "--ip=127.0.0.1", f"--port={self.port}"]
        arguments += ["--api-ip=127.0.0.1", f"--api-port={self._proxy_port}"]
        arguments += [f"--error-target=http://127.0.0.1:{self._hub_port}/hub/error"]
        return [Command(arguments, self.folder / "proxy.log", {"CONFIGPROXY_AUTH_TOKEN": _PROXY_TOKEN})]

    def command(self) -> Command:
        """Run the hub."""
        settings = _SETTINGS.format(
            url=self.url,
            folder=self.folder,
            hub_port=self._hub_port,
            proxy_port=self._proxy_port,
            proxy_token=_PROXY_TOKEN,
            admin=ADMIN,
            password=PASSWORD,
            user_password=USER_PASSWORD,
            token=TOKEN,
            reading_token=READING_TOKEN,
        )
        (self.folder / "jupyterhub_config.py").write_text(settings)
        arguments: list[str | Path] = [APPS / "jupyterhub/bin/jupyterhub", "-f", "jupyterhub_config.py"]
        return Command(arguments, self.folder / "jupyterhub.log", cwd=self.folder)

    def answers(self) -> bool:
        """Say whether the token is taken: until the hub is there, the proxy answers everything with 404."""
        return self.ask("/hub/api/users", headers={"Authorization": f"token {TOKEN}"}).is_success

    def people(self) -> Mapping[str, Person]:
        """Read everybody; a login is all they have. ``more`` holds admin."""
        members = rows(self._database, _MEMBERS)
        return {
            row["name"]: Person(
                login=row["name"],
                name=row["name"],
                mail="",
                groups=frozenset(name for name, person in members if person == row["id"]),
                more={"admin": bool(row["admin"])},
            )
            for row in rows(self._database, _PEOPLE)
        }

    def groups(self) -> Mapping[str, frozenset[str]]:
        """Read the logins in every group."""
        return by_group([row["name"] for row in rows(self._database, "SELECT name FROM groups")], self.people())

    @property
    def _database(self) -> Path:
        return self.folder / "hub.sqlite"


@contextmanager
def running_jupyterhub(folder: Path) -> Iterator[JupyterHub]:
    """Run a fresh one, with its data in ``folder``, for the length of a block."""
    with launched(JupyterHub(folder.absolute())) as app:
        yield app
