"""Secrets at rest open for what they were sealed for, with the key they were sealed with, and not otherwise."""

import base64
import os

import pytest

from seatkeeper.store.sealing import KeyInvalidError, KeyMissingError, Keyring, SealBrokenError, make_key

OLD, NEW = os.urandom(32), os.urandom(32)
SECRETS = {"bind_password": "hunter2", "token": "žluťoučký"}


def test_secrets_come_back_as_they_were_sealed() -> None:
    keyring = Keyring({"k1": OLD}, "k1")
    sealed = keyring.seal_secrets(SECRETS, bound_to="a")
    assert keyring.unseal_secrets(sealed, bound_to="a") == SECRETS
    assert b"hunter2" not in sealed


def test_nothing_sealed_is_no_secrets() -> None:
    assert Keyring({"k1": OLD}, "k1").unseal_secrets(None, bound_to="a") == {}


def test_sealing_twice_gives_different_blobs() -> None:
    keyring = Keyring({"k1": OLD}, "k1")
    assert keyring.seal(b"x", bound_to="a") != keyring.seal(b"x", bound_to="a")


def test_a_blob_moved_to_another_integration_is_refused() -> None:
    keyring = Keyring({"k1": OLD}, "k1")
    with pytest.raises(SealBrokenError):
        keyring.unseal(keyring.seal(b"x", bound_to="a"), bound_to="b")


def test_a_blob_opens_after_the_key_was_rotated() -> None:
    sealed = Keyring({"k1": OLD}, "k1").seal(b"x", bound_to="a")
    rotated = Keyring({"k2": NEW, "k1": OLD}, "k2")
    assert rotated.unseal(sealed, bound_to="a") == b"x"
    assert rotated.unseal(rotated.seal(b"y", bound_to="a"), bound_to="a") == b"y"


def test_a_missing_key_is_named_with_the_remedy() -> None:
    sealed = Keyring({"k1": OLD}, "k1").seal(b"x", bound_to="a")
    with pytest.raises(KeyMissingError, match=r"key k1.*SEATKEEPER_SECRET_KEY"):
        Keyring({"k2": NEW}, "k2").unseal(sealed, bound_to="a")


def test_another_key_of_the_same_id_is_told_from_the_right_one() -> None:
    sealed = Keyring({"k1": OLD}, "k1").seal(b"x", bound_to="a")
    with pytest.raises(SealBrokenError, match="another key of the same id"):
        Keyring({"k1": NEW}, "k1").unseal(sealed, bound_to="a")


def test_an_altered_or_cut_blob_is_refused() -> None:
    keyring = Keyring({"k1": OLD}, "k1")
    sealed = keyring.seal(b"secret", bound_to="a")
    altered = [sealed[:i] + bytes([sealed[i] ^ 1]) + sealed[i + 1 :] for i in range(len(sealed))]
    cut = [sealed[:i] for i in range(len(sealed))]
    for blob in [*altered, *cut]:
        with pytest.raises((SealBrokenError, KeyMissingError)):
            keyring.unseal(blob, bound_to="a")


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(OLD).decode(),
        base64.urlsafe_b64encode(OLD).decode().rstrip("="),
        OLD.hex(),
        f"k1:{OLD.hex()}",
        f" k1:{OLD.hex()} , k0:{NEW.hex()} ",
    ],
    ids=["base64", "url-safe base64", "hex", "hex with an id", "several"],
)
def test_a_key_is_read_in_base64_and_hex_with_and_without_id(text: str) -> None:
    sealed = Keyring.parse(text).seal(b"x", bound_to="a")
    assert Keyring.parse(text).unseal(sealed, bound_to="a") == b"x"


def test_a_key_once_given_without_id_is_found_after_it_got_one() -> None:
    sealed = Keyring.parse(OLD.hex()).seal(b"x", bound_to="a")
    assert Keyring.parse(f"2026:{NEW.hex()},2025:{OLD.hex()}").unseal(sealed, bound_to="a") == b"x"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " , ",
        "too-short",
        "zz" * 32,
        base64.b64encode(b"x" * 31).decode(),
        "a b:x",
        f"k:{OLD.hex()},k:{NEW.hex()}",
    ],
)
def test_what_cannot_be_a_key_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(KeyInvalidError) as caught:
        Keyring.parse(text)
    assert not text.strip(" ,") or text not in str(caught.value)


def test_a_keyring_never_shows_its_keys() -> None:
    key = make_key()
    shown = repr(Keyring.parse(key)) + str(vars(Keyring.parse(key)))
    assert key not in shown
    assert base64.b64decode(key).hex() not in shown
