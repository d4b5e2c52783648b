"""``seatkeeper integration delete``."""

from typing import Annotated

import typer

from seatkeeper.bootstrap.parts import Parts
from seatkeeper.cli.finding import Slug
from seatkeeper.cli.opening import carry_out, me
from seatkeeper.cli.printing import say
from seatkeeper.core.wording import describe_forgotten
from seatkeeper.operations.deletions import delete_integration, survey_deletion
from seatkeeper.store.queries.holdings import Holdings

Confirm = Annotated[str | None, typer.Option("--confirm", metavar="INTEGRATION", help="The slug, once more.")]


def delete(integration: Slug, confirm: Confirm = None) -> None:
    """Forget an integration and all that is kept of it. The app is not touched."""
    if confirm is None:
        found = carry_out(lambda parts: _survey(parts, integration))
        say(f"This would forget {_told(found)}, and {integration} itself. The app is not touched.")
        say(f"To do so: seatkeeper integration delete {integration} --confirm {integration}")
        raise typer.Exit(1)
    forgotten = carry_out(lambda parts: _delete(parts, integration, confirm))
    say(f"{integration} is deleted: {_told(forgotten)} are forgotten. The app was not touched.")


async def _survey(parts: Parts, slug: str) -> Holdings:
    async with parts.database.read() as reader:
        return await survey_deletion(reader, slug)


async def _delete(parts: Parts, slug: str, confirm: str) -> Holdings:
    async with parts.database.transaction(me()) as tx:
        return await delete_integration(tx, slug, confirm=confirm)


def _told(holdings: Holdings) -> str:
    return describe_forgotten(holdings.as_document())
