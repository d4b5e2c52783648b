"""One pool of connections to one app."""

import asyncio
import ssl
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from types import TracebackType
from typing import Any, Self, TypeAlias

import httpx
import stamina

from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import CredentialsRefusedError, RejectedError, TransientError
from seatkeeper.spi.http.answers import Answer, is_throttled, throttled_error
from seatkeeper.spi.http.settings import HTTPSettings
from seatkeeper.spi.http.transports import CheckedTransport, public_trust

LARGEST = 16 * 1024 * 1024
"""Bytes of one answer, after decompression."""
_HOPS = 3
_SAFE = frozenset({"GET", "HEAD"})
_TRUST = (
    "Name the authority that signed the certificate under Certificate authorities, and write the address as the"
    " certificate names the server."
)


class _PassingError(TransientError):
    """Worth a second try at once, where the call only reads."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request.

    ``document`` is sent as JSON, ``fields`` as a multipart form, ``content`` as it is, with its media type among
    ``headers``. ``public`` marks what an app may answer to anybody, ``reads`` what changes nothing whatever its
    method.
    """

    method: str
    path: str
    params: Mapping[str, str | int | Sequence[str]] = field(default_factory=dict)
    document: Any = None
    content: bytes | None = None
    fields: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    public: bool = False
    reads: bool = False

    @property
    def title(self) -> str:
        """Name the call to people, without its query, which may hold somebody's data."""
        return f"{self.method} {self.path.partition('?')[0]}"


Judge: TypeAlias = Callable[[Answer], bool]
"""What is known of one call's answers. Raises what a refusal means, says True for an answer that is fine whatever
its status, and False where it knows nothing of it.
"""


class AppClient:
    """Sends calls; may be used by several tasks of one event loop at the same time.

    ``probe`` is a call that any working service account may make. It settles what a 403 means: where the
    probe is answered, the account is good and lacks one permission; where not, the account itself is refused.
    Without ``takes_pages`` an HTML page is no success, whatever its status: the app has not seen the call.
    """

    def __init__(
        self,
        settings: HTTPSettings,
        authentication: httpx.Auth | None = None,
        *,
        probe: Call | None = None,
        secrets: Collection[str] = (),
        media_type: str = "application/json",
        takes_pages: bool = False,
    ) -> None:
        self._settings = settings
        self._probe = probe
        self._secrets = secrets
        self._media_type = media_type
        self._takes_pages = takes_pages
        self._admitted = False
        self._client = httpx.AsyncClient(
            auth=authentication,
            headers={"User-Agent": f"seatkeeper/{version('seatkeeper')}", "Accept": _accepted(media_type)},
            timeout=httpx.Timeout(settings.timeout_seconds, connect=min(10.0, settings.timeout_seconds)),
            transport=CheckedTransport(
                verify=_trust(settings.ca_bundle),
                limits=httpx.Limits(max_connections=50, max_keepalive_connections=20),
                proxy=settings.proxy,
            ),
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def send(self, call: Call, judge: Judge = lambda _: False) -> Answer:
        """Send a call and return the answer, whatever a caller can make sense of: 2xx, 4xx and 5xx alike.

        What ``judge`` knows goes before what a status usually means. Raises ``CredentialsRefusedError`` (401, and
        403 of a service account that may do nothing), ``RejectedError`` (403 of one that lacks a permission, a
        redirect elsewhere, an answer too large), ``ThrottledError`` and ``TransientError``. Only reading is
        repeated, up to three times.
        """
        attempts = 3 if call.reads or call.method in _SAFE else 1
        async for attempt in stamina.retry_context(
            on=_PassingError, attempts=attempts, timeout=None, wait_initial=0.1, wait_max=1.0, wait_jitter=0.1
        ):
            with attempt:
                return await self._judge(call, await self._exchange(call), judge)
        raise AssertionError("a retry context ends in a result or an error")

    async def _judge(self, call: Call, answer: Answer, judge: Judge) -> Answer:
        if judge(answer):
            self._admitted = self._admitted or not call.public
            return answer
        match answer.status:
            case 401:
                raise CredentialsRefusedError(f"{call.title} answered 401: the app refused the service account.")
            case 429 | 403 | 503 if is_throttled(answer):
                raise throttled_error(answer)
            case 403:
                raise await self._forbidden(call, answer)
            case 502 | 503 | 504:
                raise _PassingError(f"{call.title} answered {answer.status}.")
        if answer.is_success and answer.is_page and not self._takes_pages:
            raise TransientError(
                f"{call.title} answered with a page for people, not with the app's API.",
                remedy="See what stands before the app, a sign-in page or a proxy, or correct the address.",
            )
        if not call.public and answer.is_success:
            self._admitted = True
        return answer

    async def _forbidden(self, call: Call, answer: Answer) -> CredentialsRefusedError | RejectedError:
        if not self._admitted and self._probe is not None and call != self._probe:
            try:
                await self.send(self._probe)
            except CredentialsRefusedError as error:
                return error
        if self._admitted:
            message = f"{call.title} answered 403: the service account lacks a permission. {answer.shown()}"
            return RejectedError(message.strip(), ProblemCode.PERMISSION_MISSING)
        return CredentialsRefusedError(f"{call.title} answered 403: the app refused the service account.")

    async def _exchange(self, call: Call) -> Answer:
        # A media type without a body upsets some apps, on DELETE above all.
        media = {} if call.document is None else {"Content-Type": self._media_type}
        request = self._client.build_request(
            call.method,
            self._settings.base_url + call.path,
            params=dict(call.params) or None,
            json=call.document,
            content=call.content,
            files=None if call.fields is None else {name: (None, text) for name, text in call.fields.items()},
            headers={**media, **call.headers},
        )
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                return await self._follow(call, request)
        except TimeoutError:
            seconds = f"{self._settings.timeout_seconds:g}"
            raise TransientError(f"{call.title} was not answered within {seconds} s.") from None
        except httpx.TransportError as error:
            distrust = _distrust(error)
            if distrust is not None:
                said = f"{call.title} failed: the app's certificate is not trusted: {distrust}."
                raise TransientError(said, remedy=_TRUST) from None
            raise _PassingError(f"{call.title} failed: {_cause(error)}.") from None
        except (httpx.InvalidURL, httpx.DecodingError) as error:
            raise TransientError(f"{call.title} failed: {type(error).__name__}.") from None

    async def _follow(self, call: Call, request: httpx.Request) -> Answer:
        for _ in range(_HOPS):
            response = await self._client.send(request, stream=True)
            try:
                if not response.has_redirect_location:
                    return await self._read(call, response)
                request = _next_hop(call, request, response)
            finally:
                await response.aclose()
        raise RejectedError(f"{call.title} was redirected in a circle.", ProblemCode.SETTINGS_INVALID)

    async def _read(self, call: Call, response: httpx.Response) -> Answer:
        content = bytearray()
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > LARGEST:
                raise RejectedError(
                    f"{call.title} answered with more than {LARGEST // 2**20} MiB.", ProblemCode.SETTINGS_INVALID
                )
        return Answer(call.title, response.status_code, response.headers, bytes(content), self._secrets)


def _next_hop(call: Call, request: httpx.Request, response: httpx.Response) -> httpx.Request:
    target = request.url.join(response.headers["location"])
    here = (request.url.scheme, request.url.host, request.url.port)
    keeps_method = call.method in _SAFE or response.status_code in {307, 308}
    if (target.scheme, target.host, target.port) != here or not keeps_method:
        raise RejectedError(
            f"{call.title} was redirected to {target.scheme}://{target.netloc.decode()}{target.path}, which is not"
            " followed. Correct the address in the settings.",
            ProblemCode.SETTINGS_INVALID,
        )
    headers = {name: value for name, value in request.headers.items() if name != "authorization"}
    return httpx.Request(
        request.method, target, headers=headers, content=request.content, extensions=request.extensions
    )


def _trust(ca_bundle: str | None) -> ssl.SSLContext:
    if ca_bundle is None:
        return public_trust()
    try:
        return ssl.create_default_context(cafile=ca_bundle)
    except OSError as error:
        raise RejectedError(
            f"The certificate authorities in {ca_bundle} cannot be read: {type(error).__name__}.",
            ProblemCode.SETTINGS_INVALID,
        ) from None


def _accepted(media_type: str) -> str:
    return media_type if media_type == "application/json" else f"{media_type}, application/json"


def _distrust(error: BaseException) -> str | None:
    """Find out whether a call failed because the server did not prove who it is."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    return None if cause is None else str(cause.verify_message)


def _cause(error: httpx.TransportError) -> str:
    detail = str(error).rstrip(".")
    return f"{type(error).__name__}: {detail}" if detail else type(error).__name__
