"""Reading the three SCIM applications by other means than the connector."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.canaille import Canaille
from lab.jackson import Directory
from lab.scim2_server import SCIM2Server
from seatkeeper.core.ids import Uid
from seatkeeper.core.values import Attributes
from seatkeeper.spi.testing import Witnessed

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def _by_name(user: Mapping[str, Any]) -> Attributes:
    """Read by hand what the samples of these tests hold."""
    name = user.get("name") or {}
    emails = [email["value"] for email in user.get("emails") or [] if email.get("type", "work") == "work"]
    return {
        "userName": user["userName"],
        "externalId": user.get("externalId"),
        "name.givenName": name.get("givenName"),
        "name.familyName": name.get("familyName"),
        "name.formatted": name.get("formatted"),
        "title": user.get("title"),
        "emails": emails[0] if emails else None,
        f"{ENTERPRISE}:department": (user.get(ENTERPRISE) or {}).get("department"),
    }


@dataclass(frozen=True, slots=True)
class SCIM2ServerWitness:
    """Reads a tenant of scim2-server with one plain request for everything."""

    app: SCIM2Server
    tenant: str

    async def find_accounts(self, name: str) -> Sequence[Witnessed]:
        users = self.app.resources(self.tenant, "Users")
        return [
            Witnessed(Uid(user["id"]), user.get("active"), _by_name(user))
            for user in users
            if user["userName"] == name
        ]

    async def find_members(self, group: Uid) -> frozenset[Uid] | None:
        groups = {each["id"]: each for each in self.app.resources(self.tenant, "Groups")}
        if group not in groups:
            return None
        return frozenset(Uid(member["value"]) for member in groups[group].get("members") or [])


@dataclass(frozen=True, slots=True)
class JacksonWitness:
    """Reads a directory as the app in which Jackson is embedded does."""

    directory: Directory

    async def find_accounts(self, name: str) -> Sequence[Witnessed]:
        users = [user["raw"] for user in self.directory.users()]
        return [
            Witnessed(Uid(user["id"]), user.get("active"), _by_name(user))
            for user in users
            if user["userName"] == name
        ]

    async def find_members(self, group: Uid) -> frozenset[Uid] | None:
        return frozenset(Uid(member) for member in self.directory.members(group))


@dataclass(frozen=True, slots=True)
class CanailleWitness:
    """Reads Canaille's database."""

    app: Canaille

    async def find_accounts(self, name: str) -> Sequence[Witnessed]:
        rows = self.app.rows("SELECT * FROM user WHERE user_name = ?", name)
        return [
            Witnessed(
                Uid(row["id"]),
                row["lock_date"] is None,
                {
                    "userName": row["user_name"],
                    "name.givenName": row["given_name"],
                    "name.familyName": row["family_name"],
                    "name.formatted": row["formatted_name"],
                    "title": row["title"],
                    "emails": next(iter(json.loads(row["emails"] or "null") or ()), None),
                    f"{ENTERPRISE}:department": row["department"],
                },
            )
            for row in rows
        ]

    async def find_members(self, group: Uid) -> frozenset[Uid] | None:
        if not self.app.rows('SELECT id FROM "group" WHERE id = ?', group):
            return None
        rows = self.app.rows("SELECT user_id FROM membership_association_table WHERE group_id = ?", group)
        return frozenset(Uid(row["user_id"]) for row in rows)
