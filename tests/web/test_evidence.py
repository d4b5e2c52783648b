"""What a session showed of its work is on the job's page, for those who may see the job."""

import re

from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.spi.evidence import Exhibit, hand_over
from seatkeeper.store.database import Database
from tests.engine.world import Clock, open_world
from tests.web.conftest import SignIn
from tests.web.people import Person
from tests.web.reading import text_of

_JPEG = b"\xff\xd8\xff\xe0 a picture"


async def _show(call: str) -> None:
    if call == "create":
        hand_over(Exhibit("Create an account, before step 8: Click “<b>Add”", "image/jpeg", _JPEG))
        trace = b'{"step": "1"}\n<script>'
        hand_over(Exhibit("Create an account: the steps before", "text/html", trace, is_of_failure=True))


async def test_pictures_of_a_job_are_shown_and_given_to_those_who_see_it(
    database: Database, admin: Person, signed_in: SignIn
) -> None:
    world = await open_world(database, Clock())
    world.ledger.before_call = _show
    await world.hire("ada")
    await world.run()
    page = (await admin.get(f"/integrations/ledger/jobs/{(await world.job('ada'))['id']}")).text
    assert "Create an account, before step 8: Click “<b>Add”" in text_of(page)
    assert "“<b>" not in page
    picture, trace = dict.fromkeys(re.findall(r'href="(/integrations/ledger/evidence/[0-9a-f-]+)"', page))
    assert page.count(f'src="{picture}"') == 1
    assert f'src="{trace}"' not in page
    viewer = await signed_in(WorkspaceRole.MEMBER, on={world.integration.id: IntegrationRole.VIEWER})
    shown = await viewer.get(picture)
    assert (shown.status_code, shown.headers["content-type"], shown.content) == (200, "image/jpeg", _JPEG)
    assert shown.headers["x-content-type-options"] == "nosniff"
    steps = await viewer.get(trace)
    assert steps.headers["content-type"].startswith("text/plain")
    assert steps.headers["content-security-policy"].startswith("default-src 'none'")
    stranger = await signed_in(WorkspaceRole.MEMBER)
    assert (await stranger.get(picture)).status_code in {403, 404}
    assert (await admin.get("/integrations/ledger/evidence/nothing")).status_code == 404


async def test_what_the_browser_does_is_told_in_the_settings(database: Database, admin: Person) -> None:
    world = await open_world(database, Clock())
    assert (await admin.get("/integrations/ledger/settings/steps")).status_code == 404
    assert "What the browser does" not in (await admin.get("/integrations/ledger/settings")).text
    await world.set_integration("connector = 'dokuwiki'")
    told = text_of((await admin.get("/integrations/ledger/settings/steps")).text)
    assert "Create an account Do as in “open_list”. Type [account.login] into the field “User:”." in told
    assert "Where the app is not as described here, the integration waits" in told
