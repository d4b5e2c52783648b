"""What manifests and recipes may write, and what becomes of it."""

from urllib.parse import quote

import pytest

from seatkeeper.core.expressions import NothingThereError
from seatkeeper.spi.templates import (
    OPEN,
    TemplateInvalidError,
    TemplateUnfilledError,
    compile_document,
    compile_template,
)

VARIABLES = {"account": OPEN, "settings": OPEN}
ADA = {"account": {"userName": "ada/../x", "name.first": "Ada", "age": 36, "tags": ["a", "b"], "fax": None}}


def test_a_text_is_filled_and_each_value_is_escaped_for_its_place() -> None:
    path = compile_template("/users/${account.userName}/x", VARIABLES)
    assert path.text(ADA, lambda value: quote(value, safe="")) == "/users/ada%2F..%2Fx/x"


@pytest.mark.parametrize("source", ["/users/${account.nobody}", "/users/${account.fax}", "/users/${''}"])
def test_an_address_is_never_filled_with_nothing(source: str) -> None:
    with pytest.raises(TemplateUnfilledError):
        compile_template(source, VARIABLES).text(ADA)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("${account.age}", 36),
        ("${account.tags}", ["a", "b"]),
        ("${account.fax}", None),
        ('${account["name.first"]} is ${account.age}', "Ada is 36"),
        ("${{'a': {'b': account.age}}}", {"a": {"b": 36}}),
        ("${'}' + account.userName}", "}ada/../x"),
        ("$${account.age}", "${account.age}"),
        ("costs $5", "costs $5"),
        ("", ""),
    ],
)
def test_one_expression_alone_keeps_its_type(source: str, value: object) -> None:
    assert compile_template(source, VARIABLES).value(ADA) == value


def test_what_is_not_there_is_left_out_of_a_document_and_what_is_emptied_stays() -> None:
    body = compile_document({"user": {"mail": "${account.mail}", "fax": "${account.fax}"}, "n": [1]}, VARIABLES)
    assert body.value(ADA) == {"user": {"fax": None}, "n": [1]}


def test_alone_it_says_that_nothing_is_there() -> None:
    with pytest.raises(NothingThereError):
        compile_template("${account.mail}", VARIABLES).value(ADA)


@pytest.mark.parametrize("source", ["${account.", "${acount.userName}", "${account.userName +}", "${nope(1)}"])
def test_a_mistake_is_told_when_the_text_is_read(source: str) -> None:
    with pytest.raises(TemplateInvalidError):
        compile_template(source, VARIABLES)
