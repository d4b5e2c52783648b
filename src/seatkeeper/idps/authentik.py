"""authentik's SCIM provider: it reads what the server can do, puts users, and compares members before it patches.

Source: goauthentik/authentik, ``authentik/providers/scim/clients`` and the default property mappings. It creates
without looking first: 409 makes it look, and adopt what it finds. A user that is gone is created again. 429 and
503 end the task, which is tried again with the next sync.
"""

import time
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import ClassVar
from urllib.parse import quote_plus

from seatkeeper.idps.endpoints import GROUP, PATCH, USER, Json, Manners, RefusedError, Sleep
from seatkeeper.idps.people import Person, Team
from seatkeeper.idps.providers import PuttingProvider

_NOT_FOUND = 404


class Authentik(PuttingProvider):
    """An authentik with one SCIM provider."""

    manners: ClassVar[Manners] = Manners(headers={"User-Agent": "goauthentik.io/2026.8"})
    retries_failed = True

    def __init__(self, base_url: str, token: str, sleep: Sleep = time.sleep) -> None:
        super().__init__(base_url, token, sleep)
        self._can_patch = False
        self._chunk = 0
        self._has_asked = False
        self._keys: dict[str, str] = {}
        """What authentik calls each group, whatever its name is now."""

    def test_connection(self) -> None:
        """Begin a sync."""
        self.begin_cycle()

    def begin_cycle(self) -> None:
        """Read what the server can do; without an answer, assume that it can do nothing. Kept once it is known."""
        if self._has_asked:
            return
        try:
            config = self.endpoint.call("GET", "/ServiceProviderConfig")
        except RefusedError as error:
            if error.status != _NOT_FOUND:
                raise
            config = {}
        self._can_patch = bool(config.get("patch", {}).get("supported"))
        self._chunk = int(config.get("bulk", {}).get("maxOperations", 0))
        self._has_asked = True

    def discover(self, collection: str) -> list[Json]:
        """Read all ``Users`` or ``Groups``, the next page from behind what was seen."""
        page = self.endpoint.call("GET", f"/{collection}")
        found: list[Json] = list(page["Resources"])
        while page["Resources"] and len(found) < page["totalResults"]:
            page = self.endpoint.call("GET", f"/{collection}?startIndex={len(found) + 1}")
            found += page["Resources"]
        return found

    def assign(self, person: Person) -> None:
        """Create; what is there already is looked up and adopted."""
        self.remember(
            person, self._create("/Users", _profile(person, active=True), f'userName eq "{person.user_name}"')
        )

    def push_group(self, team: Team) -> None:
        """Create it, with its members only where the server cannot patch; else add them afterwards."""
        self.begin_cycle()
        body = self._group(team)
        if not self._can_patch:
            body["members"] = self.values(team.members)
        self.endpoint.teams[team.name] = self._create("/Groups", body, f'displayName eq "{team.name}"')["id"]
        if self._can_patch:
            self._patch_members(team.name, "add", (each["value"] for each in self.values(team.members)))

    def change_members(self, team: Team, *, add: frozenset[int], remove: frozenset[int]) -> None:
        """An operation for each member who comes or goes."""
        if not self._can_patch:
            self._put_group(Team(team.name, (team.members - remove) | add))
            return
        self._patch_members(team.name, "add", (each["value"] for each in self.values(add)))
        self._patch_members(team.name, "remove", (each["value"] for each in self.values(remove)))

    def rename_group(self, team: Team, name: str) -> None:
        """Replace the whole group without a path, read it, and put its members right."""
        self.endpoint.teams[name] = self.endpoint.teams.pop(team.name)
        self._keys[name] = self._keys.pop(team.name)
        renamed = Team(name, team.members)
        if not self._can_patch:
            self._put_group(renamed)
            return
        value = {**self._group(renamed), "id": self.endpoint.teams[name]}
        self._patch(name, [{"op": "replace", "value": value}])
        self._compare(renamed)

    def delete_group(self, team: Team) -> None:
        """A plain DELETE."""
        self.endpoint.call("DELETE", f"/Groups/{self.endpoint.teams.pop(team.name)}")

    def _create(self, path: str, body: Json, query: str) -> Json:
        try:
            return self.endpoint.call("POST", path, body)
        except RefusedError as error:
            found = self.endpoint.find(path, quote_plus(query)) if error.is_duplicate else None
            if found is None:
                raise
            return found

    def put(self, person: Person, *, active: bool) -> None:
        """Put the whole user."""
        body = _profile(person, active=active)
        try:
            self.endpoint.call(
                "PUT", self.person_path(person), {**body, "id": self.endpoint.people[person.number]}
            )
        except RefusedError as error:
            if error.status != _NOT_FOUND:
                raise
            self.remember(person, self._create("/Users", body, f'userName eq "{person.user_name}"'))

    def _put_group(self, team: Team) -> None:
        body = {**self._group(team), "id": self.endpoint.teams[team.name], "members": self.values(team.members)}
        self.endpoint.call("PUT", self.team_path(team.name), body)

    def _group(self, team: Team) -> Json:
        key = self._keys.setdefault(team.name, sha256(team.name.encode()).hexdigest()[:32])
        return {"schemas": [GROUP], "displayName": team.name, "externalId": key}

    def _compare(self, team: Team) -> None:
        current = self.endpoint.call("GET", self.team_path(team.name)).get("members") or []
        present = [member["value"] for member in current]
        wanted = [member["value"] for member in self.values(team.members)]
        self._patch_members(team.name, "add", (each for each in wanted if each not in present))
        self._patch_members(team.name, "remove", (each for each in present if each not in wanted))

    def _patch_members(self, name: str, op: str, ids: Iterable[str]) -> None:
        operations = [{"op": op, "path": "members", "value": [{"value": each}]} for each in ids]
        chunk = self._chunk if self._chunk > 0 else max(len(operations), 1)
        for start in range(0, len(operations), chunk):
            self._patch(name, operations[start : start + chunk])

    def _patch(self, name: str, operations: Sequence[Json]) -> None:
        self.endpoint.call("PATCH", self.team_path(name), {"schemas": [PATCH], "Operations": list(operations)})


def _profile(person: Person, *, active: bool) -> Json:
    return {
        "schemas": [USER],
        "userName": person.user_name,
        "name": {
            "formatted": person.display_name,
            "givenName": person.given_name,
            "familyName": person.family_name,
        },
        "displayName": person.display_name,
        "photos": [],
        "emails": [{"value": person.user_name, "type": "other", "primary": True}],
        "active": active,
        "externalId": sha256(str(person.number).encode()).hexdigest(),
    }
