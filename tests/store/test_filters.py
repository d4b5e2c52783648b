"""What filters find, what they refuse, and that a value is never more than a value."""

import pytest
from scim2_models import InvalidFilterException
from scim2_models.path import AttrPath, CompareOperator, Comparison, ScimFilter, ValuePath

from seatkeeper.core.errors import InvalidValueError
from seatkeeper.scim.models import Group
from seatkeeper.store.database import Database
from seatkeeper.store.queries.filters import compile_group_filter, compile_user_filter
from seatkeeper.store.queries.listing import ListQuery
from seatkeeper.store.queries.users import list_users
from tests.operations.directory_at_hand import directory_in
from tests.store.filtered import BADGE, ENTERPRISE, MODEL, Population, populate


@pytest.fixture
async def population(database_url: str) -> Population:
    return await populate(database_url)


FOUND: list[tuple[str, set[str]]] = [
    ('userName eq "ADA"', {"Ada"}),
    ('userName eq "σίσυφος"', {"ΣΊΣΥΦΟΣ"}),
    ('externalId eq "z1"', {"grace"}),
    ('ActiVe eq "False"', {"ΣΊΣΥΦΟΣ"}),
    ('emails[type eq "work"].value eq "GRACE@X"', {"grace"}),
    ('emails[type eq "work" and value eq "ada@x"]', {"alan%_\\"}),
    ('emails[type eq "home"].value eq "ada@x" and userName eq "grace"', {"grace"}),
    ('emails eq "ada@x"', {"grace", "alan%_\\"}),
    ('emails.value eq "ADA@x"', {"grace", "alan%_\\"}),
    ('displayName eq "Gracé"', {"grace", "alan%_\\"}),
    ('displayName eq "Grace\\u0301"', set()),
    (f'{ENTERPRISE}:manager.value eq "M1"', {"grace"}),
    (f'{ENTERPRISE}:department eq "NAVY"', {"grace"}),
    (f'{BADGE}:code eq "Ab"', {"alan%_\\"}),
    (f'{BADGE}:since eq "2026-09-01T12:30:00"', {"İpek"}),
    ('meta.lastmodified ge "2026-09-01T15:00:00Z" and meta.created lt "2026-09-01T16:00:00Z"', {"alan%_\\"}),
    ('userName co "%"', {"alan%_\\"}),
    ('userName sw "alan%_"', {"alan%_\\"}),
    ('userName ew "\\\\"', {"alan%_\\"}),
    ('title eq "x\' OR 1=1 --"', set()),
    ('title co "%s %(id)s $1"', set()),
    ('id eq "nobody"', set()),
    ("active eq true and not (emails pr or title pr or roles pr)", set()),
    ('roles[primary eq "True"].value eq "admin"', {"zoë"}),
]


def test_an_idp_finds_whom_it_looks_for(population: Population) -> None:
    for text, names in FOUND:
        assert population.users_in_sql(text) == names, text


@pytest.mark.parametrize(
    "text",
    [
        'shoeSize eq "44"',
        'name.shoeSize eq "44"',
        'emails[shoeSize eq "44"]',
        'emails[name.value eq "44"]',
        'emails[urn:x:value eq "44"]',
        'urn:example:unknown:code eq "x"',
        "name eq true",
        'name co "Ada"',
        'manager eq "M1"',
        f'{ENTERPRISE}:manager eq "M1"',
        "active gt true",
        'active eq "perhaps"',
        'meta.created gt "yesterday"',
        'meta.location eq "x"',
        'schemas eq "x"',
        'password eq "x"',
        'groups.$ref eq "x"',
        'title[value eq "x"]',
        f'{BADGE}:floor eq "third"',
        f'{BADGE}:tags[type eq "x"]',
        "title eq 5",
    ],
)
def test_what_a_filter_cannot_ask_is_an_invalid_filter(text: str) -> None:
    with pytest.raises(InvalidFilterException):
        compile_user_filter(ScimFilter(text).ast, MODEL)


def test_a_selection_within_a_selection_is_an_invalid_filter() -> None:
    inner = Comparison(AttrPath("value"), CompareOperator.eq, "x")
    nested = ValuePath(AttrPath("emails"), ValuePath(AttrPath("emails"), inner))
    with pytest.raises(InvalidFilterException):
        compile_user_filter(nested, MODEL)


@pytest.mark.parametrize("attribute", ["userName", "externalId", "id", "title", "emails", "meta.resourceType"])
@pytest.mark.parametrize("value", ["\0", "a\0b", "\ud800"])
def test_a_value_postgresql_cannot_hold_is_refused(attribute: str, value: str) -> None:
    path = AttrPath(*attribute.split("."))
    with pytest.raises(InvalidValueError):
        compile_user_filter(Comparison(path, CompareOperator.eq, value), MODEL)
    entry = Comparison(AttrPath("value"), CompareOperator.sw, value)
    with pytest.raises(InvalidValueError):
        compile_user_filter(ValuePath(AttrPath("emails"), entry), MODEL)


def test_an_operator_that_makes_no_sense_of_its_operand_matches_nobody(population: Population) -> None:
    for text in ("title co true", f"{BADGE}:floor sw 3", 'meta.created co "2026"', "title gt null"):
        assert population.users_in_sql(text) == set()


def test_groups_are_found_by_name_and_external_id(population: Population) -> None:
    assert population.groups_in_sql('displayName eq "NAVY"') == {"Navy"}
    assert population.groups_in_sql('displayName eq "e\\u0301coles"') == {"écoles"}
    assert population.groups_in_sql('externalId eq "G-Navy"') == {"Navy"}
    assert population.groups_in_sql('externalId eq "g-navy"') == set()
    assert population.groups_in_sql("not (members pr)") == {"Empty"}
    with pytest.raises(InvalidFilterException):
        compile_group_filter(ScimFilter('userName eq "ada"').ast, Group)


async def test_a_value_of_another_type_than_the_schema_says_is_no_value(
    database: Database, database_url: str
) -> None:
    here = await directory_in(database)
    odd = {"floor": "third", "weight": {"a": 1}, "valid": "yes", "since": "yesterday", "tags": "red", "code": 7}
    parts: dict[str, dict[str, object]] = {BADGE: odd, "emails": {"value": "ada@x"}}
    await here.create("ada", **parts)  # type: ignore[arg-type]
    population = Population(database_url, here.integration)
    for text in (
        f"{BADGE}:floor ge 0",
        f"{BADGE}:weight lt 9.5",
        f"{BADGE}:valid eq true",
        f'{BADGE}:since gt "2000-01-01T00:00:00Z"',
    ):
        assert population.users_in_sql(text) == set(), text
    assert population.users_in_sql(f'{BADGE}:code eq "7" or {BADGE}:tags sw "r"') == {"ada"}


async def test_a_filter_sees_only_its_own_integration(database: Database) -> None:
    here, elsewhere = await directory_in(database), await directory_in(database, "erp")
    wanted = await here.create("ada", title="Countess", externalId="1", emails=[{"value": "a@x"}])
    await elsewhere.create("ada", title="Countess", externalId="1", emails=[{"value": "a@x"}])
    async with database.read() as reader:
        for text in ('userName eq "ada"', 'externalId eq "1"', 'emails eq "a@x"', 'title eq "countess"', "id pr"):
            query = ListQuery(filter=compile_user_filter(ScimFilter(text).ast, MODEL))
            assert (await list_users(reader, here.integration.id, query)).items == [wanted], text
