"""A package to begin a connector with: it works as it is, on accounts in a JSON file, and brings its proof."""

import re
from importlib.resources import files
from pathlib import Path

_PLAIN = re.compile(r"[a-z][a-z0-9-]{0,39}")
_FILES = {
    "pyproject.toml": "pyproject.toml.txt",
    "README.md": "README.md.txt",
    "src/{module}/__init__.py": "connector.py.txt",
    "tests/test_promises.py": "test_promises.py.txt",
    "harness.yaml": "harness.yaml.txt",
}


class NameUnfitError(ValueError):
    """The name cannot be a connector's."""


def write_package(name: str, folder: Path) -> list[Path]:
    """Write the package for a connector of that name, and give its files.

    Raises ``NameUnfitError``, and ``FileExistsError`` where something is in the way; then nothing was written.
    """
    if not _PLAIN.fullmatch(name):
        raise NameUnfitError(
            "a connector's name is lower-case letters, digits and hyphens, beginning with a letter"
        )
    words = {
        "name": name,
        "module": f"seatkeeper_{name.replace('-', '_')}",
        "title": name.replace("-", " ").title(),
    }
    texts = {folder / path.format(**words): _fill(source, words) for path, source in _FILES.items()}
    for path in texts:
        if path.exists():
            raise FileExistsError(f"{path} is there already")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(texts)


def _fill(source: str, words: dict[str, str]) -> str:
    text = files(__name__).joinpath(source).read_text(encoding="utf-8")
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
    return text
