"""How identity providers may authenticate, as ``/ServiceProviderConfig`` tells it (RFC 7643 §5)."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from scim2_models import AuthenticationScheme

from seatkeeper.core.credentials import CredentialKind

_ABOUT: Mapping[CredentialKind, tuple[AuthenticationScheme.Type, str, str, str]] = {
    CredentialKind.BEARER: (
        AuthenticationScheme.Type.oauthbearertoken,
        "Bearer token",
        "A token of the integration, sent as 'Authorization: Bearer <token>'.",
        "https://www.rfc-editor.org/info/rfc6750",
    ),
    CredentialKind.BASIC: (
        AuthenticationScheme.Type.httpbasic,
        "User name and secret",
        "A user name and a secret of the integration, sent as HTTP Basic in UTF-8.",
        "https://www.rfc-editor.org/info/rfc7617",
    ),
    CredentialKind.OAUTH: (
        AuthenticationScheme.Type.oauth2,
        "OAuth 2 client credentials",
        "An access token from /oauth/token below the base URL, sent as 'Authorization: Bearer <token>'.",
        "https://www.rfc-editor.org/info/rfc6749",
    ),
}
"""Complete: a test holds it against ``CredentialKind``."""


def list_schemes(kinds: Collection[CredentialKind], caller: CredentialKind) -> list[dict[str, Any]]:
    """Describe the kinds of which there are good credentials; the caller's own is the primary one."""
    return [_described(kind, kind is caller) for kind in CredentialKind if kind in kinds or kind is caller]


@cache
def _described(kind: CredentialKind, is_primary: bool) -> dict[str, Any]:
    scheme_type, name, description, spec_uri = _ABOUT[kind]
    scheme = AuthenticationScheme(
        type=scheme_type, name=name, description=description, spec_uri=spec_uri, primary=is_primary
    )
    return scheme.model_dump()
