"""Who asks for the extension learns how the provisioning of people stands; nobody else is bothered with it."""

from seatkeeper.core.integrations import Integration
from seatkeeper.store.database import Database
from seatkeeper.store.queries.jobs import JobFilter, list_jobs
from tests.operations.integrations_at_hand import set_job
from tests.scim.conftest import ADMIN
from tests.scim.idp import IdP

URN = "urn:seatkeeper:params:scim:schemas:extension:provisioning:2.0:User"


async def test_the_last_outcome_is_told_to_who_asks_for_it(
    idp: IdP, database: Database, integration: Integration
) -> None:
    created = await idp.send("POST", f"/Users?attributes=userName,{URN}", {"userName": "ada"})
    ada = created.json()
    assert ada[URN]["state"] == "queued"
    assert URN in ada["schemas"]
    await idp.user("bob", active=False)
    async with database.transaction(ADMIN) as tx:
        [job] = await list_jobs(tx, JobFilter(integration.id))
        await set_job(
            tx, job.id, "state = 'failed', problem_code = 'no_seats', problem_detail = '', ended_at = now()"
        )
    shown = await idp.read(f"/Users/{ada['id']}?attributes={URN}")
    assert shown.keys() == {"id", "schemas", URN}
    assert shown[URN]["problem"]["detail"] == "The app has no free seat."
    assert (shown[URN]["state"], shown[URN]["job"]) == ("failed", str(job.id))
    page = await idp.read(f"/Users?attributes=userName,{URN.upper()}:state&sortBy=userName")
    assert [user.get(URN) for user in page["Resources"]] == [{"state": "failed"}, None]
    assert URN not in (await idp.read(f"/Users/{ada['id']}"))


async def test_the_extension_is_published_and_never_written(idp: IdP) -> None:
    schemas = {schema["id"]: schema for schema in (await idp.read("/Schemas"))["Resources"]}
    assert {part["returned"] for part in schemas[URN]["attributes"]} == {"request"}
    types = {each["id"]: each for each in (await idp.read("/ResourceTypes"))["Resources"]}
    # Those of a resource type are what a client may write.
    assert URN not in {each["schema"] for each in types["User"]["schemaExtensions"]}
    ada = await idp.user("ada", **{URN: {"state": "succeeded"}})
    put = await idp.send("PUT", f"/Users/{ada['id']}", {"userName": "ada", URN: {"state": "succeeded"}})
    assert put.status_code == 200
    assert (await idp.read(f"/Users/{ada['id']}?attributes={URN}"))[URN]["state"] == "queued"
