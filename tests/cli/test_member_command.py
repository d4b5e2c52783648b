"""``seatkeeper member``: inviting, listing, and the way back in."""

from tests.cli.conftest import Installation


async def test_a_member_is_invited_listed_and_given_another_link(seatkeeper: Installation) -> None:
    assert seatkeeper.read("member", "list") == []
    made = seatkeeper.read("member", "invite", "ada@example.org", "--role", "admin", "--name", "Ada Lovelace")
    assert "/join/" in made["link"]
    [listed] = seatkeeper.read("member", "list")
    assert (listed["name"], listed["role"], listed["state"]) == ("Ada Lovelace", "admin", "invited")
    told = seatkeeper.say("member", "link", "ADA@example.org", "--remove-second-step")
    assert "Ada Lovelace (ada@example.org)" in told
    assert made["link"].rpartition("/")[2] not in told
    assert "ada@example.org" in seatkeeper.say("member", "list")


async def test_what_cannot_be_is_told_in_a_sentence(seatkeeper: Installation) -> None:
    seatkeeper.say("member", "invite", "bob@example.org")
    assert "is a member already" in seatkeeper.refuse("member", "invite", "Bob@Example.org")
    assert "such as ada@example.org" in seatkeeper.refuse("member", "invite", "bob")
    assert "There is no member eve@example.org" in seatkeeper.refuse("member", "link", "eve@example.org")
    assert "owner" in seatkeeper.refuse("member", "invite", "x@example.org", "--role", "owner", status=2)
