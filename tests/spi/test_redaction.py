"""What an app says is made fit to be shown."""

import pytest

from seatkeeper.spi.http import redact


@pytest.mark.parametrize(
    "secret",
    [
        "$2b$12$eImiTXuWVxfM37uY4JANjQeImiTXuWVxfM37uY4JANjQ",
        "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub",
        "{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9gKhkvh",
        "scrypt:32768:8:1$q3Jd$0b1f8c7a9d6e5f4c3b2a",
        "pbkdf2_sha256$720000$salt$hashhashhash",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
    ],
)
def test_a_hash_or_token_is_hidden_wherever_it_stands(secret: str) -> None:
    said = redact(f"duplicate key (ada, {secret}) violates unique constraint")
    assert said == "duplicate key (ada, [hidden]) violates unique constraint"


@pytest.mark.parametrize(
    "said",
    [
        '{"detail":"bad","password":"hunter22"}',
        "password=hunter22 refused",
        "client_secret: hunter22",
        "'api_key': 'hunter22'",
        "Authorization: Bearer hunter22",
    ],
)
def test_a_named_secret_is_hidden(said: str) -> None:
    assert "hunter22" not in redact(said)


def test_the_callers_own_secrets_are_hidden() -> None:
    assert redact("no such token abc-123", ["abc-123"]) == "no such token [hidden]"


def test_a_page_becomes_its_title() -> None:
    page = "<!doctype html><html><head><title>500 | Server\n Error</title><style>b{}</style></head><b>x</b></html>"
    assert redact(page) == "500 | Server Error"


def test_markup_and_length_go() -> None:
    assert redact("<p>Too <b>many</b> seats</p><script>let a = 1</script>") == "Too many seats"
    assert len(redact("x" * 5000)) == 300


def test_plain_sentences_stay_as_they_are() -> None:
    sentence = "Field 'members' is required but value is missing or null"
    assert redact(sentence) == sentence
