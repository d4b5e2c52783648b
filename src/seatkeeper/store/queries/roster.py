"""The people of an integration, page by page: whoever is assigned, and whoever left an account behind.

A page is a range of an index, however many people there are. Without a search each view has the order its index
has: by name, or the newest first. A search goes through names, and the view then narrows what was found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias, assert_never
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    exists,
    func,
    or_,
    select,
    true,
    tuple_,
    union,
    union_all,
)

from seatkeeper.core.ids import AccountId, IntegrationId
from seatkeeper.core.jobs import PENDING, JobState
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.due_jobs import IS_RUNNING, written
from seatkeeper.store.queries.standings import not_followed
from seatkeeper.store.statements import Prepared, prepare
from seatkeeper.store.tables import accounts, jobs, users
from seatkeeper.store.texts import name_key

NAMES_LOOKED_AT = 500
"""Of the people whose display name begins as searched for, only so many are looked at."""

_PAST_ALL = "\U0010ffff"
_NOBODY = UUID(int=0)
_EVERYBODY = UUID(int=2**128 - 1)

Found: TypeAlias = Select[Any]


class View(StrEnum):
    """Which people are asked for."""

    ALL = "all"
    AWAITING = "awaiting"
    """A job of theirs waits: for its turn, for another try, or for a person."""
    ONGOING = "ongoing"
    FAILED = "failed"
    """Their newest job failed."""
    ONBOARDED = "onboarded"
    """They have an account in the app that is in use."""
    REMOVED = "removed"
    """The IdP deactivated or removed them."""


@dataclass(frozen=True, slots=True)
class RosterQuery:
    """One page. ``search`` is how userName or display name begin, ``after`` where the page before ended."""

    view: View = View.ALL
    search: str = ""
    after: str = ""
    count: int = 50


@dataclass(frozen=True, slots=True)
class RosterPage:
    """Who is on a page, in order, and where the next one begins, if there is one."""

    ids: Sequence[AccountId]
    next: str | None


_MINE = bindparam("integration_id", type_=Uuid)
_AFTER_ID = bindparam("after_id", type_=Uuid)
_MOST = bindparam("most", type_=Integer)
_BEHIND = tuple_(accounts.c.user_name_key, accounts.c.id) > tuple_(bindparam("after_name", type_=Text), _AFTER_ID)
_IN_USE = and_(accounts.c.uid.is_not(None), accounts.c.active.is_distinct_from(False))
_IS_PENDING = jobs.c.state.in_([written(state) for state in sorted(PENDING)])


def _by_name(*conditions: ColumnElement[bool]) -> Found:
    """People in order of name; ``key`` is where the next page begins."""
    found = select(accounts.c.id, accounts.c.id.label("key"), accounts.c.user_name_key.label("name"))
    return (
        found.where(accounts.c.integration_id == _MINE, _BEHIND, *conditions)
        .order_by(accounts.c.user_name_key, accounts.c.id)
        .limit(_MOST)
    )


def _by_job(*conditions: ColumnElement[bool]) -> Found:
    """People whose job is such a one, the newest job first."""
    found = select(jobs.c.account_id.label("id"), jobs.c.id.label("key"))
    mine = and_(jobs.c.integration_id == _MINE, jobs.c.account_id.is_not(None), jobs.c.id < _AFTER_ID)
    return found.where(mine, *conditions).order_by(jobs.c.id.desc()).limit(_MOST)


def _removed() -> Found:
    """Those who were deactivated and those who left an account behind, the newest first."""
    inactive = (
        select(accounts.c.id, users.c.id.label("key"))
        .join(accounts, accounts.c.user_id == users.c.id)
        .where(users.c.integration_id == _MINE, ~users.c.active, users.c.id < _AFTER_ID)
        .order_by(users.c.id.desc())
        .limit(_MOST)
        .subquery("inactive")
    )
    left_behind = (
        select(accounts.c.id, accounts.c.id.label("key"))
        .where(accounts.c.integration_id == _MINE, accounts.c.user_id.is_(None), accounts.c.id < _AFTER_ID)
        .order_by(accounts.c.id.desc())
        .limit(_MOST)
        .subquery("left_behind")
    )
    both = union_all(select(inactive), select(left_behind)).subquery("both")
    return select(both).order_by(both.c.key.desc()).limit(_MOST)


def _has_job(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(jobs.c.account_id == accounts.c.id, condition)


def _narrowed(view: View) -> ColumnElement[bool]:
    match view:
        case View.ALL:
            return true()
        case View.AWAITING:
            return _has_job(_IS_PENDING)
        case View.ONGOING:
            return _has_job(IS_RUNNING)
        case View.FAILED:
            newest = select(jobs.c.state).where(jobs.c.account_id == accounts.c.id).order_by(jobs.c.id.desc())
            return newest.limit(1).scalar_subquery() == written(JobState.FAILED)
        case View.ONBOARDED:
            return _IN_USE
        case View.REMOVED:
            inactive = exists().where(users.c.id == accounts.c.user_id, ~users.c.active)
            return or_(accounts.c.user_id.is_(None), inactive)
        case _:
            assert_never(view)


def _search(view: View) -> Found:
    """People in order of name whose userName or display name begins in some way."""
    key = accounts.c.user_name_key
    begins = and_(key >= bindparam("search", type_=Text), key < bindparam("search_end", type_=Text))
    shown = func.lower(users.c.document["displayName"].astext)
    named = (
        select(users.c.id)
        .where(
            users.c.integration_id == _MINE,
            shown.op("~>=~")(bindparam("shown", type_=Text)),
            shown.op("~<~")(bindparam("shown_end", type_=Text)),
        )
        .limit(NAMES_LOOKED_AT)
    )
    condition = _narrowed(view)
    by_user_name = _by_name(begins, condition).subquery("by_user_name")
    called = accounts.c.user_id == any_(func.array(named.scalar_subquery()))
    by_display_name = _by_name(called, condition).subquery("by_display_name")
    both = union(select(by_user_name), select(by_display_name)).subquery("found")
    return select(both).order_by(both.c.name, both.c.id).limit(_MOST)


def _listed(view: View) -> Found:
    match view:
        case View.ALL:
            return _by_name()
        case View.AWAITING:
            return _by_job(_IS_PENDING)
        case View.ONGOING:
            return _by_job(IS_RUNNING)
        case View.FAILED:
            return _by_job(jobs.c.state == written(JobState.FAILED), not_followed(jobs))
        case View.ONBOARDED:
            return _by_name(_IN_USE)
        case View.REMOVED:
            return _removed()
        case _:
            assert_never(view)


_BY_NAME = frozenset({View.ALL, View.ONBOARDED})
_LISTED: dict[View, Prepared] = {view: prepare(_listed(view)) for view in View}
_SEARCHED: dict[View, Prepared] = {view: prepare(_search(view)) for view in View}


async def list_roster(reader: Reader, integration_id: IntegrationId, query: RosterQuery) -> RosterPage:
    """Read one page. One that begins nowhere known is the first."""
    by_name = bool(query.search) or query.view in _BY_NAME
    values = {"integration_id": integration_id, "most": query.count + 1, **_place(query.after, by_name)}
    statement = _LISTED[query.view]
    if query.search:
        statement = _SEARCHED[query.view]
        key, shown = name_key(query.search), query.search.lower()
        values |= {"search": key, "search_end": key + _PAST_ALL, "shown": shown, "shown_end": shown + _PAST_ALL}
    rows = await reader.fetch_all(statement, **values)
    here = rows[: query.count]
    more = len(rows) > query.count
    following = f"{here[-1]['key']}~{here[-1].get('name', '')}" if more else None
    return RosterPage([AccountId(row["id"]) for row in here], following)


def _place(after: str, by_name: bool) -> dict[str, object]:
    text, _, name = after.partition("~")
    try:
        at = UUID(text)
    except ValueError:
        at, name = _NOBODY if by_name else _EVERYBODY, ""
    return {"after_id": at, "after_name": name} if by_name else {"after_id": at}
