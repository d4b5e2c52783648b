"""Sign-in providers: where people are known, and what that makes them here."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from seatkeeper.core.access import WorkspaceRole
from seatkeeper.core.ids import ProviderId

_STRONGEST_FIRST: Final = (WorkspaceRole.ADMIN, WorkspaceRole.AUDITOR, WorkspaceRole.MEMBER)


@dataclass(frozen=True, slots=True)
class RoleRule:
    """Whoever has ``value`` in the provider's groups claim is given ``role``."""

    value: str
    role: WorkspaceRole


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID provider people sign in with. Its secret is kept sealed, and is not here."""

    id: ProviderId
    name: str
    issuer: str
    client_id: str
    scopes: str
    groups_claim: str
    role_rules: tuple[RoleRule, ...]
    default_role: WorkspaceRole | None
    """What those become whom no rule fits; None refuses them."""


def role_for(provider: Provider, groups: Iterable[str]) -> WorkspaceRole | None:
    """Give the strongest role of the rules that fit, else the default one."""
    held = set(groups)
    given = {rule.role for rule in provider.role_rules if rule.value in held}
    return next((role for role in _STRONGEST_FIRST if role in given), provider.default_role)
