"""What an app's answers mean: its manifest's rules first, then what is usual."""

from datetime import timedelta

import pytest

from seatkeeper.core.ids import Uid
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import (
    AccountExistsError,
    AccountNotFoundError,
    ConnectorError,
    CredentialsRefusedError,
    NeedsPersonError,
    RejectedError,
    ThrottledError,
    TransientError,
    UnsupportedError,
)
from tests.connectors.rest.apps import PLAIN, running
from tests.spi.wire import reply

RULES = """
errors:
  - {status: [400, 422], when: 'body.code == "taken"', means: exists, says: body.text}
  - {status: 400, means: unsupported}
  - {when: 'body.error.code == "seats"', means: rejected, code: no_seats, says: body.error.text}
  - {when: 'body.error.code == "busy"', means: throttled}
  - {when: 'body.error.code == "ask"', means: needs_person, says: body.error.text}
  - {when: 'body.error.code == "there"', means: done}
  - {when: has(body.error), means: transient}
  - {status: 403, when: body.missing == true, means: not_found}
  - {status: 418, means: credentials}
"""
UPDATE = """
  update: {call: "PATCH /people/${uid}", json: "${changes}"}
"""
FAILURES = [
    (400, {"code": "taken", "text": "Ada is there"}, AccountExistsError, "Ada is there"),
    (400, {"code": "other"}, UnsupportedError, "400"),
    (200, {"error": {"code": "seats", "text": "No seats left"}}, RejectedError, "No seats left"),
    (200, {"error": {"code": "busy"}}, ThrottledError, "200"),
    (200, {"error": {"code": "ask", "text": "Sign the contract"}}, NeedsPersonError, "Sign the contract"),
    (200, {"error": {"code": "?", "message": "fell over"}}, TransientError, "fell over"),
    (403, {"missing": True}, AccountNotFoundError, "403"),
    (418, {}, CredentialsRefusedError, "418"),
    (404, {}, AccountNotFoundError, "404"),
    (409, {"detail": "twice"}, AccountExistsError, "twice"),
    (422, {"errors": [{"message": "too long"}]}, RejectedError, "too long"),
    (500, {}, TransientError, "500"),
    (200, b"<title>Sign in</title>", TransientError, "page for people"),
]


@pytest.mark.parametrize(("status", "answer", "error", "told"), FAILURES)
async def test_an_answer_means_what_the_first_rule_that_fits_says(
    status: int, answer: object, error: type[ConnectorError], told: str
) -> None:
    async with running(RULES + PLAIN + UPDATE, lambda _: reply(status, answer)) as app:
        with pytest.raises(error, match=told):
            await app.session.update_account(Uid("1"), {"mail": "a@example.org"})


async def test_what_is_as_it_was_asked_to_be_already_is_a_success() -> None:
    answer = reply(200, {"error": {"code": "there"}})
    async with running(RULES + PLAIN + UPDATE, lambda _: answer) as app:
        await app.session.update_account(Uid("1"), {"mail": "a@example.org"})


async def test_a_code_of_the_rule_is_the_code_of_the_problem() -> None:
    async with running(RULES + PLAIN + UPDATE, lambda _: reply(200, {"error": {"code": "seats"}})) as app:
        with pytest.raises(RejectedError) as raised:
            await app.session.update_account(Uid("1"), {"mail": "a@example.org"})
    assert raised.value.code is ProblemCode.NO_SEATS


DATE = {"Date": "Tue, 24 Nov 2026 12:00:00 GMT"}


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "7"}, 7),
        (429, {"X-RateLimit-Reset": "1795521630", **DATE}, 30),
        (429, {"RateLimit-Reset": "12"}, 12),
        (429, {"RateLimit": '"default";r=0;t=9'}, 9),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "5"}, 5),
        (503, {"Retry-After": "3"}, 3),
    ],
)
async def test_an_app_that_counts_calls_is_given_the_time_it_wants(
    status: int, headers: dict[str, str], seconds: int
) -> None:
    async with running(PLAIN, lambda _: reply(status, {}, headers)) as app:
        with pytest.raises(ThrottledError) as raised:
            await app.session.find_accounts("login", "ada")
    assert raised.value.retry_after == timedelta(seconds=seconds)


async def test_no_hash_of_a_password_gets_into_what_is_told() -> None:
    """MLflow repeats the statement it could not carry out, with the hash of the new password in it."""
    said = {"message": "(IntegrityError) UNIQUE failed [parameters: ('ada', 'scrypt:32768:8:1$aB3$9f86d081884c')]"}
    async with running(PLAIN + UPDATE, lambda _: reply(400, said)) as app:
        with pytest.raises(RejectedError) as raised:
            await app.session.update_account(Uid("1"), {"mail": "a@example.org"})
    assert "IntegrityError" in str(raised.value)
    assert "9f86d0" not in str(raised.value)
