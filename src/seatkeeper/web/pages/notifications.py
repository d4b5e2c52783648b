"""Notifications: whom to tell of which events, of every integration or of one; never where they lead."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.core.errors import InvalidValueError, NotFoundError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import NotificationRuleId
from seatkeeper.core.notifications import NOTICES, WORKSPACE_NOTICES, Channel, NotificationRule
from seatkeeper.core.topics import Topic
from seatkeeper.operations.notifications import (
    RuleForm,
    change_rule,
    create_rule,
    remove_rule,
    renew_secret,
    send_test,
    switch_rule,
)
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.notifications import get_rule, list_rules
from seatkeeper.web.doors import Door
from seatkeeper.web.entering import given_id
from seatkeeper.web.pages.settings_frames import settings_page
from seatkeeper.web.visits import Visit

_USUAL: Final = frozenset({"failures", "tasks", "removals", "quarantine"})
"""What is ticked on an empty form."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A form as it was entered, without the address."""

    name: str
    channel: str
    topics: frozenset[str]


async def show_rules(visit: Visit) -> Response:
    """Show the rules and how each gets on."""
    return await _list_page(visit)


async def show_new(visit: Visit) -> Response:
    """Show the form of a new rule."""
    return await _form_page(visit, Entered("", Channel.WEBHOOK.value, _USUAL))


async def add(visit: Visit) -> Response:
    """Make a rule; of a webhook, show the secret this once."""
    try:
        async with visit.transaction() as tx:
            about = None if visit.subject is None else visit.integration.id
            made = await create_rule(tx, visit.house.keyring, _read(visit, _channel(visit)), about)
    except InvalidValueError as error:
        return await _form_page(visit, _entered(visit), fault=str(error), status=422)
    if made.secret:
        return await _list_page(visit, made=made)
    return visit.go(_path(visit), f"{made.rule.name} tells of what happens from now on.")


async def show_rule(visit: Visit) -> Response:
    """Show the form of a rule there is; where it leads is not in it."""
    async with visit.read() as reader:
        rule = await _rule(visit, reader)
    topics = frozenset(key for key, topic in _topics(visit).items() if topic.kinds <= rule.kinds)
    return await _form_page(visit, Entered(rule.name, rule.channel.value, topics), rule=rule)


async def change(visit: Visit) -> Response:
    """Change a rule."""
    async with visit.read() as reader:
        rule = await _rule(visit, reader)
    try:
        async with visit.transaction() as tx:
            await change_rule(tx, visit.house.keyring, rule, _read(visit, rule.channel))
    except InvalidValueError as error:
        return await _form_page(visit, _entered(visit), rule=rule, fault=str(error), status=422)
    return visit.go(_path(visit), "Saved.")


async def act(visit: Visit) -> Response:
    """Switch a rule on or off, or forget it."""
    async with visit.transaction() as tx:
        rule = await _rule(visit, tx)
        match visit.given("do"):
            case "off":
                await switch_rule(tx, rule, on=False)
                notice = f"{rule.name} tells nobody any more."
            case "on":
                await switch_rule(tx, rule, on=True)
                notice = f"{rule.name} tells of what happens from now on."
            case "remove":
                await remove_rule(tx, rule)
                notice = f"{rule.name} is removed."
            case _:
                raise InvalidValueError("Choose what to do with it.")
    return visit.go(_path(visit), notice)


async def renew(visit: Visit) -> Response:
    """Sign with a new secret, and show it this once."""
    async with visit.transaction() as tx:
        made = await renew_secret(tx, visit.house.keyring, await _rule(visit, tx))
    return await _list_page(visit, made=made)


async def try_out(visit: Visit) -> Response:
    """Send a test, and say whether it was taken."""
    async with visit.read() as reader:
        rule = await _rule(visit, reader)
    problem = await send_test(visit.house.engine, rule.id)
    tested = {"rule": rule, "problem": problem}
    if visit.is_fragment:
        return visit.page("parts/notification_test.html", tested=tested)
    return await _list_page(visit, tested=tested)


def _read(visit: Visit, channel: Channel) -> RuleForm:
    topics = _topics(visit)
    kinds: set[EventKind] = set()
    for key in visit.all_given("topic"):
        kinds |= topics[key].kinds if key in topics else frozenset()
    return RuleForm(visit.given("name"), channel, kinds, visit.given("address"))


def _channel(visit: Visit) -> Channel:
    try:
        return Channel(visit.given("channel"))
    except ValueError:
        raise InvalidValueError("Choose how to tell: by webhook, or by mail or chat.") from None


def _entered(visit: Visit) -> Entered:
    return Entered(visit.given("name"), visit.given("channel"), frozenset(visit.all_given("topic")))


def _topics(visit: Visit) -> Mapping[str, Topic]:
    return NOTICES if visit.subject is not None else {**NOTICES, **WORKSPACE_NOTICES}


async def _rule(visit: Visit, reader: Reader) -> NotificationRule:
    """Read the rule of the path. Raises ``NotFoundError``, for one of somewhere else as well."""
    rule = await get_rule(reader, NotificationRuleId(given_id(visit, "rule")))
    about = None if visit.subject is None else visit.integration.id
    if rule.integration_id != about:
        raise NotFoundError("There is no such notification here.")
    return rule


def _path(visit: Visit) -> str:
    if visit.subject is None:
        return "/workspace/notifications"
    return f"/integrations/{visit.integration.slug}/settings/notifications"


async def _list_page(visit: Visit, **shown: Any) -> Response:
    async with visit.read() as reader:
        rules = await list_rules(reader, None if visit.subject is None else visit.integration.id)
    return await _page(visit, "notifications", 200, rules=rules, **({"made": None, "tested": None} | shown))


async def _form_page(
    visit: Visit, entered: Entered, *, rule: NotificationRule | None = None, fault: str = "", status: int = 200
) -> Response:
    return await _page(visit, "notification", status, entered=entered, rule=rule, fault=fault)


async def _page(visit: Visit, name: str, status: int, **context: Any) -> Response:
    shown = {"path": _path(visit), "topics": _topics(visit), "titles": _titles} | context
    if visit.subject is None:
        writes = visit.may(Permission.MANAGE_WORKSPACE)
        return visit.page(f"workspace_{name}.html", status, writes=writes, **shown)
    return await settings_page(visit, name, status, writes=visit.may(Permission.CONFIGURE), **shown)


def _titles(rule: NotificationRule) -> list[str]:
    every = {**NOTICES, **WORKSPACE_NOTICES}
    return [topic.title for topic in every.values() if topic.kinds <= rule.kinds]


def _doors(base: str, sees: Permission, writes: Permission) -> Sequence[Door]:
    one = f"{base}/{{rule}}"
    reading: Sequence[tuple[str, Callable[[Visit], Any], Permission]] = (
        (base, show_rules, sees),
        (f"{base}/new", show_new, writes),
        (one, show_rule, writes),
    )
    writing = ((base, add), (one, change), (f"{one}/do", act), (f"{one}/secret", renew), (f"{one}/test", try_out))
    return (
        *(Door("GET", path, handler, needs) for path, handler, needs in reading),
        *(Door("POST", path, handler, writes) for path, handler in writing),
    )


DOORS: Sequence[Door] = (
    *_doors("/workspace/notifications", Permission.SEE_WORKSPACE, Permission.MANAGE_WORKSPACE),
    *_doors("/integrations/{integration}/settings/notifications", Permission.SEE, Permission.CONFIGURE),
)
