"""``seatkeeper token networks``: from where an integration's SCIM endpoint may be called."""

from collections.abc import Sequence
from typing import Annotated

import typer

from seatkeeper.bootstrap.parts import Parts
from seatkeeper.cli.finding import Slug, find_by_slug
from seatkeeper.cli.opening import carry_out, me
from seatkeeper.cli.printing import say
from seatkeeper.core.networks import Network
from seatkeeper.operations.networks import set_networks
from seatkeeper.store.queries.networks import list_networks

From = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NETWORK]...", help="As 192.0.2.0/24 or 2001:db8::/32: the whole list."),
]
Everywhere = Annotated[bool, typer.Option("--everywhere", help="Allow every address again.")]
Knowing = Annotated[bool, typer.Option("--knowing", help="Even where that shuts out who called last.")]


def networks(
    integration: Slug, only_from: From = None, everywhere: Everywhere = False, knowing: Knowing = False
) -> None:
    """Say from which networks the integration may be called; without any, tell from which it may be."""
    if only_from and everywhere:
        raise typer.BadParameter("Give networks or --everywhere, not both.")

    async def change(parts: Parts) -> Sequence[Network]:
        async with parts.database.transaction(me()) as tx:
            found = await find_by_slug(tx, integration)
            if not only_from and not everywhere:
                return await list_networks(tx, found.id)
            return await set_networks(tx, found, " ".join(only_from or ()), knowing=knowing)

    now = carry_out(change)
    say("\n".join(map(str, now)) if now else f"{integration} may be called from everywhere.")
