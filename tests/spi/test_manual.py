"""The connector ``manual``: what people are told is checked beforehand, and holds no markup of a value."""

import pytest

from seatkeeper.connectors.manual import connector
from seatkeeper.connectors.manual.sessions import ManualSession
from seatkeeper.connectors.manual.settings import ManualSettings
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.handwork import Whom
from seatkeeper.core.steps import DeleteAccount, GrantEntitlements, UpdateAccount
from seatkeeper.spi.connector import GuidesPeople, check
from seatkeeper.spi.settings import SettingsInvalidError, validate_settings


@pytest.mark.parametrize(
    "settings",
    [
        {"creating": "Enter ${acount.login}"},
        {"creating": "Enter ${account.login"},
        {"entitlements": ["Administrator"]},
        {"due_after_days": 0},
        {"check": "nobody in particular"},
    ],
)
def test_what_could_not_be_followed_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(SettingsInvalidError):
        validate_settings(ManualSettings, settings)


async def test_values_are_text_in_the_instructions_whatever_they_hold() -> None:
    told = validate_settings(
        ManualSettings,
        {
            "updating": "Set the title to ${changes.title}",
            "granting": "Add ${entitlements[0].value}",
            "deleting": "Look under ${account.floor}",
        },
    )
    session = ManualSession(told)
    assert isinstance(session, GuidesPeople)
    assert await check(session) == [""]
    ada = Whom("ada", None, {"title": "[click](http://evil)\n# Big <b>"})
    update = UpdateAccount({"title": "x"}, {"title": None})
    assert session.guide(update, ada).text == r"Set the title to \[click\]\(http://evil\) \# Big \<b\>"
    assert session.guide(GrantEntitlements((Entitlement("role", "a*b"),)), ada).text == r"Add a\*b"
    assert "cannot be filled in" in session.guide(DeleteAccount(), ada).text
    assert connector.name == "manual"
