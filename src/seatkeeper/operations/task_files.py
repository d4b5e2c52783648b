"""Files people keep with a task as evidence: small, of few types, and what they say they are."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

from seatkeeper.core.errors import InvalidValueError
from seatkeeper.store.records.task_files import EvidenceFile
from seatkeeper.store.texts import check_text

__all__ = ["LARGEST_FILE", "MEDIA_TYPES", "MOST_FILES", "EvidenceFile", "check_file"]

LARGEST_FILE: Final = 900 * 1024
MOST_FILES: Final = 5

_STARTS: Final[Mapping[str, tuple[bytes, ...]]] = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "application/pdf": (b"%PDF-",),
    "text/plain": (b"",),
}
MEDIA_TYPES: Final = tuple(_STARTS)


def check_file(file: EvidenceFile) -> EvidenceFile:
    """Give the file as it may be kept. Raises ``InvalidValueError``."""
    name = check_text(PurePosixPath(file.name.replace("\\", "/")).name.strip(), "The name of the file")[:100]
    if not name or not file.content:
        raise InvalidValueError("Choose a file that is not empty.")
    if len(file.content) > LARGEST_FILE:
        raise InvalidValueError(f"{name} is too large: a file may have {LARGEST_FILE // 1024} KiB.")
    if not file.content.startswith(_STARTS.get(file.media_type, ())) or not _is_what_it_says(file):
        raise InvalidValueError(f"{name} is no picture (PNG, JPEG), PDF or plain text.")
    return EvidenceFile(name, file.media_type, file.content)


def _is_what_it_says(file: EvidenceFile) -> bool:
    if file.media_type != "text/plain":
        return True
    try:
        return "\0" not in file.content.decode()
    except UnicodeDecodeError:
        return False
