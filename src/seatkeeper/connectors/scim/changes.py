"""Changing one resource: PATCH with what changed, or read, merge and PUT where the app cannot PATCH."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from seatkeeper.connectors.scim.answers import check, resource_of
from seatkeeper.connectors.scim.paths import parse_path
from seatkeeper.connectors.scim.profile import Profile
from seatkeeper.connectors.scim.resources import Operation, Resource, Writer, value_at
from seatkeeper.core.values import Attributes, AttributeValue, is_unassigned
from seatkeeper.spi.errors import AccountNotFoundError, TransientError
from seatkeeper.spi.http import Answer, AppClient, Call

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_TRIES = 3


def locate(path: str, uid: str) -> str:
    """Make the path of one resource."""
    return f"{path}/{quote(uid, safe='')}"


def patch(path: str, uid: str, operations: list[Operation], etag: str | None = None) -> Call:
    """Make a PATCH (RFC 7644 §3.5.2)."""
    document = {"schemas": [PATCH_OP], "Operations": operations}
    return Call("PATCH", locate(path, uid), document=document, headers=_if_match(etag))


@dataclass(frozen=True, slots=True)
class Version:
    """A resource as it was read, and the ETag the app gave with it, if any."""

    resource: Resource
    etag: str | None


class Changing:
    """Changes resources of one app. Learns when the app turns out not to PATCH."""

    def __init__(self, client: AppClient, profile: Profile, writer: Writer) -> None:
        self._client = client
        self._profile = profile
        self._writer = writer
        self._patches = profile.patch

    async def find(self, path: str, uid: str) -> Version | None:
        """Read a resource. An answer about another one counts as none: Canaille looks up names here too."""
        answer = await self._client.send(Call("GET", locate(path, uid)))
        if answer.status in {404, 410}:
            return None
        check(answer)
        resource = resource_of(answer)
        if resource is None:
            raise TransientError(f"{answer.call} answered with no resource.")
        return Version(resource, _etag(answer, resource)) if resource["id"] == uid else None

    async def get(self, path: str, uid: str) -> Version:
        """Read a resource that should be there. Raises ``AccountNotFoundError``."""
        found = await self.find(path, uid)
        if found is None:
            raise AccountNotFoundError(f"{path}/{uid} is not there.")
        return found

    async def change(self, path: str, uid: str, changes: Attributes) -> None:
        """Bring these attributes about; whoever changes another one at the same time loses nothing."""
        if changes and not (self._can_patch(changes) and await self._patch(path, uid, changes)):
            await self.put(path, uid, changes)

    def _can_patch(self, changes: Attributes) -> bool:
        # SAML Jackson, which shows no schema, takes the path of an extension apart at the dot in its "2.0".
        is_plain = self._profile.users is not None or all(parse_path(name).schema is None for name in changes)
        return self._patches and is_plain

    async def _patch(self, path: str, uid: str, changes: Attributes) -> bool:
        """Say whether that was enough: an app may refuse to PATCH, or take it and do nothing."""
        needs_current = any(
            parse_path(name).is_element or isinstance(value, tuple) for name, value in changes.items()
        )
        current = await self.get(path, uid) if needs_current else Version({}, None)
        operations = self._writer.operations(current.resource, changes)
        answer = await self._client.send(patch(path, uid, operations, current.etag))
        if answer.status in {404, 405, 501}:
            if answer.status == 404:
                await self.get(path, uid)
            self._patches = False
            return False
        if answer.status == 412 or (answer.status == 400 and any(each["op"] == "remove" for each in operations)):
            # Canaille refuses to empty a part of ``name`` by PATCH, and takes it by PUT.
            return False
        check(answer)
        after = resource_of(answer)
        return after is None or all(self._holds(after, name, value) for name, value in changes.items())

    def _holds(self, resource: Mapping[str, Any], name: str, wanted: AttributeValue | None) -> bool:
        if not self._profile.shows(name):
            return True
        return _comparable(value_at(resource, name)) == _comparable(wanted)

    async def put(self, path: str, uid: str, changes: Attributes) -> None:
        """Read, merge, write; again when somebody else wrote in between."""
        refused: str | None = None
        for _ in range(_TRIES):
            version = await self.get(path, uid)
            merged = self._writer.merged(version.resource, changes)
            if merged == version.resource:
                return
            # Refused though nothing changed: RFC 9110 §13.1.1 never matches a weak tag, and then no tag is sent.
            etag = version.etag if version.etag != refused else None
            document = {name: value for name, value in merged.items() if name != "meta"}
            answer = await self._client.send(
                Call("PUT", locate(path, uid), document=document, headers=_if_match(etag))
            )
            if answer.status != 412:
                check(answer)
                return
            refused = version.etag
        raise TransientError(f"{path}/{uid} is being changed by others at the same time.")


def _if_match(etag: str | None) -> dict[str, str]:
    return {"If-Match": etag} if etag else {}


def _etag(answer: Answer, resource: Resource) -> str | None:
    meta = resource.get("meta")
    version = answer.headers.get("etag") or (meta.get("version") if isinstance(meta, Mapping) else None)
    return version if isinstance(version, str) else None


def _comparable(value: AttributeValue | None) -> object:
    if is_unassigned(value):
        return None
    return frozenset(value) if isinstance(value, tuple) else str(value).casefold()
