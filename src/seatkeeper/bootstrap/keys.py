"""Where the key that seals secrets comes from."""

import os
import secrets
from pathlib import Path

from seatkeeper.bootstrap.errors import NotReadyError, SettingsError
from seatkeeper.bootstrap.settings import Settings, variable_of
from seatkeeper.store.sealing import KeyInvalidError, Keyring, make_key

_KEY_FILE = "secret.key"


def key_file_of(settings: Settings) -> Path | None:
    """Name the file the key is read from, if it is not in the environment itself."""
    if settings.secret_key_file is not None:
        return settings.secret_key_file
    return settings.data_dir / _KEY_FILE if settings.secret_key is None and settings.is_embedded else None


def open_keyring(settings: Settings) -> Keyring:
    """Read the key; on the embedded default make one, readable by its owner only, where there is none yet.

    Raises ``SettingsError`` or ``NotReadyError``; neither repeats the key.
    """
    if settings.secret_key is not None:
        return _parse(settings.secret_key.get_secret_value(), variable_of("secret_key"))
    file = key_file_of(settings)
    if file is None:
        raise SettingsError(
            ("Set SEATKEEPER_SECRET_KEY to what `openssl rand -base64 32` prints, and keep it: it seals secrets.",)
        )
    if settings.secret_key_file is None:
        _make(file)
    return _parse(_read(file), str(file))


def _read(file: Path) -> str:
    try:
        return file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise NotReadyError(f"The key file {file} cannot be read: {reason}.") from None


def _parse(text: str, where: str) -> Keyring:
    try:
        return Keyring.parse(text)
    except KeyInvalidError as error:
        raise SettingsError((f"{where}: {error}",)) from None


def _make(file: Path) -> None:
    # Written whole under another name and then linked: of two first starts, both read the same key.
    if file.exists():
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(make_key() + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    except OSError as error:
        raise NotReadyError(f"The key file {file} cannot be made: {error.strerror}.") from None
