"""Looking up what a file only refers to: secrets in the environment or in files of their own."""

import os
from pathlib import Path
from typing import assert_never

from seatkeeper.core.errors import InvalidValueError
from seatkeeper.operations.parsing import Reference


def resolve_reference(reference: Reference, folder: Path) -> str:
    """Look a reference up. A relative path starts from ``folder``; the last line break of a file does not count.

    Raises ``InvalidValueError``, which never repeats a value.
    """
    match reference.kind:
        case "env":
            return _read_variable(reference.name)
        case "file":
            return _read_file(folder / Path(reference.name).expanduser())
        case _:
            assert_never(reference.kind)


def _read_variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise InvalidValueError(f"the environment variable {name} is not set")
    return value


def _read_file(path: Path) -> str:
    try:
        return path.read_text().removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise InvalidValueError(f"the file {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidValueError(f"the file {path} holds no text") from None
