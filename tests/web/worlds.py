"""A world whose pages are looked at: the pages call the same app as the engine does."""

from dataclasses import dataclass

from seatkeeper.store.changes import Changes
from seatkeeper.store.database import Database
from seatkeeper.web.house import House, WebSettings
from tests.engine.world import World
from tests.web.people import Person
from tests.web.reading import text_of

BASE = "/integrations/ledger"


def house_of(world: World, database: Database) -> House:
    return House(world.engine, WebSettings(), Changes(database.url))


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Somebody who reads the pages of the world's integration."""

    person: Person

    async def html(self, path: str = "") -> str:
        answer = await self.person.get(BASE + path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def reads(self, path: str = "") -> str:
        return text_of(await self.html(path))

    async def does(self, path: str) -> str:
        """Press a button and read the page it leads to."""
        answer = await self.person.post(BASE + path)
        assert answer.status_code == 303, answer.text
        return text_of((await self.person.get(answer.headers["location"])).text)
