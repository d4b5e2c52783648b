"""A schema that declares an attribute unique later: everybody's values are claimed, duplicates are refused."""

from dataclasses import replace
from typing import Any

import pytest

from seatkeeper.core.errors import AlreadyExistsError
from seatkeeper.core.integrations import SchemaAttribute
from seatkeeper.core.schema import ENTERPRISE_USER, STANDARD_SCHEMA
from seatkeeper.core.values import Json
from seatkeeper.operations.checks import DraftInvalidError, IntegrationDraft
from seatkeeper.operations.integrations import change_integration, create_integration
from seatkeeper.store.database import Database
from tests.operations.directory_at_hand import Directory
from tests.operations.integrations_at_hand import ADMIN
from tests.operations.paper import CONNECTORS, KEYRING, a_draft


def _draft(*, unique: bool = False) -> IntegrationDraft:
    others = (each for each in STANDARD_SCHEMA if each.name != "title")
    return replace(a_draft(), schema=(*others, SchemaAttribute("title", unique=unique)))


def _extended(urn: str, **attributes: Json) -> dict[str, Any]:
    return {urn: attributes}


@pytest.fixture
async def here(database: Database) -> Directory:
    """An integration where titles may be shared."""
    async with database.transaction(ADMIN) as tx:
        return Directory(database, await create_integration(tx, _draft(), CONNECTORS, KEYRING))


async def _changed(here: Directory, draft: IntegrationDraft) -> Directory:
    async with here.database.transaction(ADMIN) as tx:
        saved = await change_integration(tx, draft, CONNECTORS, KEYRING)
    return replace(here, integration=saved.integration)


async def test_what_people_have_when_an_attribute_becomes_unique_is_theirs(here: Directory) -> None:
    ada = await here.create("ada", title="Countess")
    here = await _changed(here, _draft(unique=True))
    with pytest.raises(AlreadyExistsError, match='the same "title"'):
        await here.create("bob", title="countess")
    await here.change(ada, title="Queen")
    await here.create("bob", title="countess")


async def test_an_attribute_whose_values_are_shared_cannot_become_unique(here: Directory) -> None:
    for name, title in (("ada", "Dr"), ("bob", "dr"), ("eve", "Prof"), ("joe", "DR")):
        await here.create(name, title=title)
    before = await here.row("integrations")
    with pytest.raises(DraftInvalidError) as refusal:
        await _changed(here, _draft(unique=True))
    assert str(refusal.value) == (
        "schema: title cannot become unique, since these people have the same value: ada and bob; ada and joe."
        " Let the identity provider send different ones first"
    )
    assert await here.row("integrations") == before
    assert await here.rows("unique_values") == []


async def test_of_many_duplicates_some_are_named(here: Directory) -> None:
    for number in range(9):
        await here.create(f"person-{number}", title="Dr")
    with pytest.raises(DraftInvalidError, match=r"person-0 and person-5; and 3 more\."):
        await _changed(here, _draft(unique=True))


async def test_an_attribute_that_is_no_longer_unique_may_be_shared(here: Directory) -> None:
    here = await _changed(here, _draft(unique=True))
    await here.create("ada", title="Dr")
    here = await _changed(here, _draft())
    await here.create("bob", title="Dr")
    assert await here.rows("unique_values") == []


@pytest.mark.parametrize(
    ("attribute", "sentence"),
    [
        (
            SchemaAttribute("urn:x:y:desk", "complex", unique=True),
            "has parts: declare the part unique that must be",
        ),
        (SchemaAttribute("title", case_exact=True), "is of the standard, which does not tell its values apart"),
    ],
)
async def test_a_schema_that_cannot_be_kept_is_refused(
    here: Directory, attribute: SchemaAttribute, sentence: str
) -> None:
    draft = replace(a_draft(), schema=(*STANDARD_SCHEMA, attribute))
    with pytest.raises(DraftInvalidError, match=f"schema: {attribute.name} {sentence}"):
        await _changed(here, draft)


async def test_what_becomes_unique_without_case_is_claimed_anew_with_it(here: Directory) -> None:
    badge = "urn:x:y:badge"
    exact = SchemaAttribute(badge, unique=True, case_exact=True)
    here = await _changed(here, replace(a_draft(), schema=(*STANDARD_SCHEMA, exact)))
    await here.create("ada", **_extended("urn:x:y", badge="a"))
    await here.create("bob", **_extended("urn:x:y", badge="A"))
    folded = replace(a_draft(), schema=(*STANDARD_SCHEMA, replace(exact, case_exact=False)))
    with pytest.raises(DraftInvalidError, match="ada and bob"):
        await _changed(here, folded)


async def test_the_manager_of_a_person_is_told_apart_by_case_as_the_standard_has_it(here: Directory) -> None:
    manager = SchemaAttribute(f"{ENTERPRISE_USER}:manager.value", unique=True)
    others = tuple(each for each in STANDARD_SCHEMA if each.name != manager.name)
    here = await _changed(here, replace(a_draft(), schema=(*others, manager)))
    for name, value in (("ada", "x"), ("bob", "X")):
        await here.create(name, **_extended(ENTERPRISE_USER, manager={"value": value}))
