"""Where connectors may read and write on the disk of this installation."""

from pathlib import Path

from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import RejectedError

_allowed: list[Path] = []


def allow_files_below(root: Path | None) -> None:
    """Say, once for this process, below which directory files may be handed over; None allows nowhere.

    A connector that could write anywhere would let whoever may edit an integration change this server.
    """
    _allowed[:] = [] if root is None else [root]


def files_root() -> Path:
    """Give that directory. Raises ``RejectedError`` where the installation allows none."""
    if not _allowed:
        told = "This installation hands over no files on its own disk."
        remedy = "Set SEATKEEPER_FILES_DIR to the directory files may be written below, or use SFTP."
        raise RejectedError(told, ProblemCode.SETTINGS_INVALID, remedy=remedy)
    return _allowed[0]
