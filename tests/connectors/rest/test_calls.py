"""What the calls of a manifest send, and in which order."""

import json
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.spi.errors import AccountNotFoundError, RejectedError, TransientError
from tests.connectors.rest.apps import PLAIN, running
from tests.spi.wire import Received, in_turn, reply

ADA = {"id": 1, "login": "ada", "mail": "ada@example.org", "team": "Sales", "note": "kept"}
AWKWARD = '"O\'Brien" <&> ../x?y=1#z\u2028é'


async def test_values_are_escaped_for_the_place_they_stand_in() -> None:
    behaviour = f"""{PLAIN}
  create:
    - call: POST /a/${{account.login}}/b
      query: {{q: "${{account.login}}"}}
      form: {{f: "${{account.login}}"}}
    - {{call: POST /xml, xml: '<p n="${{account.login}}">${{account.login}}</p>'}}
    - {{call: POST /parts, multipart: {{p: "${{account.login}}"}}}}
    - {{call: POST /json, json: {{login: "${{account.login}}", team: "${{account.team}}"}}}}
  new_id: '"1"'
"""
    async with running(behaviour, lambda _: reply(200, {})) as app:
        await app.session.create_account({"login": AWKWARD, "team": None})
        path, query = urlsplit(app.wire.received[0].target)[2:4]
        assert [unquote(each) for each in path.split("/")] == ["", "a", AWKWARD, "b"]
        assert parse_qs(query) == parse_qs(app.wire.received[0].body.decode().replace("f=", "q="))
        xml = app.wire.received[1].body.decode()
        assert xml.count("&quot;O&apos;Brien&quot; &lt;&amp;&gt; ../x") == 2
        assert f'name="p"\r\n\r\n{AWKWARD}\r\n'.encode() in app.wire.received[2].body
        assert app.sent() == {"login": AWKWARD}


@pytest.mark.parametrize(
    ("login", "told"), [("..", "cannot be part of an address"), ("a\nb", "control characters")]
)
async def test_a_value_that_would_mean_something_else_is_refused(login: str, told: str) -> None:
    behaviour = f'{PLAIN}  create: {{call: "POST /${{account.login}}", headers: {{X: "${{account.login}}"}}}}\n'
    async with running(behaviour, lambda _: reply(200, {"people": []})) as app:
        with pytest.raises(RejectedError, match=told):
            await app.session.create_account({"login": login})
    assert app.wire.received == []


async def test_an_app_that_replaces_everything_is_given_everything() -> None:
    """RabbitMQ's PUT takes away what it is not told."""
    behaviour = f"""{PLAIN}
  update:
    call: PUT /people/${{uid}}
    json: {{mail: "${{after.mail}}", team: "${{after.team}}", note: "${{seen.note}}"}}
"""
    async with running(behaviour, lambda _: reply(200, ADA)) as app:
        await app.session.update_account(Uid("1"), {"mail": "new@example.org"})
        assert app.wire.paths == ["GET /people/1", "PUT /people/1"]
        assert app.sent() == {"mail": "new@example.org", "team": "Sales", "note": "kept"}
        await app.session.update_account(Uid("1"), {"team": None})
        assert app.sent() == {"mail": "ada@example.org", "team": "", "note": "kept"}


async def test_a_change_begins_anew_where_somebody_else_was_faster() -> None:
    behaviour = f"""{PLAIN}
  update: {{call: "PATCH /people/${{uid}}", headers: {{If-Match: "${{etag}}"}}, json: "${{changes}}"}}
"""
    read, stale = [reply(200, ADA, {"ETag": f'"{n}"'}) for n in (1, 2)], reply(412)
    async with running(behaviour, in_turn(read[0], stale, read[1], reply(200, {}))) as app:
        await app.session.update_account(Uid("1"), {"team": "Design"})
    assert [each.headers.get("if-match") for each in app.wire.received] == [None, '"1"', None, '"2"']
    async with running(behaviour, in_turn(*[read[0], stale] * 3)) as app:
        with pytest.raises(TransientError):
            await app.session.update_account(Uid("1"), {"team": "Design"})
    assert len(app.wire.received) == 6


async def test_an_answer_about_somebody_else_is_nobody() -> None:
    async with running(PLAIN, lambda _: reply(200, ADA)) as app:
        assert await app.session.read_account(Uid("2")) is None
        seen = await app.session.read_account(Uid("1"))
    assert seen.attributes == {"login": "ada", "mail": "ada@example.org", "team": "Sales"}


async def test_every_hit_is_compared_here() -> None:
    """Canaille and others ignore a filter and give everybody."""
    everybody = {"people": [ADA, {**ADA, "id": 2, "login": "Ada"}, {**ADA, "id": 3, "login": "adam"}]}
    async with running(PLAIN, lambda _: reply(200, everybody)) as app:
        assert [each.uid for each in await app.session.find_accounts("login", "ada")] == ["1"]
        assert len(await app.session.find_accounts("mail", "ADA@example.org")) == 3


POLLED = f"""{PLAIN}
  create:
    call: POST /people
    json: ${{account}}
    poll:
      call: GET /jobs/${{body.job}}
      until: body.state == "done"
      failed: body.state == "failed"
      every: 0.01
      at_most: 0.1
    gives: body.result
"""


async def test_what_takes_its_time_is_asked_after_until_it_is_done() -> None:
    started, pending = reply(202, {"job": 7}), reply(200, {"job": 7, "state": "busy"})
    done = reply(200, {"state": "done", "result": ADA})
    async with running(POLLED, in_turn(started, pending, pending, done)) as app:
        assert await app.session.create_account({"login": "ada"}) == "1"
    assert app.wire.paths == ["POST /people", *["GET /jobs/7"] * 3]
    async with running(POLLED, in_turn(started, reply(200, {"state": "failed", "message": "no room"}))) as app:
        with pytest.raises(RejectedError, match="no room"):
            await app.session.create_account({"login": "ada"})
    async with running(POLLED, in_turn(started, pending)) as app:
        with pytest.raises(TransientError, match="not done"):
            await app.session.create_account({"login": "ada"})


ROLES = f"""lookups: {{roles: {{list: {{call: GET /roles, items: body}}}}}}
{PLAIN}
entitlements:
  role:
    list: {{call: GET /roles, items: body}}
    held: item.roles.map(id, names.roles[string(id)])
    grant: {{call: "PUT /people/${{uid}}/roles/${{ids.roles[entitlement.value]}}"}}
    revoke: {{call: "PUT /people/${{uid}}", json: {{roles: "${{after.map(name, ids.roles[name])}}"}}}}
"""


async def test_names_are_looked_up_once_and_again_only_for_one_that_is_missing() -> None:
    roles = [{"id": 10, "name": "admin"}, {"id": 11, "name": "author"}]

    def respond(request: Received) -> bytes:
        return reply(200, roles if request.path == "/roles" else {**ADA, "roles": [10]})

    async with running(ROLES, respond) as app:
        await app.session.grant(Uid("1"), [Entitlement("role", "author"), Entitlement("role", "admin")])
        await app.session.revoke(Uid("1"), [Entitlement("role", "admin")])
        assert app.sent() == {"roles": []}
        assert app.wire.paths.count("GET /roles") == 1
        assert app.wire.paths.count("PUT /people/1/roles/11") == 1
        assert "PUT /people/1/roles/10" not in app.wire.paths
        with pytest.raises(RejectedError, match="nothing of that name"):
            await app.session.grant(Uid("1"), [Entitlement("role", "auditor")])


TEAMS = f"""{PLAIN}
groups:
  read: {{call: "GET /teams/${{uid}}"}}
  list: {{call: GET /teams, items: body}}
  members: item.members
  add: {{call: "POST /teams/${{uid}}", json: {{ids: "${{members}}"}}}}
  remove: {{call: "DELETE /teams/${{uid}}/${{member}}"}}
  splits: true
"""


async def test_a_batch_that_is_all_or_nothing_is_split_until_only_the_culprit_is_left() -> None:
    added: list[list[str]] = []

    def respond(request: Received) -> bytes:
        if request.method == "GET":
            return reply(200, {"id": "t", "name": "T", "members": ["old"]})
        asked = json.loads(request.body)["ids"]
        if "nobody" in asked:
            return reply(400, {"message": "No such user: nobody"})
        added.append(asked)
        return reply(200, {})

    people = [Uid(each) for each in ("a", "b", "nobody", "c", "old")]
    async with running(TEAMS, respond) as app:
        with pytest.raises(RejectedError, match="No such user: nobody"):
            await app.session.change_members(Uid("t"), add=people, remove=[])
    assert {each for batch in added for each in batch} == {"a", "b", "c"}


async def test_xml_is_read_as_maps_and_lists() -> None:
    behaviour = """
answers: xml
accounts:
  id: item["@id"]
  name: login
  attributes: {login: item.login, tags: item.tag}
  list: {call: GET /people.xml, items: body.people.person}
"""
    document = b'<people xmlns="urn:x"><person id="1"><login>ada</login><tag>a</tag><tag>b</tag></person></people>'
    twice = document.replace(b"</people>", b'<person id="2"><login>bob</login></person></people>')
    kind = {"Content-Type": "application/xml"}
    async with running(behaviour, lambda _: reply(200, twice, kind)) as app:
        ada, bob = [each async for each in app.session.list_accounts()]
    assert (ada.uid, ada.attributes["tags"], bob.name) == ("1", ("a", "b"), "bob")
    grown = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><people>&a;</people>'
    async with running(behaviour, lambda _: reply(200, grown, kind)) as app:
        with pytest.raises(TransientError):
            [each async for each in app.session.list_accounts()]


async def test_an_app_that_removes_nobody_with_success_is_looked_at_before() -> None:
    behaviour = f'{PLAIN}  delete: {{call: "DELETE /people/${{uid}}", reads_first: true}}\n'
    async with running(behaviour, lambda _: reply(404)) as app:
        with pytest.raises(AccountNotFoundError):
            await app.session.delete_account(Uid("1"))
    assert app.wire.paths == ["GET /people/1"]
