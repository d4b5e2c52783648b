"""How an integration stands, in one word for people."""

from enum import StrEnum

from seatkeeper.core.integrations import Integration, IntegrationState


class Health(StrEnum):
    """The states of the list of integrations, worst last."""

    HEALTHY = "healthy"
    VALIDATING = "validating"
    """Live, and nothing has been proven in the app yet."""
    DRAFT = "draft"
    PAUSED = "paused"
    NEEDS_ATTENTION = "needs attention"
    QUARANTINED = "quarantined"


def health_of(integration: Integration, *, proven: bool, failed: int, tasks: int) -> Health:
    """Say how an integration stands.

    ``failed`` jobs and open ``tasks`` ask for somebody; ``proven`` says that a job ended well before.
    """
    if integration.quarantined:
        return Health.QUARANTINED
    match integration.state:
        case IntegrationState.DRAFT:
            return Health.DRAFT
        case IntegrationState.PAUSED:
            return Health.PAUSED
        case IntegrationState.LIVE:
            if failed or tasks:
                return Health.NEEDS_ATTENTION
            return Health.HEALTHY if proven else Health.VALIDATING
