"""Accounts of a SCIM app: read, find, create, change, switch off and on, remove."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from seatkeeper.connectors.scim.answers import check, resource_of
from seatkeeper.connectors.scim.changes import Changing, locate
from seatkeeper.connectors.scim.listing import Listing
from seatkeeper.connectors.scim.paths import PathInvalidError, parse_path
from seatkeeper.connectors.scim.profile import STANDARD, Profile
from seatkeeper.connectors.scim.resources import Writer, attributes_of
from seatkeeper.connectors.scim.settings import SCIMSettings
from seatkeeper.connectors.scim.stages import list_stages
from seatkeeper.core.accounts import Abilities, SeenAccount
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.core.problems import ProblemCode
from seatkeeper.core.values import Attributes
from seatkeeper.spi.connector import Stage
from seatkeeper.spi.errors import AccountExistsError, RejectedError, TransientError
from seatkeeper.spi.http import AppClient, Call

NAME = "userName"
ROLE = "role"
IGNORES_CASE = frozenset({NAME, "emails"})
"""RFC 7643 §4.1: both compare without case. So do most other texts there, where case still matters to people."""


class Accounts:
    """What every SCIM app can do. Safe to be used by several tasks at the same time."""

    def __init__(self, client: AppClient, profile: Profile, settings: SCIMSettings) -> None:
        self._client = client
        self._profile = profile
        self._settings = settings
        self._listing = Listing(client, profile.filtering, settings.page_size)
        self._writer = Writer(typed=profile.has_part("emails.type"), primary=profile.has_part("emails.primary"))
        self._changing = Changing(client, profile, self._writer)
        self._abilities = _abilities(profile, settings)

    @property
    def abilities(self) -> Abilities:
        """What discovery and settings say this app can do."""
        return self._abilities

    def stages(self) -> Sequence[Stage]:
        """List what has to hold of a SCIM app."""
        return list_stages(self._listing, self._profile, self._settings)

    async def read_account(self, uid: Uid) -> SeenAccount | None:
        """Read one account. An answer about somebody else counts as nobody: some apps look up names here too."""
        found = await self._changing.find("/Users", uid)
        return None if found is None else self._seen(found.resource)

    async def find_accounts(self, attribute: str, value: str) -> Sequence[SeenAccount]:
        """Find accounts by an attribute, each compared on our side."""
        self._parse(attribute)
        if not self._profile.shows(attribute):
            return ()

        def is_hit(resource: dict[str, Any]) -> bool:
            return _is_same(attribute, attributes_of(resource).get(attribute), value)

        found = await self._listing.find("/Users", _filter_path(attribute), value, is_hit)
        return [self._seen(resource) for resource in found]

    async def list_accounts(self) -> AsyncIterator[SeenAccount]:
        """Yield every account."""
        async for resource in self._listing.every("/Users"):
            yield self._seen(resource)

    async def create_account(self, attributes: Attributes) -> Uid:
        """Make an account, and find out whether one of that name was there where the app does not say so."""
        name = str(attributes.get(NAME) or "")
        # Without a schema nothing promises that names are unique: SAML Jackson's only are where addresses are.
        if self._profile.users is None and await self.find_accounts(NAME, name):
            raise AccountExistsError(f"There is an account named {name} already.")
        document = self._writer.new(self._writable(attributes))
        answer = await self._client.send(Call("POST", "/Users", document=document))
        if answer.status >= 500 and await self.find_accounts(NAME, name):
            # Canaille answers a duplicate with a page of HTML and 500. So may a create that worked and then fell.
            raise AccountExistsError(
                f"There is an account named {name}, and {answer.call} answered {answer.status}."
            )
        check(answer)
        return await self._uid_of(resource_of(answer), answer.headers.get("location"), name)

    async def update_account(self, uid: Uid, changes: Attributes) -> None:
        """Send what changed."""
        await self._changing.change("/Users", uid, self._writable(changes))

    async def delete_account(self, uid: Uid) -> None:
        """Remove the account."""
        check(await self._client.send(Call("DELETE", locate("/Users", uid))))

    async def _uid_of(self, resource: Mapping[str, Any] | None, location: str | None, name: str) -> Uid:
        if resource is not None:
            return Uid(resource["id"])
        if location:
            return Uid(location.rstrip("/").rsplit("/", 1)[-1])
        found = await self.find_accounts(NAME, name)
        if len(found) != 1:
            raise TransientError(f"The app made an account named {name} and does not say which one it is.")
        return found[0].uid

    def _seen(self, resource: Mapping[str, Any]) -> SeenAccount:
        attributes = attributes_of(resource)
        active = resource.get("active")
        roles = attributes.pop("roles", ()) if ROLE in self._abilities.grants else ()
        return SeenAccount(
            uid=Uid(resource["id"]),
            name=str(attributes.get(NAME, "")),
            active=active if isinstance(active, bool) else None,
            attributes=attributes,
            entitlements=frozenset(Entitlement(ROLE, role) for role in roles)
            if isinstance(roles, tuple)
            else frozenset(),
        )

    def _writable(self, attributes: Attributes) -> Attributes:
        """Leave out what the app is declared not to keep, and refuse what it does not know at all."""
        kept = {}
        for name, value in attributes.items():
            self._parse(name)
            if self._profile.takes(name):
                kept[name] = value
            elif name not in STANDARD:
                raise RejectedError(f"The app's schema has no attribute {name}.", ProblemCode.NOT_SUPPORTED)
        return kept

    def _parse(self, name: str) -> None:
        try:
            parse_path(name)
        except PathInvalidError:
            raise RejectedError(f"{name} is no name of a SCIM attribute.", ProblemCode.SETTINGS_INVALID) from None


class Switching(Accounts):
    """The app's accounts have ``active``."""

    async def set_active(self, uid: Uid, *, active: bool) -> None:
        """Switch the account off or on."""
        await self._changing.change("/Users", uid, {"active": active})


def _abilities(profile: Profile, settings: SCIMSettings) -> Abilities:
    once = profile.immutable()
    return Abilities(
        name_attribute=NAME,
        renames=NAME not in once,
        disables=profile.has_part("active"),
        grants=frozenset({ROLE}) if profile.has_roles else frozenset(),
        groups=profile.has_groups,
        renames_groups=(name := profile.group_attribute("displayName")) is None or name.mutability != "immutable",
        reads_members=settings.members == "readable",
        write_only=profile.unread(),
        create_only=once - {NAME},
        ignores_case=IGNORES_CASE,
    )


def _filter_path(attribute: str) -> str:
    path = parse_path(attribute)
    # ``emails.value`` finds a little more than the work address, which the comparison then drops.
    return f"{path.top}.{path.part or 'value'}" if path.is_element else path.plain


def _is_same(attribute: str, seen: object, wanted: str) -> bool:
    values = seen if isinstance(seen, tuple) else (seen,)
    texts = [str(value) for value in values if value is not None]
    if attribute in IGNORES_CASE or parse_path(attribute).attribute == "emails":
        return wanted.casefold() in {text.casefold() for text in texts}
    return wanted in texts
