"""One request from a person: who they are, what it is about, and how it is answered."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote, unquote

from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from seatkeeper.core.access import Guest, IntegrationRole, Member, Permission, allows
from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.core.integrations import Integration
from seatkeeper.operations.access import demand
from seatkeeper.operations.sessions import Client
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.web.house import House
from seatkeeper.web.rendering import render, when
from seatkeeper.web.security import CSRF_FIELD, csrf_token, page_headers
from seatkeeper.web.sharing import Part

SESSION_COOKIE = "seatkeeper_session"
VISIT_COOKIE = "seatkeeper_visit"
"""Held by browsers nobody is signed in with: it ties their forms to them."""
NOTICE_COOKIE = "seatkeeper_notice"
_NOTICE_LASTS = 30


@dataclass(frozen=True, slots=True)
class Subject:
    """The integration a door is about, and what the guest is there."""

    integration: Integration
    role: IntegrationRole


@dataclass(slots=True)
class Visit:
    """A request that was let in. ``guest`` is None only behind doors that need no permission."""

    request: Request
    house: House
    request_id: str
    nonce: str
    secret: str = field(repr=False)
    """What the browser's cookie holds: the session's secret, or the visit's."""
    guest: Guest | None = None
    subject: Subject | None = None
    sent: FormData = field(default_factory=FormData)
    """The form, of a write."""
    open_tasks: int = 0
    """How many tasks wait in what the guest may see; for whole pages."""

    @property
    def now(self) -> datetime:
        """The instant, by the injected clock."""
        return self.house.clock()

    @property
    def member(self) -> Member:
        """Who is signed in."""
        return self.known.member

    @property
    def known(self) -> Guest:
        """The guest, where the door lets nobody else in."""
        assert self.guest is not None
        return self.guest

    @property
    def integration(self) -> Integration:
        """The integration the path names."""
        assert self.subject is not None
        return self.subject.integration

    @property
    def role(self) -> IntegrationRole | None:
        """What the guest is on that integration."""
        return None if self.subject is None else self.subject.role

    @property
    def client(self) -> Client:
        """Where the browser is."""
        address = self.request.client.host if self.request.client else ""
        return Client(address, self.request.headers.get("user-agent", ""))

    @property
    def base_url(self) -> str:
        """How this installation is reached, without a slash at its end."""
        return self.house.settings.public_url or str(self.request.base_url).rstrip("/")

    @property
    def is_fragment(self) -> bool:
        """A part of a page is asked for, by htmx."""
        return self.request.headers.get("hx-request") == "true"

    def may(self, permission: Permission) -> bool:
        """Say whether the guest may do this, for what is shown; ``demand`` is what keeps them from it."""
        return self.guest is not None and allows(self.guest, permission, self.role)

    def demand(self, permission: Permission) -> None:
        """Raise ``NotAllowedError`` unless the guest may do this."""
        demand(self.known, permission, self.role)

    def read(self) -> AbstractAsyncContextManager[Reader]:
        """Borrow a connection for reading."""
        return self.house.database.read()

    @property
    def origin(self) -> Origin:
        """Who asks, as events remember it."""
        name = "somebody" if self.guest is None else self.guest.member.name
        return Origin(ActorKind.PERSON, name, self.request_id)

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a change that remembers who asked for it."""
        return self.house.database.transaction(self.origin)

    def param(self, name: str) -> str:
        """Read a part of the path."""
        value: str = self.request.path_params[name]
        return value

    def query(self, name: str, default: str = "") -> str:
        """Read a query parameter."""
        return self.request.query_params.get(name, default).strip()

    def given(self, name: str, default: str = "") -> str:
        """Read a text field of the form, without the spaces around it."""
        value = self.sent.get(name, default)
        if not isinstance(value, str):
            raise InvalidValueError(f"{name} must be text, not a file.")
        return value.strip()

    def all_given(self, name: str) -> list[str]:
        """Read every value of a field of the form."""
        return [value.strip() for value in self.sent.getlist(name) if isinstance(value, str)]

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        """Answer with a page, or with a part of one."""
        notice = self.request.cookies.get(NOTICE_COOKIE)
        shows_notice = notice is not None and not self.is_fragment
        content = render(
            template, self._context() | {"notice": unquote(notice or "") if shows_notice else ""} | context
        )
        response = self._answer(content, status)
        if shows_notice:
            response.delete_cookie(NOTICE_COOKIE)
        return response

    def part(self, part: Part) -> Response:
        """Answer with a part of a page that others may be given, too."""
        return self._answer(part.dressed(self.nonce), 200)

    def _answer(self, content: str, status: int) -> Response:
        headers = page_headers(self.nonce, secure=self.house.settings.is_secure)
        return HTMLResponse(content, status, headers | {"X-Request-Id": self.request_id})

    def go(self, path: str, notice: str = "") -> Response:
        """Send the browser to another page of ours, which shows the notice once."""
        response = RedirectResponse(path, 303, {"X-Request-Id": self.request_id, "Cache-Control": "no-store"})
        if notice:
            self.set_cookie(response, NOTICE_COOKIE, quote(notice), max_age=_NOTICE_LASTS)
        return response

    def set_cookie(self, response: Response, name: str, value: str, max_age: int | None = None) -> None:
        """Set a cookie that scripts cannot read and other sites cannot send with a write."""
        secure = self.house.settings.is_secure
        response.set_cookie(name, value, max_age=max_age, httponly=True, samesite="lax", secure=secure)

    def _context(self) -> dict[str, Any]:
        return {
            "visit": self,
            "member": None if self.guest is None else self.guest.member,
            "integration": None if self.subject is None else self.subject.integration,
            "may": self.may,
            "P": Permission,
            "now": self.now,
            "when": partial(when, now=self.now),
            "nonce": self.nonce,
            "hx": Markup('hx-nonce="{}"').format(self.nonce),
            "csrf": Markup('<input type="hidden" name="{}" value="{}">').format(
                CSRF_FIELD, csrf_token(self.secret)
            ),
            "theme": self.request.cookies.get("seatkeeper_theme", "auto"),
        }
