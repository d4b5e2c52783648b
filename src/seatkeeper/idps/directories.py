"""What a SCIM server holds, read without any dialect, and held against what it should."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from seatkeeper.idps.endpoints import Endpoint, Json

_PAGE = 100


@dataclass(frozen=True, slots=True)
class Directory:
    """User names with whether they are active, and the user names in each group, all in the server's spelling."""

    users: Mapping[str, bool]
    groups: Mapping[str, frozenset[str]]


def read_directory(endpoint: Endpoint) -> Directory:
    """Read everything, page by page. Raises ``RefusedError``."""
    users = {user["id"]: user for user in _pages(endpoint, "/Users")}
    names = {key: str(user["userName"]) for key, user in users.items()}
    return Directory(
        {str(user["userName"]): user.get("active", True) is True for user in users.values()},
        {
            str(group["displayName"]): frozenset(
                names[member["value"]] for member in group.get("members") or [] if member["value"] in names
            )
            for group in _pages(endpoint, "/Groups")
        },
    )


def differences(expected: Directory, found: Directory) -> list[str]:
    """Name everything in which a server is not as it should be; what else it holds is not looked at."""
    wrong = [
        f"user {name} is {_standing(found.users.get(name))} and should be {_standing(active)}"
        for name, active in expected.users.items()
        if found.users.get(name) is not active
    ]
    return sorted([*wrong, *_of_groups(expected, found)])


def _of_groups(expected: Directory, found: Directory) -> Iterator[str]:
    for name, members in expected.groups.items():
        there = found.groups.get(name)
        if there is None:
            yield f"group {name} is missing"
            continue
        if members - there:
            yield f"group {name} lacks {', '.join(sorted(members - there))}"
        if there - members:
            yield f"group {name} should not hold {', '.join(sorted(there - members))}"


def _standing(active: bool | None) -> str:
    return "missing" if active is None else "active" if active else "not active"


def _pages(endpoint: Endpoint, path: str) -> Iterator[Json]:
    start = 1
    while True:
        page = endpoint.call("GET", f"{path}?startIndex={start}&count={_PAGE}")
        resources = page.get("Resources") or []
        yield from resources
        start += len(resources)
        if not resources or start > page["totalResults"]:
            return
