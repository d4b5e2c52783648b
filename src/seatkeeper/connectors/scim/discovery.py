"""Asking an app what it can do. Every endpoint is optional, and so is every part of what it says."""

import asyncio
from collections.abc import Mapping
from typing import Any

from seatkeeper.connectors.scim.profile import Filtering, Profile, group_schema, user_schema
from seatkeeper.connectors.scim.settings import SCIMSettings
from seatkeeper.spi.errors import CredentialsRefusedError, RejectedError, TransientError
from seatkeeper.spi.http import AppClient, Call

Document = Mapping[str, Any]


async def discover(client: AppClient, settings: SCIMSettings) -> Profile:
    """Read the three discovery endpoints, and let the settings have the last word.

    Raises ``TransientError`` and ``ThrottledError`` only: an app may refuse discovery to an account that is good
    for everything else.
    """
    provider, types, schemas = await asyncio.gather(
        _read(client, "/ServiceProviderConfig"), _read(client, "/ResourceTypes"), _read(client, "/Schemas")
    )
    config = provider if isinstance(provider, Mapping) else {}
    described = _resources(schemas)
    users = user_schema(described)
    return Profile(
        patch=_patches(config, settings),
        filtering=_filtering(config, settings),
        users=users,
        groups=group_schema(described),
        has_groups=_has_groups(types, settings),
        has_roles=settings.roles == "on"
        or (settings.roles == "auto" and users is not None and users.find("roles.value") is not None),
    )


async def _read(client: AppClient, path: str) -> Any:
    try:
        answer = await client.send(Call("GET", path, public=True))
    except (CredentialsRefusedError, RejectedError):
        return None
    try:
        return answer.document() if answer.is_success else None
    except TransientError:
        return None


def _resources(listing: Any) -> list[Document]:
    # Open WebUI answers with a bare list, others leave ``totalResults`` out.
    items = listing.get("Resources") if isinstance(listing, Mapping) else listing
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []


def _supported(config: Document, feature: str) -> bool | None:
    said = config.get(feature)
    value = said.get("supported") if isinstance(said, Mapping) else None
    return value if isinstance(value, bool) else None


def _patches(config: Document, settings: SCIMSettings) -> bool:
    if settings.patch == "auto":
        return _supported(config, "patch") is not False
    return settings.patch == "patch"


def _filtering(config: Document, settings: SCIMSettings) -> Filtering:
    match settings.filter:
        case "always":
            return Filtering.TRUSTED
        case "never":
            return Filtering.REFUSED
        case "auto":
            said = _supported(config, "filter")
            return {True: Filtering.TRUSTED, False: Filtering.REFUSED, None: Filtering.DOUBTED}[said]


def _has_groups(types: Any, settings: SCIMSettings) -> bool:
    known = {str(item.get("name") or item.get("id")) for item in _resources(types)}
    return settings.groups == "on" or (settings.groups == "auto" and (not known or "Group" in known))
