"""The dialects by the name they are asked for with."""

from collections.abc import Callable, Mapping

from seatkeeper.idps.authentik import Authentik
from seatkeeper.idps.entra import Entra, EntraCompliant
from seatkeeper.idps.jumpcloud import JumpCloud
from seatkeeper.idps.okta import Okta, OktaCustom
from seatkeeper.idps.onelogin import OneLogin
from seatkeeper.idps.providers import IdentityProvider

DIALECTS: Mapping[str, Callable[[str, str], IdentityProvider]] = {
    "okta": Okta,
    "okta-custom": OktaCustom,
    "entra": Entra,
    "entra-aadOptscim062020": EntraCompliant,
    "onelogin": OneLogin,
    "jumpcloud": JumpCloud,
    "authentik": Authentik,
}
"""Each is made with a SCIM base URL and a token."""
