"""The connector is found by its entry point, and a new integration starts with a mapping that works."""

from datetime import UTC, datetime
from uuid import UUID

from seatkeeper.connectors.scim import connector
from seatkeeper.core.ids import UserId
from seatkeeper.core.mapping import compile_mapping
from seatkeeper.core.users import User
from seatkeeper.core.values import Attributes
from seatkeeper.engine.registry import get_connector
from seatkeeper.spi.settings import describe_settings, secret_names
from tests.connectors.scim.witnesses import ENTERPRISE


def mapped(**document: object) -> Attributes:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    user = User(
        id=UserId(UUID(int=1)),
        user_name="ada@example.com",
        external_id="00u1",
        active=True,
        document={"userName": "ada@example.com", "externalId": "00u1", **document},  # type: ignore[dict-item]
        version=1,
        created_at=now,
        updated_at=now,
    )
    return compile_mapping(connector.mapping).attributes(user, ())


def test_the_connector_is_found_by_name() -> None:
    assert get_connector("scim") is connector


def test_the_first_mapping_fills_a_whole_account() -> None:
    assert mapped(
        name={"givenName": "Ada", "familyName": "Lovelace"},
        emails=[
            {"value": "ada@home.example", "type": "home", "primary": True},
            {"value": "ada@example.com", "type": "work"},
        ],
        title="Engineer",
        **{ENTERPRISE: {"department": "Engineering"}},
    ) == {
        "userName": "ada@example.com",
        "externalId": "00u1",
        "name.givenName": "Ada",
        "name.familyName": "Lovelace",
        "name.formatted": "Ada Lovelace",
        "displayName": "Ada Lovelace",
        "emails": "ada@example.com",
        "title": "Engineer",
        f"{ENTERPRISE}:department": "Engineering",
    }


def test_the_first_mapping_takes_a_person_with_nothing_but_a_name() -> None:
    filled = {name: value for name, value in mapped().items() if value not in {None, "", ()}}
    assert filled == {"userName": "ada@example.com", "externalId": "00u1"}


def test_the_form_names_every_setting_and_its_secrets() -> None:
    assert secret_names(connector.settings) == {"token", "password", "client_secret"}
    described = {each.name: each for each in describe_settings(connector.settings)}
    assert [name for name, each in described.items() if each.required] == ["base_url"]
    assert described["authentication"].choices == ("bearer", "basic", "oauth2", "none")
    assert all(each.title and each.description for each in described.values())
