"""One app as an open session sees it: its program, and what makes its calls."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from seatkeeper.connectors.rest.calls import Caller
from seatkeeper.connectors.rest.exchanging import needed
from seatkeeper.connectors.rest.listing import Found, Lists
from seatkeeper.connectors.rest.programs import Accounts, EntitlementType, Groups, Program
from seatkeeper.connectors.rest.settings import RESTSettings
from seatkeeper.core.accounts import Abilities
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import RejectedError
from seatkeeper.spi.formulas import Formula
from seatkeeper.spi.templates import as_text

_TABLES = frozenset({"ids", "names"})


@dataclass(frozen=True, slots=True)
class App:
    """What the parts of a session share. ``account_lookups`` are the formulas over an account that read tables."""

    program: Program
    settings: RESTSettings
    caller: Caller
    lists: Lists
    abilities: Abilities
    account_lookups: tuple[Formula, ...]

    def refuse_unknown(self, names: Iterable[str]) -> None:
        """Refuse attributes the behaviour does not name."""
        unknown = sorted(set(names) - self.program.accounts.attributes.keys())
        if unknown:
            told = f"The app has no attribute {', '.join(unknown)}."
            raise RejectedError(told, ProblemCode.NOT_SUPPORTED)

    async def value_of(self, formula: Formula, found: Found) -> str:
        """Work out a text over one thing of a list."""
        values = {**found.values, "item": found.item}
        lookups = (formula,) if formula.variables & _TABLES else ()
        return as_text(needed(formula, await self.caller.prepare(lookups, values), "value"))


def abilities_of(program: Program) -> Abilities:
    """Say what a program can do."""
    accounts, groups, kinds = program.accounts, program.groups, program.entitlements
    named, granted = accounts.attributes.items(), {name: kind for name, kind in kinds.items() if kind.grant}
    return Abilities(
        name_attribute=accounts.name,
        creates=accounts.create is not None,
        updates=accounts.update is not None,
        renames=accounts.renames,
        disables=accounts.disable is not None,
        deletes=accounts.delete is not None,
        requires=accounts.requires,
        updates_only=accounts.updates_only,
        grants=frozenset(granted),
        grants_in_batches=not any(_is_single_call(kind) for kind in granted.values()),
        single=frozenset(name for name, kind in granted.items() if kind.single),
        revokes_first=frozenset(name for name, kind in granted.items() if kind.revokes_first),
        exclusive=frozenset(name for name, kind in granted.items() if kind.exclusive),
        lists_entitlements=all(kind.listings for kind in granted.values()),
        lists=bool(accounts.listings),
        groups=groups is not None,
        creates_groups=groups is not None and groups.create is not None,
        renames_groups=groups is not None and groups.rename is not None,
        reads_members=groups is None or _reads_members(groups),
        write_only=frozenset(name for name, each in named if each.write_only),
        create_only=frozenset(name for name, each in named if each.create_only),
        ignores_case=frozenset(name for name, each in named if each.ignores_case),
    )


def _is_single_call(kind: EntitlementType) -> bool:
    actions = (kind.grant, kind.revoke)
    return any(action is not None and "entitlement" in action.variables for action in actions)


def _reads_members(groups: Groups) -> bool:
    return groups.members is not None or bool(groups.member_listings)


def account_lookups(program: Program) -> tuple[Formula, ...]:
    """List the formulas over an account that read tables."""
    return tuple(each for each in _account_formulas(program.accounts, program) if each.variables & _TABLES)


def _account_formulas(accounts: Accounts, program: Program) -> Iterator[Formula]:
    yield from (each.source for each in accounts.attributes.values() if each.source is not None)
    yield from (each for each in (accounts.active, accounts.absent) if each is not None)
    yield from (kind.held for kind in program.entitlements.values() if kind.held is not None)
