"""``seatkeeper member``: the people who may sign in, and the way back in for those who no longer can."""

from datetime import datetime
from typing import Annotated

import typer

from seatkeeper.bootstrap.parts import Parts
from seatkeeper.bootstrap.setup_link import base_url
from seatkeeper.cli.opening import carry_out, me
from seatkeeper.cli.printing import AsJSON, print_fields, print_json, print_table, say, short_time
from seatkeeper.core.access import WorkspaceRole
from seatkeeper.core.errors import NotFoundError
from seatkeeper.operations.invitations import Invitation, invite_member, make_link
from seatkeeper.store.queries.members import ListedMember, find_member, list_members

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The e-mail address they sign in with.")]
Role = Annotated[WorkspaceRole, typer.Option("--role", help="What they may do in the workspace.")]
Name = Annotated[str, typer.Option("--name", help="Their name; without it they give it themselves.")]
WithoutTOTP = Annotated[
    bool, typer.Option("--remove-second-step", help="Also remove their authenticator app, which they have lost.")
]


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    group = typer.Typer(
        no_args_is_help=True, help="List and invite the people who may sign in, and let locked-out ones in again."
    )
    group.command("list")(list_all)
    group.command("invite")(invite)
    group.command("link")(link)
    app.add_typer(group, name="member")


def list_all(as_json: AsJSON = False) -> None:
    """List the members, those who are disabled or have not come yet too."""

    async def read(parts: Parts) -> tuple[list[ListedMember], datetime]:
        async with parts.database.read() as reader:
            return await list_members(reader), parts.engine.clock()

    members, now = carry_out(read)
    if as_json:
        print_json([_document(member) for member in members])
        return
    print_table(
        ["e-mail", "name", "role", "state", "second step", "since"],
        [
            [
                each.member.email,
                each.member.name,
                each.member.role.value,
                _state(each),
                "yes" if each.has_totp else "no",
                short_time(each.created_at, now),
            ]
            for each in members
        ],
        nothing="There is no member yet. Start seatkeeper web: it prints the link that makes the first Admin.",
    )


def invite(email: Email, role: Role = WorkspaceRole.MEMBER, name: Name = "", as_json: AsJSON = False) -> None:
    """Add a member, and print the link with which they choose a password."""

    async def make(parts: Parts) -> tuple[Invitation, str]:
        async with parts.database.transaction(me()) as tx:
            return await invite_member(tx, email, name, role), base_url(parts, parts.settings.port)

    _show(*carry_out(make), as_json=as_json)


def link(email: Email, remove_second_step: WithoutTOTP = False, as_json: AsJSON = False) -> None:
    """Print a one-time link with which a member chooses a new password: the way back in."""

    async def make(parts: Parts) -> tuple[Invitation, str]:
        async with parts.database.transaction(me()) as tx:
            found = await find_member(tx, email)
            if found is None:
                raise NotFoundError(f"There is no member {email}. seatkeeper member list shows them all.")
            return await make_link(tx, found.member.id, forgets_totp=remove_second_step), base_url(
                parts, parts.settings.port
            )

    _show(*carry_out(make), as_json=as_json)


def _show(invitation: Invitation, where: str, *, as_json: bool) -> None:
    url = where + invitation.path
    if as_json:
        email = invitation.member.email
        print_json({"id": invitation.member.id, "email": email, "link": url, "expires_at": invitation.expires_at})
        return
    print_fields([("member", f"{invitation.member.name} ({invitation.member.email})"), ("link", url)])
    say("It works once, within three days, and is not shown again.", style="dim")


def _state(member: ListedMember) -> str:
    if member.disabled_at is not None:
        return "disabled"
    return "active" if member.has_entered else "invited"


def _document(member: ListedMember) -> dict[str, object]:
    return {
        "id": member.member.id,
        "email": member.member.email,
        "name": member.member.name,
        "role": member.member.role.value,
        "state": _state(member),
        "second_step": member.has_totp,
        "created_at": member.created_at,
        "disabled_at": member.disabled_at,
    }
