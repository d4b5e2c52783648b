"""The front door: durable creates, look-ups by userName, members added to large groups."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from bench.load import Load, burst
from bench.population import CUSTOM, Population
from lab.seatkeeper import Seatkeeper

SMALL, LARGE, MEMBERS, ADDED = 1_000, 50_000, 10_000, 100

_CREATE = """
local number = 0
local seed = os.time()
wrk.method = "POST"
wrk.headers["Authorization"] = "Bearer $TOKEN"
wrk.headers["Content-Type"] = "application/scim+json; charset=utf-8"
function request()
  number = number + 1
  local name = "new" .. seed .. "-" .. number .. "@example.com"
  local body = '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"' .. name ..
    '","name":{"givenName":"New","familyName":"Person"},"emails":[{"primary":true,"value":"' .. name ..
    '","type":"work"}],"displayName":"New Person","locale":"en-US","externalId":"' .. seed .. number ..
    '","groups":[],"password":"1mz050nq","active":true}'
  return wrk.format(nil, nil, nil, body)
end
"""

_LOOK_UP = """
local number = 0
wrk.headers["Authorization"] = "Bearer $TOKEN"
function request()
  number = number % SIZE + 1
  return wrk.format("GET", wrk.path .. "?filter=userName%20eq%20%22person" .. number .. "%40example.com%22")
end
"""

_ADD_MEMBERS = """
local people, groups, turn = {}, {GROUPS}, 0
for line in io.lines("PEOPLE") do people[#people + 1] = line end
wrk.method = "PATCH"
wrk.headers["Authorization"] = "Bearer $TOKEN"
wrk.headers["Content-Type"] = "application/scim+json"
function request()
  local group = groups[turn % #groups + 1]
  local first = math.floor(turn / #groups) * ADDED
  turn = turn + 1
  local members = {}
  for place = 1, ADDED do members[place] = '{"value":"' .. people[(first + place - 1) % #people + 1] .. '"}' end
  local body = '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Add",' ..
    '"path":"members","value":[' .. table.concat(members, ",") .. ']}]}'
  return wrk.format(nil, wrk.path .. "/" .. group, nil, body)
end
"""

_SCHEMA = [{"name": f"{CUSTOM}:costCentre"}]


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """What one web process did, with client and database on the same machine."""

    look_ups_small: Load
    look_ups_large: Load
    creates: Load
    group_patches: Load


def measure_front_door(seconds: int) -> FrontDoor:
    """Measure everything on one store that grows on the way. Nothing is turned off for speed."""
    with TemporaryDirectory() as folder, front_door(Path(folder)) as (seatkeeper, token):
        population = Population(seatkeeper.embedded_url(), "bench")
        users = f"{seatkeeper.url}/scim/v2/bench/Users"
        population.grow_to(SMALL)
        burst(users, token, _look_up(SMALL), seconds=2)
        small = burst(users, token, _look_up(SMALL), seconds=seconds)
        population.grow_to(LARGE)
        large = burst(users, token, _look_up(LARGE), seconds=seconds)
        burst(users, token, _CREATE, seconds=2)
        creates = burst(users, token, _CREATE, seconds=seconds)
        patches = _measure_groups(seatkeeper, token, population, Path(folder))
    return FrontDoor(small, large, creates, patches)


def _measure_groups(seatkeeper: Seatkeeper, token: str, population: Population, folder: Path) -> Load:
    groups = population.form_groups([f"Group {number}" for number in range(8)], MEMBERS)
    people = folder / "people.txt"
    people.write_text("\n".join(population.people_after(MEMBERS)))
    return burst(
        f"{seatkeeper.url}/scim/v2/bench/Groups", token, _add_members(groups, people), seconds=5, connections=8
    )


@contextmanager
def front_door(folder: Path) -> Iterator[tuple[Seatkeeper, str]]:
    """Run a web process with an integration ``bench``; give a token for it, too."""
    seatkeeper = Seatkeeper(folder, env={"BENCH_TOKEN": "none"})
    try:
        seatkeeper.start_web()
        settings = {"base_url": "http://127.0.0.1:9/scim/v2", "token": {"env": "BENCH_TOKEN"}}
        declared = {"slug": "bench", "name": "Bench", "connector": "scim", "settings": settings, "schema": _SCHEMA}
        path = folder / "bench.yaml"
        path.write_text(yaml.safe_dump({"integrations": [declared]}))
        seatkeeper.command("apply", "-f", str(path))
        printed = seatkeeper.command("token", "create", "bench", "--name", "bench", "--json").stdout
        yield seatkeeper, json.loads(printed)["token"]
    finally:
        seatkeeper.close()


def _look_up(size: int) -> str:
    return _LOOK_UP.replace("SIZE", str(size))


def _add_members(groups: Sequence[str], people: Path) -> str:
    listed = ", ".join(f'"{group}"' for group in groups)
    return (
        _ADD_MEMBERS.replace("{GROUPS}", f"{{{listed}}}")
        .replace("PEOPLE", str(people))
        .replace("ADDED", str(ADDED))
    )
