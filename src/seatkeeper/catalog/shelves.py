"""Where manifests stand: those of the package, and those an administrator adds."""

from collections.abc import Mapping
from pathlib import Path

OURS = Path(__file__).parent / "apps"
_SUFFIX = ".yaml"


def find_manifests(*shelves: Path) -> Mapping[str, Path]:
    """Give the manifests by the name of their app, which is the file's; a later shelf goes first."""
    found = {path.stem: path for shelf in (OURS, *shelves) for path in sorted(shelf.glob(f"*{_SUFFIX}"))}
    return dict(sorted(found.items()))
