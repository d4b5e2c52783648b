"""The key comes from the environment, a file, or, on the embedded default only, from a file made at first use."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from seatkeeper.bootstrap.errors import NotReadyError, SettingsError
from seatkeeper.bootstrap.keys import open_keyring
from seatkeeper.bootstrap.settings import Settings, load_settings
from seatkeeper.store.sealing import make_key


def _external(**more: object) -> Settings:
    return load_settings(database_url="postgresql://db/seats", **more)


def test_the_embedded_default_makes_a_key_that_only_its_owner_can_read(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path / "data")
    sealed = open_keyring(settings).seal(b"x", bound_to="a")
    assert open_keyring(settings).unseal(sealed, bound_to="a") == b"x"
    assert stat.S_IMODE((tmp_path / "data/secret.key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret.key"]


def test_starts_at_the_same_moment_agree_on_one_key(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path)
    with ThreadPoolExecutor(8) as starts:
        keyrings = list(starts.map(lambda _: open_keyring(settings), range(8)))
    assert len({keyring.current for keyring in keyrings}) == 1


def test_a_database_of_your_own_needs_a_key_of_your_own(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="openssl rand -base64 32"):
        open_keyring(_external(data_dir=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_key_and_key_file_give_the_same(tmp_path: Path) -> None:
    key = make_key()
    file = tmp_path / "key"
    file.write_text(f"{key}\n")
    sealed = open_keyring(_external(secret_key=key)).seal(b"x", bound_to="a")
    assert open_keyring(_external(secret_key_file=file)).unseal(sealed, bound_to="a") == b"x"


def test_a_key_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match=r"missing\.key cannot be read"):
        open_keyring(_external(secret_key_file=tmp_path / "missing.key"))


def test_a_bad_key_is_refused_without_repeating_it() -> None:
    with pytest.raises(SettingsError, match="SEATKEEPER_SECRET_KEY: ") as caught:
        open_keyring(_external(secret_key="hunter2"))
    assert "hunter2" not in str(caught.value)
