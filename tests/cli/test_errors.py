"""What keeps a command from running is told in a sentence, never as a traceback."""

from tests.cli.conftest import KEY, Installation

AWAY = "postgresql://127.0.0.1:9/seatkeeper"


def test_a_database_that_is_away_is_told(bare: Installation) -> None:
    bare.env.update({"DATABASE_URL": AWAY, "SEATKEEPER_SECRET_KEY": KEY})
    assert bare.refuse("job", "list").startswith("Error: The database cannot be reached")


def test_a_missing_key_is_told_with_how_to_make_one(bare: Installation, database_url: str) -> None:
    bare.env.update({"DATABASE_URL": database_url, "SEATKEEPER_SECRET_KEY": ""})
    assert "openssl rand" in bare.refuse("job", "list", status=2)


def test_settings_that_make_no_sense_are_named_and_not_repeated(bare: Installation) -> None:
    bare.env["DATABASE_URL"] = "mysql://u:hunter2@h/d"
    told = bare.refuse("task", "list", status=2)
    assert "DATABASE_URL" in told
    assert "hunter2" not in told
