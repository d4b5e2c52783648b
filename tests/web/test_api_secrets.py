"""Whatever is asked of the API, it answers without a secret that was entered before."""

import re

import httpx

from seatkeeper.store.database import Database
from seatkeeper.web.house import House
from tests.web.callers import caller_with, token_of
from tests.web.furnishing import SECRET, furnish
from tests.web.test_api_doors import operations

_NOWHERE = "0198c0de-0000-7000-8000-000000000000"


async def test_no_answer_holds_a_secret(database: Database, transport: httpx.ASGITransport, house: House) -> None:
    ids = {name: str(each) for name, each in (await furnish(database, house.keyring)).items()}
    ids |= {"integration": "crm", "number": "1"}
    token = await token_of(database)
    asked = [path for method, path, _ in operations() if method == "GET"]
    reached = set()
    async with caller_with(transport, token) as script:
        ids["member"] = (await script.get("/me")).json()["id"]
        for path in asked:
            answer = await script.get(re.sub(r"\{([a-z]+)\}", lambda found: ids.get(found[1], _NOWHERE), path))
            assert SECRET not in answer.text, path
            assert token not in answer.text, path
            assert answer.status_code < 500, (path, answer.text)
            reached |= {path} if answer.is_success else set()
    missing = set(asked) - reached
    assert missing <= {
        "/integrations/{integration}/dry-run",
        "/integrations/{integration}/entitlements/holders",
        "/integrations/{integration}/replays/{copy}",
        "/notifications/{rule}",
    }, "the others are reached, so that they would tell"
