"""What only ``seatkeeper doctor`` looks at: whether the key opens what it sealed."""

from collections.abc import Collection, Mapping

from seatkeeper.bootstrap.errors import StartError
from seatkeeper.bootstrap.keys import key_file_of, open_keyring
from seatkeeper.bootstrap.settings import Settings
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration
from seatkeeper.operations.findings import Finding
from seatkeeper.store.sealing import SealError


def look_at_key(
    settings: Settings, integrations: Collection[Integration], sealed: Mapping[IntegrationId, bytes]
) -> Finding:
    """Is there a key, and does it open the secrets of every integration?"""
    file = key_file_of(settings)
    if file is not None and not file.exists():
        return Finding(
            "key", f"there is no key file {file}", "Restore it from your backup, or run: seatkeeper serve"
        )
    try:
        keyring = open_keyring(settings)
    except StartError as error:
        return Finding("key", str(error), "Give the key your secrets were sealed with.")
    shut: list[str] = []
    for integration in integrations:
        try:
            keyring.unseal_secrets(sealed.get(integration.id), bound_to=str(integration.id))
        except SealError:
            shut.append(integration.slug)
    if shut:
        remedy = "Give the key they were sealed with too, or enter them again: seatkeeper apply -f FILE"
        return Finding("key", f"does not open the secrets of {', '.join(shut)}", remedy)
    return Finding("key", f"{keyring.current} opens the secrets of {len(sealed)} integrations")
