"""The suite catches a connector that breaks a promise, and names the promise."""

import dataclasses
import functools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from seatkeeper.core.accounts import Abilities
from seatkeeper.core.ids import Uid
from seatkeeper.spi.connector import Stage
from seatkeeper.spi.errors import TransientError
from seatkeeper.spi.testing import CHECKS, Harness, PromiseBrokenError, run_check
from tests.spi.phonebook import load_page

page = load_page()
Good = page.PhoneBookSession


async def find_what_contains_it(self: Any, attribute: str, value: str) -> list[Any]:
    return [each async for each in self.list_accounts() if value in str(each.attributes.get(attribute))]


async def find_everybody(self: Any, attribute: str, value: str) -> list[Any]:
    return [each async for each in self.list_accounts()]


async def find_without_case(self: Any, attribute: str, value: str) -> list[Any]:
    wanted = value.lower()
    return [each async for each in self.list_accounts() if str(each.attributes.get(attribute)).lower() == wanted]


async def create_a_double(self: Any, attributes: Any) -> Uid:
    book = self._book.read()
    uid = f"uid-{len(book['accounts'])}"
    book["accounts"][uid] = {"active": True, **attributes}
    self._book.write(book)
    return Uid(uid)


async def create_and_forget_the_address(self: Any, attributes: Any) -> Uid:
    uid: Uid = await Good.create_account(self, {"login": attributes["login"], "mail": "lost"})
    return uid


async def update_the_whole(self: Any, uid: Uid, changes: Any) -> None:
    book = self._book.read()
    if uid in book["accounts"]:
        login = book["accounts"][uid]["login"]
        book["accounts"][uid] = {"login": login, "active": True, "nick": None, **changes}
    self._book.write(book)


async def update_and_ignore_none(self: Any, uid: Uid, changes: Any) -> None:
    await Good.update_account(self, uid, {name: value for name, value in changes.items() if value is not None})


async def list_the_active(self: Any) -> AsyncIterator[Any]:
    async for account in Good.list_accounts(self):
        if account.active:
            yield account


async def list_the_first_page(self: Any) -> AsyncIterator[Any]:
    left = 3
    async for account in Good.list_accounts(self):
        if left:
            yield account
        left -= 1


async def delete_in_silence(self: Any, uid: Uid) -> None:
    book = self._book.read()
    book["accounts"].pop(uid, None)
    self._book.write(book)


async def delete_nothing(self: Any, uid: Uid) -> None:
    return None


async def switch_off_only(self: Any, uid: Uid, *, active: bool) -> None:
    await Good.set_active(self, uid, active=False)


async def read_by_any_name(self: Any, uid: Uid) -> Any:
    found = [each async for each in self.list_accounts() if uid in {each.uid, each.name}]
    return found[0] if found else None


async def trip(self: Any, uid: Uid) -> None:
    raise KeyError(uid)


async def give_the_key_away(self: Any) -> str:
    return f"Opened with {self._book._settings.key.get_secret_value()}"


async def give_nothing_away(self: Any) -> str:
    return ""


async def blame_the_network(self: Any) -> str:
    raise TransientError("The phone book is away.")


def staged(*proofs: Callable[[Any], Any]) -> Callable[[Any], list[Stage]]:
    return lambda self: [Stage("It opens", functools.partial(proof, self)) for proof in proofs]


def cannot_delete(self: Any) -> Abilities:
    return Abilities(name_attribute="login", deletes=False)


BROKEN: list[tuple[str, str, Callable[..., Any] | property]] = [
    ("find_gives_exactly_the_one_asked_for", "find_accounts", find_what_contains_it),
    ("values_are_never_taken_for_syntax", "find_accounts", find_everybody),
    ("find_minds_case_as_declared", "find_accounts", find_without_case),
    ("creating_twice_makes_no_double", "create_account", create_a_double),
    ("a_taken_name_is_not_taken_over", "create_account", create_a_double),
    ("a_created_account_is_read_back_equal", "create_account", create_and_forget_the_address),
    ("an_update_changes_only_what_it_names", "update_account", update_the_whole),
    ("none_empties_an_attribute", "update_account", update_and_ignore_none),
    ("a_rename_keeps_the_uid", "update_account", update_the_whole),
    ("a_disabled_account_stays_readable", "list_accounts", list_the_active),
    ("a_disabled_account_stays_readable", "set_active", switch_off_only),
    ("the_list_is_complete", "list_accounts", list_the_active),
    ("the_list_is_complete", "list_accounts", list_the_first_page),
    ("a_deleted_account_is_gone", "delete_account", delete_in_silence),
    ("a_deleted_account_is_gone", "delete_account", delete_nothing),
    ("a_deleted_account_is_gone", "delete_account", trip),
    ("a_name_is_no_uid", "read_account", read_by_any_name),
    ("its_stages_are_told_by_name_and_hold", "stages", staged()),
    ("its_stages_are_told_by_name_and_hold", "stages", staged(give_the_key_away)),
    ("its_stages_are_told_by_name_and_hold", "stages", staged(blame_the_network)),
    ("its_stages_are_told_by_name_and_hold", "stages", staged(give_nothing_away, give_nothing_away)),
    ("abilities_and_protocols_agree", "abilities", property(cannot_delete)),
]


def broken_harness(tmp_path: Path, method: str, body: Callable[..., Any] | property) -> Harness:
    session = type("BrokenSession", (Good,), {method: body})

    @asynccontextmanager
    async def connect(settings: Any) -> AsyncIterator[Any]:
        yield session(page.Book(settings))

    good: Harness = page.harness.__wrapped__(tmp_path)
    person = {"login": "", "mail": "", "nick": "kept"}
    return dataclasses.replace(
        good,
        connector=dataclasses.replace(good.connector, connect=connect),
        person=lambda stem: {**person, **good.person(stem)},
    )


@pytest.mark.parametrize(("name", "method", "body"), BROKEN)
async def test_a_broken_promise_is_found(name: str, method: str, body: Any, tmp_path: Path) -> None:
    (check,) = [each for each in CHECKS if each.name == name]
    with pytest.raises(PromiseBrokenError):
        await run_check(check, broken_harness(tmp_path, method, body))


async def test_an_error_outside_the_closed_set_is_named(tmp_path: Path) -> None:
    (check,) = [each for each in CHECKS if each.name == "a_deleted_account_is_gone"]
    with pytest.raises(PromiseBrokenError, match=r"KeyError is none of the errors of spi\.errors"):
        await run_check(check, broken_harness(tmp_path, "delete_account", trip))


def test_each_check_has_a_sentence_of_its_own() -> None:
    assert len({check.title for check in CHECKS}) == len({check.name for check in CHECKS}) == len(CHECKS)
    assert all(" " in check.title for check in CHECKS)
