"""Messages by mail and chat, through Apprise. It is loaded when it is first needed, aside of requests and jobs."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from seatkeeper.core.errors import InvalidValueError
from seatkeeper.engine.notices import Message
from seatkeeper.engine.undelivered import UndeliveredError
from seatkeeper.engine.webhooks import LOOPBACK
from seatkeeper.store.texts import check_text

_PATIENCE: Final = 60.0
_LONGEST_URL: Final = 2000
_UNKNOWN: Final = (
    "Apprise does not know this kind of address. Mail: mailtos://user:password@mail.example.org?to=it@example.org."
    " Slack: https://hooks.slack.com/services/… Teams: the address of its workflow."
)
# Threads of their own: a mail server that does not answer takes none from the jobs.
_threads: Final = ThreadPoolExecutor(4, thread_name_prefix="messenger")


async def check_address(address: str) -> tuple[str, str]:
    """Give an Apprise URL back, and the name of the service it leads to, which holds none of its secrets.

    Raises ``InvalidValueError``, which never repeats the address.
    """
    address = check_text(address.strip(), "The address")
    if len(address) > _LONGEST_URL or not address.isprintable():
        raise InvalidValueError(f"Give one address of at most {_LONGEST_URL} characters.")
    service = await asyncio.get_running_loop().run_in_executor(_threads, _instantiate, address)
    if service is None:
        raise InvalidValueError(_UNKNOWN)
    if not service.secure_protocol:
        raise InvalidValueError("This tells only the machine itself. Choose a service that reaches people.")
    if not service.verify_certificate:
        raise InvalidValueError("The certificate must be verified: leave verify=no out of the address.")
    host = getattr(service, "smtp_host", None) or service.host
    if service.protocol and not service.secure and host not in LOOPBACK:
        raise InvalidValueError(
            f"This address is not encrypted: begin it with {_name(service.secure_protocol)}:// instead."
        )
    return address, str(service.service_name)


async def deliver(address: str, message: Message) -> None:
    """Send one message. Raises ``UndeliveredError``."""
    loop = asyncio.get_running_loop()
    sending = loop.run_in_executor(_threads, _send, address, message)
    try:
        sent = await asyncio.wait_for(sending, _PATIENCE)
    except TimeoutError:
        raise UndeliveredError(f"The service did not answer within {_PATIENCE:.0f} seconds.") from None
    if not sent:
        raise UndeliveredError(
            "The service did not take the message. Check the address, and that what is in it is still good."
        )


def _send(address: str, message: Message) -> bool:
    service = _instantiate(address)
    return service is not None and bool(service.notify(title=message.title, body=message.body, body_format="text"))


def _instantiate(address: str) -> Any:
    import apprise  # noqa: PLC0415 - see above

    # It would log what services answer, and addresses with it.
    logging.getLogger("apprise").disabled = True
    return apprise.Apprise.instantiate(address, suppress_exceptions=True)


def _name(protocol: Any) -> str:
    return str(protocol if isinstance(protocol, str) else protocol[0])
