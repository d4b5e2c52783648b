"""What the app offers is found by Okta's entitlement discovery, and searched and paged like everything else."""

from urllib.parse import quote

from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.integrations import Integration
from seatkeeper.store.database import Database
from seatkeeper.store.records.offers import put_offer
from tests.scim.conftest import ADMIN
from tests.scim.idp import IdP

SALES = "cn=Sales/EMEA,ou=groups,dc=example,dc=org"
OFFERED = [
    *(Entitlement("role", name) for name in ("Admin", "Auditor", "Editor")),
    Entitlement("group", SALES),
    Entitlement("licence", "E5"),
]


async def test_an_app_that_is_not_known_to_offer_anything_has_no_such_types(idp: IdP) -> None:
    types = {each["id"] for each in (await idp.read("/ResourceTypes"))["Resources"]}
    assert types == {"User", "Group"}
    assert (await idp.read("/Roles?count=1&startIndex=1"))["totalResults"] == 0


async def test_what_the_app_offers_is_discovered(idp: IdP, database: Database, integration: Integration) -> None:
    async with database.transaction(ADMIN) as tx:
        await put_offer(tx, integration.id, OFFERED)
    types = {each["id"]: each for each in (await idp.read("/ResourceTypes"))["Resources"]}
    assert (types["Role"]["endpoint"], types["Role"]["schema"]) == (
        "/Roles",
        "urn:okta:scim:schemas:core:1.0:Role",
    )
    assert types["Entitlement"]["schema"] == "urn:okta:scim:schemas:core:1.0:Entitlement"
    assert types.keys() == {"User", "Group", "Role", "Entitlement"}

    roles = await idp.read("/Roles?sortBy=displayName&count=2")
    assert [role["displayName"] for role in roles["Resources"]] == ["Admin", "Auditor"]
    assert (roles["totalResults"], roles["itemsPerPage"]) == (3, 2)
    found = {role["id"] for role in await idp.find("Roles", 'displayName sw "a" and not (id eq "Admin")')}
    assert found == {"Auditor"}

    [group] = await idp.find("Entitlements", 'type eq "group"')
    assert (group["id"], group["type"], group["schemas"]) == (SALES, "group", [types["Entitlement"]["schema"]])
    assert await idp.read(f"/Entitlements/{quote(SALES, safe='')}") == group
    assert (await idp.get("/Entitlements/Admin")).status_code == 404
    assert (await idp.send("POST", "/Roles", {"displayName": "Owner"})).status_code == 405


async def test_a_list_of_what_is_offered_goes_on_where_it_was_though_the_app_was_asked_again(
    idp: IdP, database: Database, integration: Integration
) -> None:
    async with database.transaction(ADMIN) as tx:
        await put_offer(tx, integration.id, OFFERED)
    first = await idp.read("/Roles?cursor&count=1")
    async with database.transaction(ADMIN) as tx:
        await put_offer(tx, integration.id, [Entitlement("role", "Accountant"), *OFFERED])
    rest = await idp.read(f"/Roles?count=10&cursor={first['nextCursor']}")
    names = [role["id"] for page in (first, rest) for role in page["Resources"]]
    assert len(names) == len(set(names))
    assert {"Admin", "Auditor", "Editor"} <= set(names)
