"""Canaille: an identity provider with an awkward SCIM server, and with a SCIM client.

``python -m lab.canaille`` makes the database that each of them starts with.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from joserfc.jwk import RSAKey

from lab.processes import APPS, Command, free_port, running

TOKEN = "lab-canaille-token"
CLIENT_ID, CLIENT_SECRET = "lab-client", "lab-client-secret"
SIGN_IN_CLIENT_ID = "seatkeeper"
_PROGRAM = APPS / "canaille/bin/canaille"
_SEED = APPS / "canaille/seed.sqlite"

_CONFIGURATION = """
SECRET_KEY = "lab"
SERVER_NAME = "localhost:{port}"
PREFERRED_URL_SCHEME = "http"
[CANAILLE]
DATABASE = "sql"
[CANAILLE.ACL.DEFAULT]
PERMISSIONS = ["edit_self", "use_oidc"]
[CANAILLE.ACL.ADMIN]
PERMISSIONS = ["manage_users", "manage_all_groups", "manage_oidc"]
FILTER = {{groups = "admins"}}
[CANAILLE_SQL]
DATABASE_URI = "sqlite:///{folder}/canaille.sqlite"
[CANAILLE_OIDC]
REQUIRE_NONCE = false
ACTIVE_JWKS = [{{ {key} }}]
[CANAILLE_SCIM]
ENABLE_SERVER = true
ENABLE_CLIENT = {pushes}
"""

_INSTALL = "install"
_USER = "create user --user-name admin --password adminPass123! --family-name Admin --emails admin@example.org"
_CLIENT = (
    f"create client --client-id {CLIENT_ID} --client-secret {CLIENT_SECRET} --client-name lab"
    f" --client-uri http://127.0.0.1:9/ --audience {CLIENT_ID} --grant-types client_credentials"
    " --response-types code --redirect-uris http://127.0.0.1:9/cb --scope openid"
    " --token-endpoint-auth-method client_secret_basic"
)
_SIGN_IN_CLIENT = (
    f"create client --client-id {SIGN_IN_CLIENT_ID} --client-secret {CLIENT_SECRET} --client-name seatkeeper"
    f" --client-uri http://127.0.0.1:9/ --grant-types authorization_code"
    " --response-types code --redirect-uris {redirect_uri} --scope openid --scope profile --scope email"
    " --scope groups --token-endpoint-auth-method client_secret_basic"
)
_SIGN_IN_AUDIENCE = f"set client {SIGN_IN_CLIENT_ID} --audience {SIGN_IN_CLIENT_ID}"
"""Its tokens are for itself, which cannot be said before it is there."""
_PROVISIONED_CLIENT = (
    "create client --client-id app --client-secret {token} --client-name app --client-uri {url}"
    " --grant-types client_credentials --response-types code --redirect-uris http://127.0.0.1:9/cb --scope openid"
    " --token-endpoint-auth-method client_secret_basic"
)
"""What is on this machine is trusted, and so told of everybody, whether they ever signed in or not."""
_PROVISIONED_TOKEN = (
    "create token --access-token {token} --client app --issue-date 2026-01-01T00:00:00+00:00"
    " --lifetime 3153600000 --scope openid --audience app"
)
_TOKEN = (
    f"create token --access-token {TOKEN} --client {CLIENT_ID} --issue-date 2026-01-01T00:00:00+00:00"
    f" --lifetime 3153600000 --scope openid --audience {CLIENT_ID}"
)


@dataclass(frozen=True, slots=True)
class Canaille:
    """A running Canaille, with an admin in it who is nobody's business."""

    base_url: str
    token: str
    token_url: str
    database: Path
    issuer: str
    environment: Mapping[str, str]

    def register_client(self, redirect_uri: str) -> tuple[str, str]:
        """Make an application people sign in to; give its id and its secret."""
        self._command(_SIGN_IN_CLIENT.format(redirect_uri=redirect_uri))
        self._command(_SIGN_IN_AUDIENCE)
        return SIGN_IN_CLIENT_ID, CLIENT_SECRET

    def provision_into(self, url: str, token: str) -> None:
        """Push people and groups to a SCIM endpoint from now on, as it does if it was started with ``pushes``.

        It makes tokens of its own for those it pushes to, but takes one that is there already.
        """
        self._command(_PROVISIONED_CLIENT.format(url=url, token=token))
        self._command(_PROVISIONED_TOKEN.format(token=token))

    def _command(self, command: str) -> None:
        subprocess.run([_PROGRAM, *command.split()], env=self.environment, check=True, capture_output=True)

    def rows(self, statement: str, *values: str) -> Sequence[sqlite3.Row]:
        """Read its database."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(statement, values).fetchall()


def provision() -> None:
    """Make the database every Canaille of the lab starts from, unless it is there. Takes some seconds."""
    if _SEED.exists():
        return
    folder = APPS / "canaille/provisioning"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for command in (_INSTALL, _USER, _CLIENT, _TOKEN):
        subprocess.run([_PROGRAM, *command.split()], env=_environment(folder, 9), check=True, capture_output=True)
    (folder / "canaille.sqlite").rename(_SEED)
    shutil.rmtree(folder)


def _environment(folder: Path, port: int, *, pushes: bool = False) -> dict[str, str]:
    configuration = folder / "canaille.toml"
    signer = RSAKey.generate_key(2048).as_dict(private=True)
    key = ", ".join(f'{name} = "{value}"' for name, value in signer.items())
    configuration.write_text(_CONFIGURATION.format(port=port, folder=folder, key=key, pushes=str(pushes).lower()))
    return {**os.environ, "CANAILLE_CONFIG": str(configuration)}


@contextmanager
def canaille(folder: Path, port: int | None = None, *, pushes: bool = False) -> Iterator[Canaille]:
    """Run one on a copy of the provisioned database, in the folder."""
    provision()
    port = port or free_port()
    database = folder / "canaille.sqlite"
    shutil.copyfile(_SEED, database)
    arguments: list[str | Path] = [_PROGRAM, "run", "--bind", f"127.0.0.1:{port}"]
    environment = _environment(folder, port, pushes=pushes)
    command = Command(arguments, folder / "canaille.log", env=environment)
    address = f"http://localhost:{port}"

    def answers() -> bool:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        try:
            return httpx.get(f"{address}/scim/v2/ServiceProviderConfig", headers=headers, verify=False).is_success
        except httpx.TransportError:
            return False

    with running(command, answers, patience=180.0):
        yield Canaille(f"{address}/scim/v2", TOKEN, f"{address}/oauth/token", database, address, environment)


if __name__ == "__main__":
    provision()
