"""What somebody wants an integration to be, checked against its connector and made ready to be kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration, IntegrationState, MappingRules, Policy, SchemaAttribute
from seatkeeper.core.mapping import MappingInvalidError, compile_mapping
from seatkeeper.core.schema import compares_exactly
from seatkeeper.spi.connector import Connector
from seatkeeper.spi.settings import SettingsInvalidError, secret_names, validate_settings

Connectors = Mapping[str, Connector[Any]]
"""The connectors of this installation, by name."""

RESERVED_SLUGS = frozenset({"new", "drafts"})
"""They are pages beside those of the integrations."""

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationDraft:
    """An integration as it should be. ``settings`` hold the secrets in the clear, so they are never shown.

    ``mapping`` and ``schema`` of None are those the connector declares.
    """

    slug: str
    name: str
    connector: str
    settings: Mapping[str, Any] = field(repr=False)
    mapping: MappingRules | None = None
    schema: tuple[SchemaAttribute, ...] | None = None
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one part of a draft; ``where`` leads to it, as ``("settings", "url")``."""

    where: tuple[str | int, ...]
    sentence: str

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.where))}: {self.sentence}"


class DraftInvalidError(InvalidValueError):
    """A draft was refused; ``faults`` says of each part why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft that was found good: the integration without its secrets, and the secrets."""

    integration: Integration
    secrets: Mapping[str, str] = field(repr=False)


def check_draft(
    draft: IntegrationDraft, connectors: Connectors, integration_id: IntegrationId, state: IntegrationState
) -> Checked:
    """Check everything that can be checked without calling the app.

    Raises ``DraftInvalidError``, which names every part at fault and never repeats the value of a setting.
    """
    connector = connectors.get(draft.connector)
    if connector is None:
        known = ", ".join(sorted(connectors)) or "none"
        raise DraftInvalidError(
            Fault(("connector",), f"there is no connector {draft.connector}; installed: {known}")
        )
    _check_names(draft)
    plain, secrets = _split_settings(draft, connector)
    integration = Integration(
        id=integration_id,
        slug=draft.slug,
        name=draft.name.strip(),
        connector=draft.connector,
        settings=plain,
        schema=connector.schema if draft.schema is None else draft.schema,
        mapping=connector.mapping if draft.mapping is None else draft.mapping,
        policy=draft.policy,
        state=state,
    )
    faults = find_rule_faults(integration.mapping, integration.schema)
    if faults:
        raise DraftInvalidError(*faults)
    return Checked(integration, secrets)


def find_rule_faults(mapping: MappingRules, schema: tuple[SchemaAttribute, ...]) -> tuple[Fault, ...]:
    """Find what is wrong with a mapping and its schema; faults of the schema come alone."""
    return _find_schema_faults(schema) or _find_mapping_faults(mapping, schema)


def _split_settings(draft: IntegrationDraft, connector: Connector[Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Validate the settings, and part the secrets from those that may be seen."""
    try:
        settings = validate_settings(connector.settings, dict(draft.settings))
    except SettingsInvalidError as error:
        raise DraftInvalidError(*map(_setting_fault, error.problems)) from None
    secret = secret_names(connector.settings)
    given = {name: getattr(settings, name) for name in secret}
    # Only what was said is kept: a default that a later release improves then counts.
    plain = settings.model_dump(mode="json", exclude=set(secret), exclude_unset=True)
    return plain, {name: value.get_secret_value() for name, value in given.items() if isinstance(value, SecretStr)}


def _setting_fault(problem: str) -> Fault:
    name, _, sentence = problem.partition(": ")
    return Fault(("settings",) if name == "settings" else ("settings", *name.split(".")), sentence)


def _check_names(draft: IntegrationDraft) -> None:
    if _SLUG.fullmatch(draft.slug) is None:
        raise DraftInvalidError(
            Fault(
                ("slug",),
                f'"{draft.slug}" cannot be part of a URL: use up to 63 lower-case letters, digits and hyphens,'
                " with a letter or digit first and last",
            )
        )
    if draft.slug in RESERVED_SLUGS:
        raise DraftInvalidError(Fault(("slug",), f'"{draft.slug}" is a page of its own: choose another'))
    if not draft.name.strip():
        raise DraftInvalidError(Fault(("name",), "an integration needs a name"))


def _find_schema_faults(schema: tuple[SchemaAttribute, ...]) -> tuple[Fault, ...]:
    whole = [each.name for each in schema if each.unique and each.type == "complex"]
    ruled = [each.name for each in schema if each.case_exact and not compares_exactly(each)]
    sentences = (
        *(f"{name} has parts: declare the part unique that must be" for name in whole),
        *(f"{name} is of the standard, which does not tell its values apart by case" for name in ruled),
    )
    return tuple(Fault(("schema",), sentence) for sentence in sentences)


def _find_mapping_faults(mapping: MappingRules, schema: tuple[SchemaAttribute, ...]) -> tuple[Fault, ...]:
    try:
        compile_mapping(mapping, schema)
    except MappingInvalidError as error:
        return tuple(_mapping_fault(problem, mapping) for problem in error.problems)
    return ()


_RULE = re.compile(r"entitlement rule (\d+) \(.*?\): (.*)", re.DOTALL)


def _mapping_fault(problem: str, mapping: MappingRules) -> Fault:
    rule = _RULE.fullmatch(problem)
    if rule is not None:
        return Fault(("mapping", "entitlements", int(rule[1]) - 1), rule[2])
    # An attribute of the app may have a colon in its name, so the longest that fits is the one.
    names = sorted(mapping.attributes, key=len, reverse=True)
    name = next((name for name in names if problem.startswith(f"{name}: ")), None)
    if name is None:
        return Fault(("mapping",), problem)
    return Fault(("mapping", "attributes", name), problem.removeprefix(f"{name}: "))
