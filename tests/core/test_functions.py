"""Every function of ours does what the documentation shows."""

import logging

import cel
import pytest

from seatkeeper.core.functions import CALLABLES, FUNCTIONS, LONGEST_LIST, LONGEST_TEXT, Function
from tests.core.people import work_out

SHOWN = {
    "userName": "ada",
    "displayName": "Ada Lovelace",
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "emails": [{"value": "ada@example.org", "type": "work"}],
}


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_the_example_gives_the_result_that_is_shown(function: Function) -> None:
    result = work_out(function.example, SHOWN)
    assert ("false" if result is False else result) == function.result


def test_a_value_is_chosen_by_type_or_the_primary_or_the_first() -> None:
    emails = [{"value": "a"}, {"value": "b", "primary": True}, {"value": "c", "type": "home"}]
    assert work_out('valueOf(user.emails, "home")', {"emails": emails}) == "c"
    assert work_out("valueOf(user.emails)", {"emails": emails}) == "b"
    assert work_out("valueOf(user.emails)", {"emails": emails[:1]}) == "a"
    assert work_out('valueOf(user.emails, "work")', {"emails": emails}) is None


def test_joining_leaves_out_what_a_person_lacks() -> None:
    expression = '[user.name.givenName, user.name.middleName, user.name.familyName].join(" ")'
    assert work_out(expression, {"name": {"givenName": "Ada", "familyName": "Lovelace"}}) == "Ada Lovelace"


@pytest.mark.parametrize("name", sorted(CALLABLES))
def test_no_function_lets_anything_but_its_refusal_out(name: str) -> None:
    for argument in (1, "s3cret", ["s3cret", {}], {"s3cret": 1}, b"x", [None]):
        try:
            CALLABLES[name](argument)
        except ValueError as refusal:
            assert "s3cret" not in str(refusal)  # noqa: PT017 - most calls are no refusal at all
    assert CALLABLES[name](None) in {None, False}


@pytest.mark.parametrize(
    "call",
    [
        'text.replace("", text)',
        "[text, text].join(text)",
        "upper(text + text + text)",
        'text.split("")',
        "[list, list].flatten()",
    ],
)
def test_nothing_a_person_has_can_be_blown_up(call: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "cel")
    variables = {"text": "a" * (LONGEST_TEXT // 2), "list": ["a"] * (LONGEST_LIST // 2 + 1)}
    with pytest.raises(RuntimeError):
        cel.compile(call).execute(cel.Context(variables, {**CALLABLES}))
