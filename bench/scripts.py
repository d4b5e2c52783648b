"""Lua for ``wrk``: what the benchmarks of scale ask for."""

from collections.abc import Sequence
from pathlib import Path
from string import Template
from urllib.parse import quote

from bench.population import CUSTOM

_HEADERS = """
wrk.headers["Authorization"] = "Bearer $TOKEN"
wrk.headers["Content-Type"] = "application/scim+json"
"""

_CREATE = """
local number = $FIRST
wrk.method = "POST"
function request()
  number = number + 1
  local name = "$PREFIX" .. number .. "@example.com"
  local body = '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"' .. name ..
    '","name":{"givenName":"New","familyName":"Person"},"emails":[{"primary":true,"value":"' .. name ..
    '","type":"work"}],"displayName":"New Person","locale":"en-US","externalId":"$PREFIX' .. number ..
    '","active":true}'
  return wrk.format(nil, nil, nil, body)
end
"""

# People far from one another, so that not only a few hot pages are read.
_LOOK_UP = """
local turn, size = 0, $SIZE
function request()
  turn = turn + 1
  local number = (turn * 7919) % size + 1
  return wrk.format("GET", wrk.path .. "?filter=$BEFORE" .. number .. "$AFTER")
end
"""

_GET = """
function request() return wrk.format("GET", "$PATH") end
"""

_PATCH = """
local people, turn, batch = {}, 0, $BATCH
for line in io.lines("$PEOPLE") do people[#people + 1] = line end
local top = '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":'
wrk.method = "PATCH"
function request()
  local first, op = turn, "add"
  if $ALSO_REMOVE then first, op = math.floor(turn / 2), (turn % 2 == 0) and "add" or "remove" end
  turn = turn + 1
  local members = {}
  for place = 1, batch do
    members[place] = '{"value":"' .. people[(first * batch + place - 1) % #people + 1] .. '"}'
  end
  local path, value = '"path":"members"', ',"value":[' .. table.concat(members, ",") .. ']'
  if op == "remove" and batch == 1 then
    path, value = '"path":"members[value eq \\\\"' .. people[first % #people + 1] .. '\\\\"]"', ""
  end
  return wrk.format(nil, nil, nil, top .. '"' .. op .. '",' .. path .. value .. '}]}')
end
"""

LOOK_UPS = {
    "userName eq": ('userName eq "person', '@example.com"'),
    "externalId eq": ('externalId eq "ext-', '"'),
    'emails[type eq "work"].value eq': ('emails[type eq "work"].value eq "person', '@example.com"'),
    "a custom attribute eq": (f'{CUSTOM}:costCentre eq "CC-', '"'),
}
"""What comes before and after the number of a person of ``bench.population`` in a filter."""


def create(prefix: str, first: int = 0) -> str:
    """Make users, numbered from behind ``first``."""
    return _filled(_CREATE, PREFIX=prefix, FIRST=first)


def look_up(around: tuple[str, str], size: int) -> str:
    """Find one of so many people at a time."""
    before, after = (quote(part, safe="") for part in around)
    return _filled(_LOOK_UP, BEFORE=before, AFTER=after, SIZE=size)


def read(path: str) -> str:
    """Read the same again and again."""
    return _filled(_GET, PATH=path)


def patch_members(people: Path, batch: int, *, also_remove: bool) -> str:
    """Add so many of the listed people at a time, and let the same go again in turn."""
    return _filled(_PATCH, PEOPLE=people, BATCH=batch, ALSO_REMOVE=str(also_remove).lower())


def listed(path: Path, ids: Sequence[str]) -> Path:
    """Write ids where a script reads them."""
    path.write_text("\n".join(ids))
    return path


def _filled(script: str, **values: object) -> str:
    return Template(_HEADERS + script).safe_substitute({name: str(value) for name, value in values.items()})
