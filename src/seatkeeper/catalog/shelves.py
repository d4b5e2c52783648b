"""Where manifests stand: those of the package, and those an administrator adds."""

from collections.abc import Mapping
from pathlib import Path

OURS = Path(__file__).parent / "apps"
PROOFS = Path(__file__).parent / "proofs"
"""What the tests saw of each app when they last ran it; written by them and by nobody else."""
_SUFFIX = ".yaml"


def find_manifests(*shelves: Path) -> Mapping[str, Path]:
    """Give the manifests by the name of their app, which is the file's; a later shelf goes first."""
    found = {path.stem: path for shelf in (OURS, *shelves) for path in sorted(shelf.glob(f"*{_SUFFIX}"))}
    return dict(sorted(found.items()))


def find_proof(app: Path) -> Path | None:
    """Give what the tests wrote of an app of ours; None where nobody ran it."""
    proof = PROOFS / app.name
    return proof if app.parent == OURS and proof.exists() else None
