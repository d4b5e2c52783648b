"""Names of folders and files: what may be one, and how one is made and known again."""

import re
from datetime import datetime
from fnmatch import fnmatchcase

_NUMBER = re.compile(r"\{number(?::0?(?P<digits>[1-9]))?\}")
_PLACE = re.compile(r"\{[^{}]*\}")
_DATE, _TIME = "%Y%m%d", "%H%M%S"
_DIGITS = 6
_BAD = re.compile(r"[/\\\x00-\x1f]")


def check_folder(folder: str) -> str:
    """Check the path of a folder. Raises ``ValueError`` in words."""
    parts = folder.split("/")
    if ".." in parts or "\\" in folder or any(ord(character) < 32 for character in folder):
        raise ValueError("a folder is named from the top down, without .. and backslashes, such as hr/users")
    path = "/".join(part for part in parts if part not in {"", "."})
    return f"/{path}" if folder.startswith("/") else path or "."


def check_file_name(name: str, *places: str) -> str:
    """Check a file name with such places in it. Raises ``ValueError`` in words."""
    if not name or name.startswith(".") or _BAD.search(name):
        raise ValueError("a file name has no slashes and does not begin with a dot")
    for place in _PLACE.findall(name):
        if _NUMBER.sub("{number}", place).strip("{}") not in places:
            known = ", ".join(f"{{{each}}}" for each in places)
            raise ValueError(f"{place} cannot stand here{f'; there is {known}' if places else ''}")
    return name


def has_number(pattern: str) -> bool:
    """Say whether each file of this name has a number of its own."""
    return _NUMBER.search(pattern) is not None


def make_name(pattern: str, at: datetime, number: int) -> str:
    """Fill a pattern in; numbers have six digits unless it says otherwise."""
    name = pattern.replace("{date}", at.strftime(_DATE)).replace("{time}", at.strftime(_TIME))
    return _NUMBER.sub(lambda found: f"{number:0{found['digits'] or _DIGITS}}", name)


def is_of(pattern: str, name: str) -> bool:
    """Say whether a file of that name could be one of the pattern's."""
    made, at = "", 0
    for place in _PLACE.finditer(pattern):
        made += re.escape(pattern[at : place.start()]) + "[0-9]+"
        at = place.end()
    return re.fullmatch(made + re.escape(pattern[at:]), name) is not None


def may_be_of(pattern: str, wildcard: str) -> bool:
    """Say whether ``*`` and ``?`` could stand for a file of the pattern's; digits are tried, whatever they are."""
    loose = re.sub(r"[0-9]", "?", wildcard)
    return any(answers(loose, _PLACE.sub("1" * digits, pattern)) for digits in range(1, 20))


def answers(pattern: str, name: str) -> bool:
    """Say whether a file is one of those that ``*`` and ``?`` stand for."""
    return fnmatchcase(name, pattern)
