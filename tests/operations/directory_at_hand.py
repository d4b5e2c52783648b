"""A directory to test with: an integration, people and groups, and a look at the rows a change left."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.core.ids import UserId
from seatkeeper.core.integrations import Integration, MappingRules, Policy
from seatkeeper.core.users import Group, User
from seatkeeper.core.values import Json
from seatkeeper.operations.groups import GroupChange, GroupDraft, MembersChange, change_group, create_group
from seatkeeper.operations.users import UserDraft, change_user, create_user, delete_user
from seatkeeper.store.database import Database
from tests.operations.integrations_at_hand import an_integration, stored

IDP = Origin(ActorKind.IDP, "Okta", "req-7")
BY_GROUPS = MappingRules({"userName": "user.userName", "teams": "groups.map(g, g.displayName)"})


def user_draft(user_name: str, *, active: bool = True, **attributes: Json) -> UserDraft:
    """Draft a user; ``externalId`` is taken from the attributes."""
    document = {"userName": user_name, "active": active, **attributes}
    external_id = attributes.get("externalId")
    return UserDraft(user_name, None if external_id is None else str(external_id), active, document)


def group_draft(display_name: str, **attributes: Json) -> GroupDraft:
    """Draft a group."""
    external_id = attributes.get("externalId")
    document = {"displayName": display_name, **attributes}
    return GroupDraft(display_name, None if external_id is None else str(external_id), document)


def with_members(*add: UserId, remove: tuple[UserId, ...] = (), replace: bool = False) -> Any:
    """Make a change of a group that only changes members."""
    members = MembersChange(frozenset(add), frozenset(remove), replace)
    return lambda group: GroupChange(GroupDraft(group.display_name, group.external_id, group.document), members)


@dataclass(frozen=True)
class Directory:
    """One integration in a database; each wish is a transaction of its own."""

    database: Database
    integration: Integration

    async def create(self, user_name: str, *, active: bool = True, **attributes: Json) -> User:
        async with self.database.transaction(IDP) as tx:
            return await create_user(tx, self.integration, user_draft(user_name, active=active, **attributes))

    async def change(self, user: User, if_version: int | None = None, **attributes: Any) -> User:
        def change(current: User) -> UserDraft:
            document = {**current.document, **attributes}
            return user_draft(str(document.pop("userName")), active=bool(document.pop("active")), **document)

        async with self.database.transaction(IDP) as tx:
            return await change_user(tx, self.integration, user.id, change, if_version=if_version)

    async def delete(self, user: User, if_version: int | None = None) -> None:
        async with self.database.transaction(IDP) as tx:
            await delete_user(tx, self.integration, user.id, if_version=if_version)

    async def create_group(self, display_name: str, *members: User) -> Group:
        async with self.database.transaction(IDP) as tx:
            ids = frozenset(member.id for member in members)
            return await create_group(tx, self.integration, group_draft(display_name), ids)

    async def change_members(
        self, group: Group, *, add: tuple[User, ...] = (), remove: tuple[User, ...] = (), replace: bool = False
    ) -> Group:
        change = with_members(
            *(user.id for user in add), remove=tuple(user.id for user in remove), replace=replace
        )
        async with self.database.transaction(IDP) as tx:
            return await change_group(tx, self.integration, group.id, change)

    async def rows(self, table: str, **equal: object) -> list[Mapping[str, Any]]:
        """Read the rows of a table that have these values, in order of birth."""
        where = " AND ".join(f"{name} IS NOT DISTINCT FROM %({name})s" for name in equal) or "true"
        async with self.database.read() as reader:
            cursor = await reader.connection.execute(f"SELECT * FROM {table} WHERE {where}".encode(), equal)
            rows = await cursor.fetchall()
        return sorted(rows, key=lambda row: str(row.get("id")))

    async def row(self, table: str, **equal: object) -> Mapping[str, Any]:
        """Read the only such row."""
        [row] = await self.rows(table, **equal)
        return row

    async def settle(self) -> None:
        """Let every job succeed and forget what happened, so that what comes next stands alone."""
        async with self.database.transaction(IDP) as tx:
            await tx.connection.execute("UPDATE jobs SET state = 'succeeded', ended_at = now()")
            await tx.connection.execute("DELETE FROM jobs")
            await tx.connection.execute("DELETE FROM events")

    async def traces(self) -> tuple[int, int]:
        """Count the jobs and the events."""
        return len(await self.rows("jobs")), len(await self.rows("events"))


async def directory_in(
    database: Database,
    slug: str = "crm",
    *,
    push_groups: bool = True,
    mapping: MappingRules | None = None,
) -> Directory:
    """Store an integration and give its directory."""
    integration = replace(an_integration(slug), policy=Policy(push_groups=push_groups))
    if mapping is not None:
        integration = replace(integration, mapping=mapping)
    async with database.transaction(IDP) as tx:
        await stored(tx, integration)
    return Directory(database, integration)
