"""Faults of a draft, found again by the field they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from seatkeeper.operations.checks import DraftInvalidError, Fault


@dataclass(frozen=True, slots=True)
class Faults:
    """Sentences by field, and those that belong to no single one."""

    by_field: dict[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()

    def at(self, name: str) -> str:
        """Give what is wrong with a field; empty when nothing is."""
        return self.by_field.get(name, "")

    @property
    def any(self) -> bool:
        """Something is wrong."""
        return bool(self.by_field or self.others)


NONE = Faults()


def faults_of(error: DraftInvalidError, fields: Sequence[str]) -> Faults:
    """Sort faults by dotted field; those of fields the form does not have are told on their own."""
    found: dict[str, str] = {}
    others: list[str] = []
    for fault in error.faults:
        name = ".".join(map(str, fault.where))
        if name in fields:
            found[name] = _sentence(fault)
        elif fault.where == ("settings",):
            others.append(_sentence(fault))
        else:
            others.append(f"{name}: {fault.sentence}")
    return Faults(found, tuple(others))


def _sentence(fault: Fault) -> str:
    told = "fill this in" if fault.sentence == "Field required" else fault.sentence.rstrip(".")
    return f"{told[:1].upper()}{told[1:]}."
