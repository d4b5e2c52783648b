"""Settings come from the environment; a bad one is told in a sentence that never repeats it."""

from pathlib import Path

import pytest

from seatkeeper.bootstrap.errors import SettingsError
from seatkeeper.bootstrap.settings import Settings, load_settings, variable_of
from seatkeeper.bootstrap.settings_page import settings_page

_PAGE = Path(__file__).parents[2] / "docs/operating/settings.md"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(variable_of(field), raising=False)


def test_nothing_set_is_the_embedded_database_on_this_machine_only() -> None:
    settings = load_settings()
    assert settings.is_embedded
    assert settings.host == "127.0.0.1"


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATKEEPER_PORT", "9000")
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:hunter2@db/seats")
    settings = load_settings()
    assert settings.port == 9000
    assert not settings.is_embedded


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATKEEPER_PORT", "")
    monkeypatch.setenv("DATABASE_URL", "")
    assert load_settings() == Settings()


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("DATABASE_URL", "mysql://me:hunter2@db/seats", "must start with postgresql://"),
        ("SEATKEEPER_PORT", "hunter2", "valid integer"),
        ("SEATKEEPER_PORT", "70000", "less than or equal to 65535"),
        ("SEATKEEPER_TIME_SLICE", "0", "greater than 0"),
        ("SEATKEEPER_TIME_SLICE", "nan", "finite number"),
        ("SEATKEEPER_LOG_FORMAT", "hunter2", "'console' or 'json'"),
        ("SEATKEEPER_PUBLIC_URL", "hunter2", "must start with https://"),
    ],
)
def test_a_bad_value_is_named_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    [problem] = caught.value.problems
    assert problem.startswith(f"{variable}: ")
    assert sentence in problem
    assert "hunter2" not in problem


def test_every_fault_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATKEEPER_PORT", "x")
    monkeypatch.setenv("SEATKEEPER_CONCURRENCY", "0")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert len(caught.value.problems) == 2


def test_a_worker_must_have_time_for_two_heartbeats() -> None:
    with pytest.raises(SettingsError, match="at least twice"):
        load_settings(stalled_after=9, heartbeat_interval=5)


def test_settings_never_show_a_secret() -> None:
    settings = load_settings(secret_key="hunter2", database_url="postgresql://me:hunter2@db/seats")
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(settings.model_dump())


def test_the_page_about_settings_is_current() -> None:
    assert _PAGE.read_text() == settings_page()
