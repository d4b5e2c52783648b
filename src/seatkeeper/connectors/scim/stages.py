"""What has to hold for a SCIM app to be administered (``spi.connector.Stage``)."""

from collections.abc import Sequence

from seatkeeper.connectors.scim.listing import Listing
from seatkeeper.connectors.scim.profile import Filtering, Profile
from seatkeeper.connectors.scim.settings import SCIMSettings
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.connector import Stage
from seatkeeper.spi.errors import ConnectorError, CredentialsRefusedError, RejectedError


def list_stages(listing: Listing, profile: Profile, settings: SCIMSettings) -> Sequence[Stage]:
    """List them. Discovery has reached the app already, and one read of its users tells all the rest."""
    trial = _Trial(listing, profile, settings)
    signing_in = [Stage("It accepts the service account", trial.sign_in)]
    return [
        Stage("The app can be reached", trial.reach),
        Stage("It answers as a SCIM API", trial.speak),
        *(signing_in if settings.authentication != "none" else ()),
        Stage("Users can be read", trial.read),
    ]


class _Trial:
    def __init__(self, listing: Listing, profile: Profile, settings: SCIMSettings) -> None:
        self._listing = listing
        self._profile = profile
        self._settings = settings
        self._refusal: ConnectorError | None = None
        self._total: int | None = None

    async def reach(self) -> str:
        return self._settings.base_url

    async def speak(self) -> str:
        """Read users. A refusal is an answer of the API as well: what it refuses is told by a later stage."""
        try:
            self._total = await self._listing.total("/Users")
        except CredentialsRefusedError as error:
            self._refusal = error
        except RejectedError as error:
            if error.code is not ProblemCode.PERMISSION_MISSING:
                raise
            self._refusal = error
        return _describe(self._profile)

    async def sign_in(self) -> str:
        if isinstance(self._refusal, CredentialsRefusedError):
            raise self._refusal
        return f"as {self._settings.username}" if self._settings.authentication == "basic" else ""

    async def read(self) -> str:
        if self._refusal is not None:
            raise self._refusal
        return "some" if self._total is None else f"{self._total:,} {'user' if self._total == 1 else 'users'}"


def _describe(profile: Profile) -> str:
    filters = {Filtering.TRUSTED: "filters", Filtering.DOUBTED: "filters perhaps", Filtering.REFUSED: ""}
    told = ("PATCH" if profile.patch else "PUT", filters[profile.filtering])
    others = ("groups" if profile.has_groups else "no groups", "roles" if profile.has_roles else "")
    schema = "" if profile.users else "it shows no schema"
    return ", ".join(filter(None, (*told, *others, schema)))
