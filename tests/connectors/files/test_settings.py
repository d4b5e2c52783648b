"""Settings that cannot work are refused when they are entered, in words for a person."""

from typing import Any

import pytest

from seatkeeper.connectors.files import connector
from seatkeeper.connectors.files.accounts import abilities_of
from seatkeeper.connectors.files.settings import FilesSettings
from seatkeeper.core.accounts import Proof
from seatkeeper.core.mapping import compile_mapping
from seatkeeper.spi.settings import SettingsInvalidError, describe_settings, secret_names, validate_settings

SFTP = {"host": "sftp.example.org", "user": "seatkeeper", "password": "very-secret"}
CHANGES = {"content": "changes", "file_name": "users-{number}.csv"}


def settings(**other: Any) -> FilesSettings:
    return validate_settings(FilesSettings, {"folder": "hr/users", **other})


def test_a_folder_is_enough() -> None:
    assert [row.name for row in describe_settings(FilesSettings) if row.required] == ["folder"]
    assert abilities_of(settings()).proof is Proof.NEVER


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"folder": "../etc"}, "without .."),
        ({"folder": "hr\\users"}, "without .. and backslashes"),
        ({"file_name": "../users.csv"}, "no slashes"),
        ({"file_name": ".users"}, "does not begin with a dot"),
        ({"file_name": "users-{month}.csv"}, "{month} cannot stand here"),
        ({"return_file": "export-{date}.csv"}, "{date} cannot stand here"),
        ({"control_file": "users.ok"}, "{file} has to stand in it"),
        ({"content": "changes"}, "{number} has to stand in it"),
        ({"columns": ["mail"]}, "one has to hold the key, userName"),
        ({"columns": ["userName", "Login=userName"]}, "each holds for itself: userName"),
        ({"columns": ["userName", "userName=mail"]}, "each stands for itself: userName"),
        ({"columns": ["userName", "=mail"]}, "is no column"),
        ({"columns": ["userName", "@shoe"]}, "@shoe is not known; there are @action, @active"),
        ({"columns": ["userName", "@action"]}, "for files with changes"),
        ({"format": "fixed"}, "is no place in a line"),
        ({"format": "fixed", "columns": ["1-10=userName", "10-12=mail"]}, "overlaps the one before it"),
        ({"format": "fixed", "columns": ["10-1=userName"]}, "is no place in a line"),
        ({"return_file": "x", "return_columns": ["mail"]}, "one has to hold the key"),
        ({"return_file": "*.csv"}, "Seatkeeper's own file"),
        ({**CHANGES, "return_file": "users-2026*"}, "Seatkeeper's own file"),
        ({"folder": "/out", "return_folder": "out/", "return_file": "users.csv"}, "Seatkeeper's own file"),
        ({"active_words": "yes"}, "two different words"),
        ({"action_words": "a b c"}, "five words"),
        ({"host": "sftp.example.org"}, "needs a service account"),
        ({**SFTP, "password": None}, "a private key or a password"),
        ({**SFTP, "host_key": ["trust me"]}, "write it like SHA256:"),
        ({"encoding": "ebcdic"}, "Input should be"),
        ({"root": "/"}, "not permitted"),
    ],
)
def test_what_cannot_work_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsInvalidError) as refused:
        settings(**given)
    assert words in str(refused.value)
    assert "very-secret" not in str(refused.value)


def test_a_file_says_what_it_can_tell() -> None:
    assert not abilities_of(settings()).renames
    told = abilities_of(settings(**CHANGES, columns=["userName", "mail"]))
    assert (told.disables, told.deletes, told.grants) == (False, False, frozenset())
    told = abilities_of(settings(**CHANGES, columns=["@action", "userName", "@entitlements"]))
    assert (told.disables, told.deletes, told.grants) == (True, True, frozenset({"role"}))


def test_secrets_are_secrets_and_every_setting_is_explained() -> None:
    assert secret_names(FilesSettings) == {"password", "private_key", "passphrase"}
    assert "very-secret" not in repr(settings(**SFTP))
    assert all(row.title and row.description for row in describe_settings(FilesSettings))


def test_the_default_mapping_fills_the_default_columns() -> None:
    compile_mapping(connector.mapping)
    assert connector.mapping.attributes.keys() == settings().layout.attributes
