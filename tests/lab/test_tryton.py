from datetime import date
from pathlib import Path

import pytest

from lab.tryton import COMPANY, Employee, running_tryton

pytestmark = pytest.mark.live


def test_somebody_made_through_trytons_remote_calls_is_read_from_its_database(tmp_path: Path) -> None:
    with running_tryton(tmp_path) as tryton:
        named = [["name", "=", "Party Administration"]]
        (group,) = tryton.call("model.res.group.search", named, 0, 1, None)
        ada = {"login": "ada", "name": "Ada Lovelace", "email": "ada@example.org", "groups": [["add", [group]]]}
        (number,) = tryton.call("model.res.user.create", [ada])
        tryton.call("model.res.user.write", [number], {"active": False})
        person = tryton.people()["ada"]
        assert (person.name, person.mail, person.active) == ("Ada Lovelace", "ada@example.org", False)
        assert tryton.groups()["Party Administration"] == {"ada"}
        (party,) = tryton.call("model.party.party.create", [{"name": "Ada Lovelace"}])
        day = {"__class__": "date", "year": 2026, "month": 1, "day": 2}
        tryton.call("model.company.employee.create", [{"party": party, "company": COMPANY, "start_date": day}])
        assert tryton.employees() == [Employee(1, "Ada Lovelace", date(2026, 1, 2), None, None)]
