"""An integration in full: for people, and as JSON."""

from collections.abc import Iterator
from datetime import datetime

from rich.text import Text

from seatkeeper.cli.printing import print_fields, say, short_time, tell
from seatkeeper.core.dialects import NAMES
from seatkeeper.core.integrations import Integration, Policy
from seatkeeper.core.wording import explain
from seatkeeper.operations.durations import spell_duration
from seatkeeper.store.queries.integrations import Hindrance
from seatkeeper.store.queries.standings import Standing
from seatkeeper.store.rows import encode_integration


def integration_row(integration: Integration, standing: Standing) -> dict[str, object]:
    """Give what the list shows, as JSON."""
    return {
        "id": integration.id,
        "slug": integration.slug,
        "name": integration.name,
        "connector": integration.connector,
        "state": integration.state,
        "quarantined": integration.quarantined,
        "people": standing.people,
        "groups": standing.groups,
        "open_jobs": standing.open_jobs,
        "failed": standing.failed,
        "tasks": standing.tasks,
    }


def document(integration: Integration, standing: Standing, hindrance: Hindrance) -> dict[str, object]:
    """Give all there is, as JSON; durations are ISO 8601."""
    columns = encode_integration(integration)
    problem = hindrance.quarantine
    return {
        **integration_row(integration, standing),
        **{name: columns[name].obj for name in ("settings", "mapping", "schema", "policy")},
        "quarantine": None if problem is None else {"code": problem.code, "detail": problem.detail},
        "probe_at": hindrance.probe_at,
        "throttled_until": hindrance.throttled_until,
    }


def print_details(
    integration: Integration, standing: Standing, hindrance: Hindrance, now: datetime, secrets: frozenset[str]
) -> None:
    """Print all there is. ``secrets`` are the names of the secrets that are set."""
    say(f"{integration.name}", style="bold")
    print_fields(
        [
            ("slug", integration.slug),
            ("path", f"/scim/v2/{integration.slug}"),
            ("state", integration.state.value),
            ("people", f"{standing.people} active, {standing.groups} groups"),
            (
                "jobs",
                f"{standing.open_jobs} open, {standing.failed} failed, {standing.tasks} tasks wait for a person",
            ),
        ]
    )
    _print_hindrance(hindrance, now)
    say(f"\nConnector {integration.connector}", style="bold")
    print_fields(
        [
            *((name, str(value)) for name, value in integration.settings.items()),
            *((name, Text("(secret)", style="dim")) for name in sorted(secrets)),
        ]
    )
    say("\nMapping", style="bold")
    for name, source in _mapping(integration):
        say(name, style="dim")
        say(source, indent=4)
    say("\nPolicy", style="bold")
    print_fields(_policy(integration.policy))


def _print_hindrance(hindrance: Hindrance, now: datetime) -> None:
    if hindrance.quarantine is not None:
        tell(explain(hindrance.quarantine))
        if hindrance.probe_at is not None:
            say(f"  Next try: {short_time(hindrance.probe_at, now)}", style="dim")
    if hindrance.throttled_until is not None and hindrance.throttled_until > now:
        say(f"  The app asked to wait until {short_time(hindrance.throttled_until, now)}", style="yellow")


def _mapping(integration: Integration) -> Iterator[tuple[str, str]]:
    mapping = integration.mapping
    for name, source in sorted(mapping.attributes.items()):
        marks = [word for word, names in (("join", mapping.join), ("required", mapping.required)) if name in names]
        yield name + (f"  ({', '.join(marks)})" if marks else ""), source
    for rule in mapping.entitlements:
        yield f"{rule.type}  (entitlement{', for each group' if rule.per_group else ''})", rule.values


def _policy(policy: Policy) -> Iterator[tuple[str, str]]:
    keeps = f", after {spell_duration(policy.delete_after)}" if policy.leavers == "disable-then-delete" else ""
    yield "leavers", f"{policy.leavers}{keeps}"
    yield "groups", "pushed" if policy.push_groups else "not pushed"
    rate = f"{policy.rate_per_minute} a minute" if policy.rate_per_minute else "as fast as the app allows"
    yield "pace", f"{policy.concurrency} jobs at a time, {rate}"
    wait = policy.wait_for_proof
    yield "answers", "at once" if wait is None else f"wait for proof, for up to {spell_duration(wait)}"
    besides = ", ".join(policy.tolerances)
    yield (
        "expects",
        f"{NAMES[policy.dialect] if policy.dialect else 'whatever any of them sends'}"
        + (f", and lets pass {besides}" if besides else ""),
    )
    limit = policy.removals
    yield "removals held", f"above {limit.count} and {limit.percent} % within {spell_duration(limit.window)}"
    first, ceiling = spell_duration(policy.retries.first), spell_duration(policy.retries.ceiling)
    yield "retries", f"after {first}, doubling to {ceiling}, for {spell_duration(policy.retries.give_up_after)}"
