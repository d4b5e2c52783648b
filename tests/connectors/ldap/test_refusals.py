"""Whatever a directory refuses reaches people in its own words, as the kind of failure it is."""

import pytest

from lab.slapd import PEOPLE, READER_DN, Slapd
from seatkeeper.connectors.ldap.groups import SwitchingAndGrouping
from seatkeeper.connectors.ldap.protocol.responses import Result
from seatkeeper.connectors.ldap.refusals import interpret, interpret_bind
from seatkeeper.connectors.ldap.sessions import connect
from seatkeeper.core.ids import Uid
from seatkeeper.core.problems import ProblemCode
from seatkeeper.core.values import Attributes
from seatkeeper.spi.connector import check
from seatkeeper.spi.errors import (
    AccountExistsError,
    AccountNotFoundError,
    ConnectorError,
    CredentialsRefusedError,
    RejectedError,
    TransientError,
    UnsupportedError,
)
from tests.connectors.ldap.conftest import settings_for
from tests.connectors.ldap.samples import person, person_ldif

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("slapd")]


@pytest.mark.parametrize(
    ("changes", "words", "code"),
    [
        ({"mail": "ü@example.org"}, "mail: value #0 invalid per syntax", ProblemCode.REJECTED_VALUE),
        ({"nickname": "Ada"}, "nickname: attribute type undefined", ProblemCode.REJECTED_VALUE),
        ({"carLicense": "lower"}, "modify breaks constraint on carLicense", ProblemCode.REJECTED_VALUE),
        ({"preferredLanguage": ("en", "fr")}, "preferredLanguage: multiple values", ProblemCode.REJECTED_VALUE),
        ({"loginShell": "/bin/sh"}, "attribute 'loginShell' not allowed", ProblemCode.REJECTED_VALUE),
        ({"sn": None}, "requires attribute 'sn'", ProblemCode.REQUIRED_MISSING),
    ],
)
async def test_a_value_it_does_not_take_is_rejected_with_the_attribute(
    session: SwitchingAndGrouping, directory: Slapd, changes: Attributes, words: str, code: ProblemCode
) -> None:
    uid = await session.create_account(person("ada"))
    before = directory.people()
    with pytest.raises(RejectedError, match=words) as refused:
        await session.update_account(uid, {"title": "also this", **changes})
    assert refused.value.code is code
    assert directory.people() == before


async def test_what_is_missing_on_create_is_named(session: SwitchingAndGrouping) -> None:
    with pytest.raises(RejectedError, match="requires attribute 'sn'") as refused:
        await session.create_account({"uid": "ada", "cn": "Ada"})
    assert refused.value.code is ProblemCode.REQUIRED_MISSING
    with pytest.raises(RejectedError, match="needs uid") as refused:
        await session.create_account({"cn": "Ada", "sn": "Lovelace"})
    assert refused.value.code is ProblemCode.REQUIRED_MISSING


async def test_a_uid_taken_in_another_branch_is_told_from_a_broken_rule(
    session: SwitchingAndGrouping, directory: Slapd
) -> None:
    directory.write(f"dn: ou=staff,{PEOPLE}\nobjectClass: organizationalUnit\nou: staff\n")
    directory.write(person_ldif("uid=ada,ou=staff").replace("uid: ada,ou=staff", "uid: ada"))
    with pytest.raises(AccountExistsError):
        await session.create_account(person("ada"))
    bob = await session.create_account(person("bob"))
    with pytest.raises(AccountExistsError):
        await session.update_account(bob, {"uid": "ada"})
    with pytest.raises(RejectedError, match="constraint on carLicense"):
        await session.create_account(person("eve", carLicense="lower"))


async def test_a_service_account_that_may_only_read_says_so(directory: Slapd) -> None:
    directory.write(person_ldif("uid=ada"))
    async with connect(settings_for(directory, bind_dn=READER_DN)) as session:
        assert isinstance(session, SwitchingAndGrouping)
        [ada] = await session.find_accounts("uid", "ada")
        calls = (
            session.create_account(person("bob")),
            session.update_account(ada.uid, {"title": "Analyst"}),
            session.update_account(ada.uid, {"uid": "ada2"}),
            session.set_active(ada.uid, active=False),
            session.delete_account(ada.uid),
        )
        for call in calls:
            with pytest.raises(RejectedError, match="insufficient access") as refused:
                await call
            assert refused.value.code is ProblemCode.PERMISSION_MISSING


async def test_a_base_that_is_not_there_is_a_fault_of_the_settings(shared_directory: Slapd) -> None:
    async with connect(settings_for(shared_directory, people_base="ou=nowhere,dc=example,dc=org")) as session:
        assert isinstance(session, SwitchingAndGrouping)
        for call in (check(session), session.find_accounts("uid", "ada"), session.read_account(Uid("x"))):
            with pytest.raises(RejectedError, match="has no entry ou=nowhere") as refused:
                await call
            assert refused.value.code is ProblemCode.SETTINGS_INVALID


async def test_an_account_with_entries_below_it_is_not_deleted(
    session: SwitchingAndGrouping, directory: Slapd
) -> None:
    uid = await session.create_account(person("ada"))
    directory.write(f"dn: ou=devices,uid=ada,{PEOPLE}\nobjectClass: organizationalUnit\nou: devices\n")
    with pytest.raises(RejectedError, match="others below it"):
        await session.delete_account(uid)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (1, TransientError),
        (3, TransientError),
        (51, TransientError),
        (52, TransientError),
        (80, TransientError),
        (12, UnsupportedError),
        (32, AccountNotFoundError),
        (49, CredentialsRefusedError),
        (68, AccountExistsError),
        (10, RejectedError),
        (53, RejectedError),
        (64, RejectedError),
        (123, RejectedError),
    ],
)
def test_every_result_code_has_one_meaning(code: int, kind: type[ConnectorError]) -> None:
    error = interpret(Result(code, "", "so says the server"), "add somebody")
    assert type(error) is kind
    assert "refused to add somebody" in str(error)
    assert "so says the server" in str(error)


@pytest.mark.parametrize("code", [7, 8, 13, 32, 34, 48, 49, 50, 53])
def test_whatever_keeps_the_service_account_out_is_for_its_owner(code: int) -> None:
    assert type(interpret_bind(Result(code, "", ""), "cn=seatkeeper")) is CredentialsRefusedError


@pytest.mark.parametrize("code", [51, 52, 80])
def test_a_server_too_busy_to_let_the_service_account_in_passes(code: int) -> None:
    assert type(interpret_bind(Result(code, "", ""), "cn=seatkeeper")) is TransientError
