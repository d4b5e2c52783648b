"""Trying an issuer before people are to sign in with it: what it answers, or what is wrong and what to do."""

from dataclasses import dataclass
from typing import Final

import httpx
from pydantic import ValidationError

from seatkeeper.core.errors import InvalidValueError
from seatkeeper.operations.oidc_exchange import Metadata, new_client
from seatkeeper.operations.providers import check_issuer

_LONGEST_ANSWER: Final = 256 * 1024
_NO_PROVIDER: Final = (
    "What is there is no OpenID provider's description. Look in the provider's documents for its issuer."
)


@dataclass(frozen=True, slots=True)
class IssuerTrial:
    """What an issuer answered. ``problem`` says what is wrong, and then there is no ``metadata``."""

    address: str
    metadata: Metadata | None = None
    problem: str = ""


async def try_issuer(issuer: str) -> IssuerTrial:
    """Ask an issuer what it offers (OpenID Connect Discovery 1.0 §4). Nothing is kept."""
    try:
        checked = check_issuer(issuer)
    except InvalidValueError as error:
        return IssuerTrial("", problem=str(error))
    address = checked.rstrip("/") + "/.well-known/openid-configuration"
    try:
        metadata = Metadata.model_validate_json(await _read(address))
    except _RefusedError as error:
        return IssuerTrial(address, problem=str(error))
    except ValidationError:
        return IssuerTrial(address, problem=_NO_PROVIDER)
    if metadata.issuer.rstrip("/") != checked.rstrip("/"):
        return IssuerTrial(
            address, problem=f"It calls itself {metadata.issuer}. Enter exactly that as the issuer."
        )
    return IssuerTrial(address, metadata)


class _RefusedError(Exception):
    pass


async def _read(address: str) -> bytes:
    read = bytearray()
    try:
        async with new_client() as client, client.stream("GET", address) as answer:
            if not answer.is_success:
                raise _RefusedError(
                    f"It answered with status {answer.status_code}. Check the issuer: nothing is described there."
                )
            async for part in answer.aiter_bytes():
                read += part
                if len(read) > _LONGEST_ANSWER:
                    raise _RefusedError("Its answer is too long to be a provider's description.")
    except httpx.TimeoutException:
        raise _RefusedError("It did not answer in time. May Seatkeeper's machine reach it?") from None
    except httpx.ConnectError as error:
        raise _RefusedError(
            f"It cannot be reached: {error}. Check the name, and that Seatkeeper's machine may reach it."
        ) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _RefusedError(f"Asking it failed: {type(error).__name__}.") from None
    return bytes(read)
