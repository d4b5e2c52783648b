"""What a ``behaviour`` may say: the shape of the document, before anything in it is compiled.

``docs/connectors/rest.md`` explains it for people, ``docs/connectors/rest-manifest.schema.json`` is made of it.
A *formula* is a CEL expression, a *template* a text with ``${formula}`` in it.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from seatkeeper.core.problems import ProblemCode

Formula = Annotated[str, Field(min_length=1, description="A CEL expression.")]
TemplateText = Annotated[str, Field(description="A text with ${CEL} in it.")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", description="Small letters, digits and _.")]
Statuses = Annotated[
    tuple[Annotated[int, Field(ge=100, le=599)], ...],
    BeforeValidator(lambda value: [value] if isinstance(value, int) else value),
    Field(json_schema_extra={"description": "HTTP statuses, one or a list."}),
]
CALL = r"^(GET|POST|PUT|PATCH|DELETE) /.*$"


class Shape(BaseModel):
    """The base of all: what is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SettingShape(Shape):
    """One field that a person fills in, beside the address."""

    title: str
    description: str = ""
    secret: bool = False
    default: str | int | bool | None = None
    """Without one, or with null, it has to be given; ``optional`` may be left empty."""
    optional: bool = False
    pattern: str | None = None
    choices: tuple[str, ...] = ()
    advanced: bool = False

    @model_validator(mode="after")
    def _fits(self) -> "SettingShape":
        if self.secret and (self.default is not None or self.pattern or self.choices):
            raise ValueError("a secret has no default, pattern or choices")
        if self.pattern is not None:
            try:
                re.compile(self.pattern)
            except re.error as error:
                raise ValueError(f"pattern: {error}") from None
        return self


class ErrorShape(Shape):
    """What an answer means: the first rule that fits is taken."""

    status: Statuses = ()
    when: Formula | None = None
    means: Literal[
        "transient",
        "throttled",
        "credentials",
        "not_found",
        "exists",
        "rejected",
        "needs_person",
        "unsupported",
        "done",
    ]
    """``done``: it is as it was asked to be already."""
    code: ProblemCode | None = None
    says: Formula | None = None

    @model_validator(mode="after")
    def _says_when(self) -> "ErrorShape":
        if not self.status and self.when is None:
            raise ValueError("say with status or when what it is about")
        if self.code is not None and self.means != "rejected":
            raise ValueError("only what is rejected has a code")
        return self


class PollShape(Shape):
    """An operation that takes its time: ask until it is done. ``body`` is the answer before."""

    call: Annotated[str, Field(pattern=CALL)]
    query: dict[str, Any] = Field(default_factory=dict)
    until: Formula
    failed: Formula | None = None
    every: float = Field(1.0, gt=0, le=60, description="Seconds.")
    at_most: float = Field(60.0, gt=0, le=600, description="Seconds.")


class RequestShape(Shape):
    """One call."""

    call: Annotated[str, Field(pattern=CALL, description="METHOD /path, a template.")]
    query: dict[str, Any] = Field(default_factory=dict)
    headers: dict[str, TemplateText] = Field(default_factory=dict)
    json_: Any = Field(None, alias="json")
    form: dict[str, Any] | None = None
    multipart: dict[str, TemplateText] | None = None
    xml: TemplateText | None = None
    text: TemplateText | None = None
    as_: Name | None = Field(
        None, alias="as", description="Keep the answer's body under this name for later calls."
    )
    when: Formula | None = Field(None, description="Left out unless this holds.")
    each: Formula | None = Field(None, description="A list: done once for each element, which is called each.")
    expect: Statuses | Formula | None = Field(None, description="What success is; without it, any 2xx.")
    errors: tuple[ErrorShape, ...] = ()
    gives: Formula | None = Field(None, description="Where in the answer what was asked for is.")
    answers: Literal["json", "xml", "text"] | None = Field(None, description="As the behaviour's, without this.")
    reads_first: bool = Field(False, description="Read before, and stop where nothing is there.")
    poll: PollShape | None = None

    @model_validator(mode="after")
    def _has_one_body(self) -> "RequestShape":
        bodies = [name for name in BODIES if getattr(self, "json_" if name == "json" else name) is not None]
        if len(bodies) > 1:
            raise ValueError(f"has {' and '.join(bodies)}; a call has one body")
        return self


BODIES = ("json", "form", "multipart", "xml", "text")


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


Requests = Annotated[tuple[RequestShape, ...], BeforeValidator(_listed), Field(min_length=1)]
"""One call, or several in turn."""


class PagesShape(Shape):
    """How a list goes on. A call reads ``page.number``, ``page.offset``, ``page.size`` and ``page.cursor``."""

    by: Literal["number", "offset", "cursor", "next", "link"]
    """``next``: the answer holds the next page's address; ``link``: its header Link does (RFC 8288)."""
    size: int = Field(100, ge=1, le=10_000)
    aligned: bool = Field(False, description="An offset has to be a multiple of the size.")
    first: int = Field(1, ge=0, le=1, description="The number of the first page.")
    cursor: Formula | None = Field(None, description="What the next page is asked for with; empty at the end.")
    last: Formula | None = Field(None, description="Holds on the last page.")

    @model_validator(mode="after")
    def _fits(self) -> "PagesShape":
        if (self.by in {"cursor", "next"}) != (self.cursor is not None):
            raise ValueError("by cursor and by next need cursor, and others have none")
        return self


class ListShape(RequestShape):
    """A call that gives several things, perhaps in pages."""

    items: Formula
    total: Formula | None = Field(None, description="How many there are, where the app says so.")
    pages: PagesShape | None = None
    marks: dict[str, Any] = Field(
        default_factory=dict, description="What everything in this list is known to be; it becomes part of item."
    )
    read_each: bool = Field(False, description="The list says little: each is read by itself.")


Lists = Annotated[tuple[ListShape, ...], BeforeValidator(_listed), Field(min_length=1)]
"""One list, or several that make the whole together."""


class AttributeShape(Shape):
    """One attribute of an account, by the app's name."""

    from_: Formula | None = Field(None, alias="from", description="Where in item it is.")
    write_only: bool = False
    create_only: bool = False
    ignores_case: bool = False
    empty: Any = Field(None, description="What is sent to empty it; null without this.")

    @model_validator(mode="after")
    def _is_read_or_not(self) -> "AttributeShape":
        if (self.from_ is None) != self.write_only:
            raise ValueError("say where it is with from, or write_only: true")
        return self


def _attribute(value: Any) -> Any:
    return {"from": value} if isinstance(value, str) else value


class AccountsShape(Shape):
    """Accounts of the app."""

    id: Formula = Field("item.id", description="Where in item its id is.")
    name: str = Field(description="The attribute people sign in with.")
    active: Formula | None = Field(None, description="Holds where the person can sign in.")
    absent: Formula | None = Field(None, description="Holds where the app shows what is not there any more.")
    etag: Formula = Field("headers.etag", description="The version of what was read.")
    attributes: dict[str, Annotated[AttributeShape, BeforeValidator(_attribute)]]
    requires: tuple[str, ...] = Field((), description="Attributes without which the app makes no account.")
    updates_only: tuple[str, ...] | None = Field(None, description="The attributes that update can change.")
    read: Requests | None = None
    list: Lists | None = None
    find: dict[str, Lists] = Field(default_factory=dict, description="By attribute.")
    create: Requests | None = None
    new_id: Formula | None = Field(None, description="Where in the answer to create the id is.")
    unique: bool = Field(True, description="The app itself refuses a name that is taken.")
    update: Requests | None = None
    rename: Requests | Literal["update"] | None = None
    disable: Requests | None = None
    enable: Requests | None = None
    delete: Requests | None = None


class EntitlementShape(Shape):
    """One type of entitlement."""

    list: Lists | None = Field(None, description="What the app offers.")
    value: Formula = Field("item.name", description="Where in item its value is.")
    held: Formula | None = Field(None, description="The values an account holds, in its item.")
    held_list: Lists | None = Field(None, description="Or the calls that give them.")
    held_value: Formula | None = None
    grant: Requests | None = None
    revoke: Requests | None = None
    repeatable: bool = Field(False, description="The app takes what is so already for success.")
    ignores_case: bool = False
    single: bool = Field(False, description="An account holds one at most; another replaces it.")
    revokes_first: bool = Field(False, description="The one before has to be revoked first.")
    exclusive: bool = Field(False, description="One account at a time holds it.")

    @model_validator(mode="after")
    def _is_read(self) -> "EntitlementShape":
        if (self.held is None) == (self.held_list is None):
            raise ValueError("say with held or with held_list what an account holds")
        if self.held_value is not None and self.held_list is None:
            raise ValueError("held_value belongs to held_list")
        if self.revokes_first and not self.single:
            raise ValueError("revokes_first is about what is single")
        if (self.grant is None) != (self.revoke is None):
            raise ValueError("grant and revoke belong together")
        return self


class GroupsShape(Shape):
    """Groups whose members are accounts."""

    id: Formula = "item.id"
    name: Formula = "item.name"
    absent: Formula | None = None
    etag: Formula = "headers.etag"
    members: Formula | None = Field(None, description="The ids of its members, in its item.")
    members_list: Lists | None = None
    member_id: Formula = "item.id"
    ignores_case: bool = False
    read: Requests | None = None
    list: Lists | None = None
    find: Lists | None = None
    create: Requests | None = None
    new_id: Formula | None = None
    unique: bool = True
    rename: Requests | None = None
    delete: Requests | None = None
    add: Requests
    remove: Requests
    batch: int = Field(100, ge=1, le=10_000, description="Members in a call, where it takes several.")
    splits: bool = Field(False, description="A refused batch is sent anew in halves.")
    repeatable: bool = False

    @model_validator(mode="after")
    def _is_read(self) -> "GroupsShape":
        if self.read is None and self.list is None:
            raise ValueError("groups need read or list")
        if self.list is None and self.find is None:
            raise ValueError("groups need find or list")
        if (self.create is None) != (self.delete is None):
            raise ValueError("create and delete of groups belong together")
        if self.members is not None and self.members_list is not None:
            raise ValueError("has members and members_list; one is enough")
        return self


class LookupShape(Shape):
    """A table of the app: ``ids.TABLE[name]`` and ``names.TABLE[id]`` in any formula."""

    list: Lists
    name: Formula = "item.name"
    id: Formula = "item.id"


class BasicShape(Shape):
    """RFC 7617."""

    username: TemplateText
    password: TemplateText


class JWTShape(Shape):
    """A signed token (RFC 7519). ``iat`` and ``exp`` are added."""

    key: TemplateText
    algorithm: Literal["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "HS256", "HS512"] = "RS256"
    header: dict[str, Any] = Field(default_factory=dict)
    claims: dict[str, Any]
    lifetime: int = Field(300, ge=10, le=3600, description="Seconds.")


class OAuthShape(Shape):
    """A token from a token endpoint (RFC 6749), renewed before it ends and once on a 401."""

    token_url: TemplateText
    grant_type: str = "client_credentials"
    client_id: TemplateText | None = None
    client_secret: TemplateText | None = None
    refresh_token: TemplateText | None = None
    scope: TemplateText | None = None
    form: dict[str, TemplateText] = Field(default_factory=dict, description="What the app asks for beside these.")
    client: Literal["basic", "form"] = Field("basic", description="How the client is named.")
    assertion: JWTShape | None = Field(None, description="A signed token instead of a client (RFC 7523).")


class LoginRequestShape(RequestShape):
    """A call that signs in, or gets what the next one needs."""

    keeps: dict[Name, Formula] = Field(default_factory=dict, description="What of the answer is kept in session.")


LoginRequests = Annotated[tuple[LoginRequestShape, ...], BeforeValidator(_listed), Field(min_length=1)]


class LoginShape(Shape):
    """Calls that sign in. Cookies are kept; ``session`` holds what they kept."""

    requests: LoginRequests
    headers: dict[str, TemplateText] = Field(default_factory=dict, description="Sent with every other call.")
    query: dict[str, Any] = Field(default_factory=dict)
    expired: Formula | None = Field(None, description="Holds for an answer that asks to sign in anew, beside 401.")


class AuthenticationShape(Shape):
    """How the service account is known to the app: one of these."""

    headers: dict[str, TemplateText] | None = None
    query: dict[str, TemplateText] | None = None
    bearer: TemplateText | None = None
    basic: BasicShape | None = None
    oauth2: OAuthShape | None = None
    login: LoginShape | None = None
    jwt: JWTShape | None = None

    @model_validator(mode="after")
    def _is_one(self) -> "AuthenticationShape":
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"has {' and '.join(given) or 'nothing'}; it takes exactly one way of signing in")
        return self


class Behaviour(Shape):
    """How one app is spoken to."""

    settings: dict[Name, SettingShape] = Field(default_factory=dict)
    authentication: AuthenticationShape | None = None
    base_path: TemplateText = Field("", description="Goes before every path, such as /api/v1.")
    headers: dict[str, TemplateText] = Field(default_factory=dict, description="Sent with every call.")
    query: dict[str, Any] = Field(default_factory=dict, description="Sent with every call.")
    media_type: str = Field("application/json", description="Of JSON bodies, and what is accepted.")
    answers: Literal["json", "xml", "text"] = Field("json", description="What bodies hold.")
    probe: RequestShape | None = Field(None, description="What any working service account may ask.")
    accounts: AccountsShape
    entitlements: dict[Name, EntitlementShape] = Field(default_factory=dict)
    groups: GroupsShape | None = None
    lookups: dict[Name, LookupShape] = Field(default_factory=dict)
    errors: tuple[ErrorShape, ...] = ()
    says: Formula | None = Field(None, description="Where in a refusal its reason is.")
