"""The dialects by the name they are asked for with."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from seatkeeper.idps.authentik import Authentik
from seatkeeper.idps.entra import Entra, EntraCompliant
from seatkeeper.idps.jumpcloud import JumpCloud
from seatkeeper.idps.okta import Okta, OktaCustom
from seatkeeper.idps.onelogin import OneLogin
from seatkeeper.idps.providers import IdentityProvider


class Dialect(StrEnum):
    """How an identity provider talks."""

    OKTA = "okta"
    OKTA_CUSTOM = "okta-custom"
    ENTRA = "entra"
    ENTRA_COMPLIANT = "entra-aadOptscim062020"
    ONELOGIN = "onelogin"
    JUMPCLOUD = "jumpcloud"
    AUTHENTIK = "authentik"


DIALECTS: Mapping[Dialect, Callable[[str, str], IdentityProvider]] = {
    Dialect.OKTA: Okta,
    Dialect.OKTA_CUSTOM: OktaCustom,
    Dialect.ENTRA: Entra,
    Dialect.ENTRA_COMPLIANT: EntraCompliant,
    Dialect.ONELOGIN: OneLogin,
    Dialect.JUMPCLOUD: JumpCloud,
    Dialect.AUTHENTIK: Authentik,
}
"""Complete. Each is made with a SCIM base URL and a token."""
