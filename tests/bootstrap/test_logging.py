"""Log lines are for people or for machines, and hold no secrets."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from seatkeeper.bootstrap.logging import LogFormat, configure_logging, render_plainly
from seatkeeper.store.sealing import make_key


@pytest.fixture(autouse=True)
def _afterwards() -> Iterator[None]:
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    yield
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)


def test_a_machine_reads_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json", "info")
    structlog.get_logger().info("run.ended", jobs=3)
    logging.getLogger("somebody.else").warning("hello %s", "there")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line["level"]) for line in lines] == [
        ("run.ended", "info"),
        ("hello there", "warning"),
    ]
    assert lines[0]["jobs"] == 3


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_what_sounds_like_a_secret_is_blanked(capsys: pytest.CaptureFixture[str], log_format: LogFormat) -> None:
    configure_logging(log_format, "info")
    structlog.get_logger().info("told", bind_password="hunter2", Authorization="Bearer hunter2", name="ada")
    logged = capsys.readouterr().err
    assert "hunter2" not in logged
    assert "ada" in logged


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_traceback_shows_no_values(capsys: pytest.CaptureFixture[str], log_format: LogFormat) -> None:
    configure_logging(log_format, "info")
    secret = make_key()
    try:
        _fail_with(secret)
    except RuntimeError:
        structlog.get_logger().exception("failed")
    logged = capsys.readouterr().err
    assert "RuntimeError" in logged
    assert secret not in logged


def _fail_with(password: str) -> None:
    raise RuntimeError("no" * bool(password))


def test_requests_of_other_libraries_are_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("console", "debug")
    logging.getLogger("httpx").info("GET https://app.example.com/?key=hunter2")
    logging.getLogger("httpcore.http11").debug("authorization: hunter2")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"zone": 1, "age": None, "name": "ada"},
        {"name": "ada lovelace", "quote": '"', "empty": "", "ratio": 0.5},
        {"logger": "somebody.else", "why": "a=b"},
        {"exception": "Traceback\n  line", "name": "ada"},
        {"stack": "Stack\n  line"},
    ],
)
@pytest.mark.parametrize("event", ["told", "something that is longer than thirty characters", 7])
def test_a_line_looks_the_same_in_a_file_as_on_a_terminal_without_colours(
    event: object, fields: dict[str, object]
) -> None:
    line = {"timestamp": "2026-03-01T12:00:00Z", "level": "warning", "event": event, **fields}
    pretty = structlog.dev.ConsoleRenderer(colors=False)(None, "warning", dict(line))
    assert render_plainly(None, "warning", dict(line)) == pretty
