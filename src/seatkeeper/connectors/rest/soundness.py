"""What no single formula can tell: whether the parts of a behaviour fit together."""

from collections.abc import Iterator
from typing import TypeAlias

from seatkeeper.connectors.rest.programs import Accounts, Action, Groups, Listing, Program
from seatkeeper.connectors.rest.shapes import Behaviour
from seatkeeper.spi.documents import Place

Fault: TypeAlias = tuple[Place, str]


def list_faults(behaviour: Behaviour, program: Program) -> Iterator[Fault]:
    """Name what does not fit together."""
    yield from _names(program.accounts)
    yield from _lists_of_names(program.accounts)
    yield from _readings(program.accounts)
    yield from _changes(behaviour, program.accounts)
    yield from _entitlements(program)
    if program.groups is not None:
        yield from _groups(program.groups)


def _names(accounts: Accounts) -> Iterator[Fault]:
    name = accounts.attributes.get(accounts.name)
    if name is None:
        yield ("accounts", "name"), f"{accounts.name} is not among the attributes"
    elif name.write_only or name.create_only:
        yield (
            ("accounts", "attributes", accounts.name),
            "is the name, so it has to be readable and changeable",
        )
    for attribute in accounts.find:
        found = accounts.attributes.get(attribute)
        if found is None:
            yield ("accounts", "find", attribute), "is not among the attributes"
        elif found.source is None:
            yield ("accounts", "find", attribute), "cannot be read, so a hit could not be compared"


def _lists_of_names(accounts: Accounts) -> Iterator[Fault]:
    for name in sorted((accounts.requires | (accounts.updates_only or frozenset())) - accounts.attributes.keys()):
        place: Place = ("accounts", "requires" if name in accounts.requires else "updates_only")
        yield place, f"{name} is not among the attributes"


def _readings(accounts: Accounts) -> Iterator[Fault]:
    if accounts.read is None and not accounts.listings:
        yield ("accounts",), "needs read or list: what cannot be read is never proven"
    if accounts.name not in accounts.find and not accounts.listings:
        yield ("accounts",), f"needs list, or find by {accounts.name}: accounts that are there would be made again"
    if any(listing.read_each for listing in _all_listings(accounts)) and accounts.read is None:
        yield ("accounts",), "has read_each, and nothing under read"
    if accounts.active is None and (accounts.disable or accounts.enable):
        yield ("accounts", "disable"), "needs active, or nobody could see what it did"


def _all_listings(accounts: Accounts) -> Iterator[Listing]:
    yield from accounts.listings
    for listings in accounts.find.values():
        yield from listings


def _changes(behaviour: Behaviour, accounts: Accounts) -> Iterator[Fault]:
    shape = behaviour.accounts
    if (accounts.disable is None) != (accounts.enable is None):
        given = "disable" if accounts.enable is None else "enable"
        yield ("accounts", given), "disable and enable belong together"
    if shape.rename is not None and shape.update is None:
        yield ("accounts", "rename"), "needs update beside it"
    for ability, action in (("create", accounts.create), ("update", accounts.update)):
        needed = {"create": {"account"}, "update": {"changes", "after"}}[ability]
        if action is not None and action.variables.isdisjoint(needed):
            yield (
                ("accounts", ability),
                f"reads neither {' nor '.join(sorted(needed))}, so it sends nothing of anybody",
            )
    for ability in ("read", "update", "disable", "enable", "delete"):
        action = getattr(accounts, ability)
        if action is not None and action.variables.isdisjoint({"uid", "seen", "before", "after"}):
            yield ("accounts", ability), "reads neither uid nor seen, so it does not say whose account"
    if accounts.update is not None and not behaviour.accounts.attributes:
        yield ("accounts", "update"), "there are no attributes"


def _entitlements(program: Program) -> Iterator[Fault]:
    for name, kind in program.entitlements.items():
        for ability, action in (("grant", kind.grant), ("revoke", kind.revoke)):
            if action is not None and not which_of(action, "entitlement", "entitlements", "after"):
                where: Place = ("entitlements", name, ability)
                yield where, "reads neither entitlement, entitlements nor after, so it does not say which"


def _groups(groups: Groups) -> Iterator[Fault]:
    for ability, action in (("add", groups.add), ("remove", groups.remove)):
        if not which_of(action, "member", "members", "after"):
            yield ("groups", ability), "reads neither member, members nor after, so it does not say whom"
    if groups.members is None and not groups.member_listings and not groups.repeatable:
        yield ("groups",), "has no members to read, so repeatable: true has to hold"
    for listing in groups.listings:
        if listing.read_each and groups.read is None:
            yield ("groups", "list"), "has read_each, and nothing under read"


def which_of(action: Action, *names: str) -> str | None:
    """Give the first of these variables that the calls read."""
    return next((name for name in names if name in action.variables), None)
