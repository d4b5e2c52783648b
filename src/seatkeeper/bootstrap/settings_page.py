"""``docs/operating/settings.md``, written from the settings themselves.

``python -m seatkeeper.bootstrap.settings_page > docs/operating/settings.md``
"""

import sys
from typing import get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic.fields import FieldInfo

from seatkeeper.bootstrap.settings import Settings, variable_of

_HEAD = """# Settings

Every setting is an environment variable. This page is made from the code (`bootstrap.settings`), and a test keeps
it current.

| variable | default | what it does |
|---|---|---|
"""


def settings_page() -> str:
    """Write the page."""
    return _HEAD + "".join(_row(name, field) for name, field in Settings.model_fields.items())


def _row(name: str, field: FieldInfo) -> str:
    default = "none" if field.default is None else f"`{field.default}`"
    return f"| `{variable_of(name)}` | {default} | {field.description}{_bounds(field)}{_choices(field)} |\n"


def _bounds(field: FieldInfo) -> str:
    parts = []
    for rule in field.metadata:
        match rule:
            case Ge(ge=bound) if bound != 0:
                parts.append(f"at least {bound}")
            case Gt(gt=bound):
                parts.append(f"more than {bound}")
            case Le(le=bound):
                parts.append(f"at most {bound}")
            case _:
                pass
    return f" ({', '.join(parts)})" if parts else ""


def _choices(field: FieldInfo) -> str:
    if get_origin(field.annotation) is None:
        return ""
    choices = [choice for choice in get_args(field.annotation) if isinstance(choice, str)]
    return f" One of {', '.join(f'`{choice}`' for choice in choices)}." if choices else ""


if __name__ == "__main__":
    sys.stdout.write(settings_page())
