"""A behaviour as it is carried out: every formula and template compiled, every name checked. Made once."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.formulas import Formula
from seatkeeper.spi.templates import DocumentTemplate, Template


class Meaning(StrEnum):
    """What an answer may mean: ``spi.errors``, and ``DONE`` for what is as it was asked to be already."""

    TRANSIENT = "transient"
    THROTTLED = "throttled"
    CREDENTIALS = "credentials"
    NOT_FOUND = "not_found"
    EXISTS = "exists"
    REJECTED = "rejected"
    NEEDS_PERSON = "needs_person"
    UNSUPPORTED = "unsupported"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of ``errors``."""

    statuses: frozenset[int]
    when: Formula | None
    meaning: Meaning
    code: ProblemCode
    says: Formula | None


class BodyKind(StrEnum):
    """How a body is written."""

    JSON = "json"
    FORM = "form"
    MULTIPART = "multipart"
    XML = "xml"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Poll:
    """How an operation that takes its time is asked after."""

    request: "Request"
    until: Formula
    failed: Formula | None
    every: float
    at_most: float


@dataclass(frozen=True, slots=True)
class Request:
    """One call. ``lookups`` are its formulas that read tables of the app."""

    method: str
    path: Template
    query: Mapping[str, DocumentTemplate]
    headers: Mapping[str, Template]
    body_kind: BodyKind | None
    body: DocumentTemplate | Template | None
    answers: str
    keep: str | None
    when: Formula | None
    each: Formula | None
    expect: frozenset[int] | Formula | None
    rules: tuple[Rule, ...]
    gives: Formula | None
    reads_first: bool
    poll: Poll | None
    keeps: Mapping[str, Formula]
    variables: frozenset[str]
    """Every variable that is read to make it."""
    lookups: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Pages:
    """How a list goes on."""

    by: str
    size: int
    aligned: bool
    first: int
    cursor: Formula | None
    last: Formula | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A call that gives several things."""

    request: Request
    items: Formula
    total: Formula | None
    pages: Pages | None
    marks: Mapping[str, DocumentTemplate]
    read_each: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A lookup: names and ids of something in the app."""

    listings: tuple[Listing, ...]
    name: Formula
    id: Formula


@dataclass(frozen=True, slots=True)
class Action:
    """What is done for one ability: calls in turn. ``variables`` are those that any of them reads."""

    requests: tuple[Request, ...]

    @property
    def variables(self) -> frozenset[str]:
        """Every variable that is read to make its calls."""
        return frozenset().union(*(request.variables for request in self.requests))

    @property
    def reads_first(self) -> bool:
        """Say whether the thing has to be read before."""
        asked = any(request.reads_first for request in self.requests)
        return asked or not self.variables.isdisjoint(BEFOREHAND)

    @property
    def begins_anew(self) -> bool:
        """Say whether it can be carried out again after somebody else was faster: it reads what it needs."""
        return self.reads_first or any(request.keep is not None for request in self.requests)


BEFOREHAND = frozenset({"seen", "before", "after", "held", "etag"})
"""Variables that come of a read before."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an account."""

    source: Formula | None
    write_only: bool
    create_only: bool
    ignores_case: bool
    empty: Any


@dataclass(frozen=True, slots=True)
class Accounts:
    """Everything about accounts."""

    id: Formula
    name: str
    active: Formula | None
    absent: Formula | None
    etag: Formula
    attributes: Mapping[str, Attribute]
    requires: frozenset[str]
    updates_only: frozenset[str] | None
    read: Action | None
    listings: tuple[Listing, ...]
    find: Mapping[str, tuple[Listing, ...]]
    create: Action | None
    new_id: Formula | None
    unique: bool
    update: Action | None
    rename: Action | None
    renames: bool
    disable: Action | None
    enable: Action | None
    delete: Action | None


@dataclass(frozen=True, slots=True)
class EntitlementType:
    """One type of entitlement."""

    listings: tuple[Listing, ...]
    value: Formula
    held: Formula | None
    held_listings: tuple[Listing, ...]
    held_value: Formula
    grant: Action | None
    revoke: Action | None
    repeatable: bool
    ignores_case: bool
    single: bool
    revokes_first: bool
    exclusive: bool


@dataclass(frozen=True, slots=True)
class Groups:
    """Everything about groups."""

    id: Formula
    name: Formula
    absent: Formula | None
    etag: Formula
    members: Formula | None
    member_listings: tuple[Listing, ...]
    member_id: Formula
    ignores_case: bool
    read: Action | None
    listings: tuple[Listing, ...]
    find: tuple[Listing, ...]
    create: Action | None
    new_id: Formula | None
    unique: bool
    rename: Action | None
    delete: Action | None
    add: Action
    remove: Action
    batch: int
    splits: bool
    repeatable: bool


@dataclass(frozen=True, slots=True)
class Login:
    """Calls that sign in."""

    requests: tuple[Request, ...]
    headers: Mapping[str, Template]
    query: Mapping[str, DocumentTemplate]
    expired: Formula | None


@dataclass(frozen=True, slots=True)
class TokenSource:
    """A signed token."""

    key: Template
    algorithm: str
    header: DocumentTemplate
    claims: DocumentTemplate
    lifetime: int


@dataclass(frozen=True, slots=True)
class OAuth:
    """A token from a token endpoint."""

    token_url: Template
    grant_type: str
    client_id: Template | None
    client_secret: Template | None
    refresh_token: Template | None
    scope: Template | None
    form: Mapping[str, Template]
    in_form: bool
    assertion: TokenSource | None


@dataclass(frozen=True, slots=True)
class Authentication:
    """How the service account is known to the app; at most one of these is there."""

    headers: Mapping[str, Template]
    query: Mapping[str, DocumentTemplate]
    basic: tuple[Template, Template] | None = None
    oauth2: OAuth | None = None
    login: Login | None = None
    jwt: TokenSource | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """The whole behaviour of one app."""

    authentication: Authentication
    headers: Mapping[str, Template]
    query: Mapping[str, DocumentTemplate]
    media_type: str
    probe: Request | None
    accounts: Accounts
    entitlements: Mapping[str, EntitlementType]
    groups: Groups | None
    tables: Mapping[str, Table]
    rules: tuple[Rule, ...]
    says: Formula | None
