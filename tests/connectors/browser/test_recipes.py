"""Recipes are checked when they are read, told in plain words, and filled in without becoming syntax."""

import pytest

from seatkeeper.connectors.browser.declaration import adapt
from seatkeeper.connectors.browser.finding import address_of, escape_css
from seatkeeper.connectors.browser.texts import compile_anything
from seatkeeper.spi.documents import DocumentInvalidError, load_document
from seatkeeper.spi.errors import RejectedError
from seatkeeper.spi.settings import describe_settings
from tests.connectors.browser.wikis import MANIFEST, wiki_connector


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("role: button, name: Add", "role: knob, name: Add", "flows.create.7.click.click.role: input should be"),
        ("label: Username", "labl: Username", "labl: is not known here"),
        ("fill: {label: Username}", "type: {label: Username}", "is no step: it names none of go, fill"),
        ("{label: Username}", "{label: Username, css: x}", "needs exactly one of role, label, text, placeholder"),
        (
            "${settings.username}\n          - fill",
            "${settings.user}\n          - fill",
            "there is no setting user",
        ),
        ("${account.login}", "${acount.login}", "there is no value acount here; did you mean account?"),
        (
            "use: open_list\n      - fill",
            "use: open_lst\n      - fill",
            "no part open_lst here; did you mean open_list?",
        ),
        ("${account.name}", "${account.name", "is never closed"),
        ("kind: address", "kind: text", "settings need one of kind address"),
        ("    revoke:", "    revoked:", "flows.revoked"),
        ("name: login\n    uid", "name: user\n    uid", "user is none of its attributes"),
        ("accounts:\n            rows", "people:\n            rows", "flows.find: has to read or keep accounts"),
        ("${settings.password}", "${code}", "a code needs a setting of kind totp"),
    ],
)
def test_what_a_recipe_gets_wrong_is_told_with_its_line(old: str, new: str, reason: str) -> None:
    assert old in MANIFEST
    text = MANIFEST.replace(old, new)
    with pytest.raises(DocumentInvalidError) as refused:
        adapt(load_document(text).part("behaviour"))
    assert reason in str(refused.value)
    line = refused.value.faults[0].line
    assert line >= 25
    assert line <= text.count("\n")


def test_a_recipe_is_told_in_plain_words() -> None:
    chapters = {chapter.title: chapter.lines for chapter in wiki_connector().chapters}
    assert "Type [account.name] into the field “Real Name:”." in chapters["Create an account"]
    assert "Do as in “is_done”." in chapters["Create an account"]
    assert '\tStop, for the account exists already: “[said.join(" ")]”.' in chapters["“is_done”"]


def test_the_form_asks_for_what_the_recipe_names_first() -> None:
    described = describe_settings(wiki_connector().settings)
    assert [each.name for each in described][:3] == ["url", "username", "password"]
    assert [each.name for each in described if each.secret] == ["password"]
    assert all(each.advanced for each in described[3:])


@pytest.mark.parametrize("value", ["../admin", "a/b?c=d&e#f", "%2e%2e", 'O\'Brien "x"', "ä", "${uid}"])
def test_a_value_is_no_part_of_an_address(value: str) -> None:
    filled = address_of("https://a.example", compile_anything("/users/${uid}/edit?name=${uid}"), {"uid": value})
    path, _, query = filled.removeprefix("https://a.example/users/").partition("/edit?name=")
    assert path == query
    assert not set(path) & set("/?#&\"' ")


def test_a_value_that_leads_to_another_page_is_refused() -> None:
    with pytest.raises(RejectedError, match="would lead to another page"):
        address_of("https://a.example", compile_anything("/users/${uid}"), {"uid": ".."})


def test_a_value_is_no_part_of_a_selector() -> None:
    assert escape_css('a"] , b\\') == "a\\22 \\5d \\20 \\2c \\20 b\\5c "
