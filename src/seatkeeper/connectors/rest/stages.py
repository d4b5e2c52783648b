"""What has to hold for a REST app to be administered (``spi.connector.Stage``)."""

from collections.abc import Sequence

from seatkeeper.connectors.rest.app import App
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.connector import Stage
from seatkeeper.spi.errors import ConnectorError, CredentialsRefusedError, RejectedError


def list_stages(app: App) -> Sequence[Stage]:
    """List them. One call tells that the app is reached and lets the service account in."""
    trial = _Trial(app)
    return [
        Stage("The app can be reached", trial.reach),
        Stage("It accepts the service account", trial.sign_in),
        Stage("Accounts can be read", trial.read),
    ]


class _Trial:
    def __init__(self, app: App) -> None:
        self._app = app
        self._refusal: ConnectorError | None = None
        self._told = ""

    async def reach(self) -> str:
        """Ask. A refusal is an answer of the app as well: what it refuses is told by a later stage."""
        try:
            self._told = await self._ask()
        except CredentialsRefusedError as error:
            self._refusal = error
        except RejectedError as error:
            if error.code is not ProblemCode.PERMISSION_MISSING:
                raise
            self._refusal = error
        return self._app.settings.base_url

    async def sign_in(self) -> str:
        if isinstance(self._refusal, CredentialsRefusedError):
            raise self._refusal
        return ""

    async def read(self) -> str:
        if self._refusal is not None:
            raise self._refusal
        return self._told

    async def _ask(self) -> str:
        """Ask what any service account may, then for some account, so that no more than a page is read."""
        app, accounts = self._app, self._app.program.accounts
        if app.program.probe is not None:
            await app.caller.run([app.program.probe], app.caller.known(), reads=True)
        elif accounts.listings:
            async for _ in app.lists.every(accounts.listings, app.caller.known(), accounts.id):
                return "some"
        else:
            listings = accounts.find[accounts.name]
            async for _ in app.lists.every(listings, app.caller.known(value="seatkeeper"), accounts.id):
                break
        return ""
