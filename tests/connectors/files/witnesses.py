"""Reading what was handed over as an app would: by the standard library, from the folder itself."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seatkeeper.core.ids import Uid
from seatkeeper.spi.testing import Witnessed


@dataclass(frozen=True, slots=True)
class FileWitness:
    """Reads the one file with everybody, and for Uids, which apps never see, the newest ledger."""

    folder: Path

    async def find_accounts(self, name: str) -> Sequence[Witnessed]:
        rows = [row for row in self._rows() if row["userName"] == name]
        return [Witnessed(self._uid(name), _active(row), _attributes(row)) for row in rows]

    async def find_members(self, group: Uid) -> frozenset[Uid] | None:
        raise AssertionError(f"files have no groups, so there is no {group}")

    def _rows(self) -> Iterable[Mapping[str, Any]]:
        if (self.folder / "users.csv").exists():
            with (self.folder / "users.csv").open(newline="") as file:
                return list(csv.DictReader(file))
        if (self.folder / "users.jsonl").exists():
            with (self.folder / "users.jsonl").open(newline="\n") as file:
                return [json.loads(line) for line in file]
        return ()

    def _uid(self, name: str) -> Uid:
        newest = max((self.folder / ".seatkeeper").glob("ledger-*"))
        [uid] = [
            line.split("\t")[0]
            for line in newest.read_text().split("\n")
            if f"\t{json.dumps(name, ensure_ascii=False)}\t" in line
        ]
        return Uid(uid)


def _active(row: Mapping[str, Any]) -> bool:
    return str(row["Status"]).lower() == "true"


def _attributes(row: Mapping[str, Any]) -> dict[str, Any]:
    given = {"userName": row["userName"], "givenName": row["First name"], "title": row["title"]}
    groups = row["Groups"] or ()
    return {**given, "groups": tuple(groups.split(";") if isinstance(groups, str) else groups)}
