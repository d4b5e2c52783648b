"""Each identity provider sends exactly what is on record, and Seatkeeper then holds what it should.

``samples/*.http`` are those requests, each file with its sources. ``<user 0>`` stands for the id the server gave;
the order of names in a body is not kept, since Okta sends back what it has read.
"""

import json
import re
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from seatkeeper.idps.companies import Company
from seatkeeper.idps.dialects import DIALECTS, Dialect
from seatkeeper.idps.directories import differences, read_directory
from seatkeeper.idps.endpoints import Sent
from seatkeeper.idps.entra import Entra, EntraCompliant, Match
from seatkeeper.idps.people import Team, people
from seatkeeper.idps.providers import IdentityProvider

pytestmark = pytest.mark.slow

SAMPLES = Path(__file__).parent / "samples"
_GUID = uuid.UUID("6ba7b810-9dad-41d1-80b4-00c04fd430c8")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")

_MADE: Mapping[Dialect, Callable[[str, str], IdentityProvider]] = {
    **DIALECTS,
    Dialect.ENTRA: lambda url, token: Entra(url, token, new_guid=lambda: _GUID),
    Dialect.ENTRA_COMPLIANT: lambda url, token: EntraCompliant(
        url, token, match=Match.EXTERNAL_ID, new_guid=lambda: _GUID
    ),
}


class _Script:
    """What was sent, as a sample spells it."""

    def __init__(self, idp: IdentityProvider) -> None:
        self._idp = idp
        self._named: dict[str, str] = {}
        self._sent: list[Sent] = []
        idp.endpoint.on_sent = self._sent.append

    def look(self) -> None:
        """Learn the ids that were given meanwhile."""
        endpoint = self._idp.endpoint
        self._named |= {value: f"<user {number}>" for number, value in endpoint.people.items()}
        self._named |= {
            value: f"<group {name}>" for name, value in endpoint.teams.items() if value not in self._named
        }

    def text(self) -> str:
        """Spell it: the headers that it is known by, then each request with its body."""
        lines: list[str] = []
        for sent in self._sent:
            if not lines:
                lines += [f"  {name}: {sent.headers[name]}" for name in self._idp.manners.headers]
            lines.append(f"{sent.method} {sent.target}")
            if sent.body:
                lines.append(json.dumps(json.loads(sent.body), ensure_ascii=False, sort_keys=True))
        text = "\n".join(lines)
        for value, name in self._named.items():
            text = text.replace(value, name)
        return _ID.sub("<id>", text) + "\n"


def _live_through(company: Company, script: _Script) -> None:
    ada, grace = people(2)
    company.idp.test_connection()
    company.idp.begin_cycle()
    company.hire([ada, grace])
    company.form([Team("Engineering", frozenset({0, 1})), Team("Sales", frozenset({0}))])
    script.look()
    company.change(ada.married("Bernoulli"))
    company.change(grace.promoted("Team Lead", manager=0))
    company.move(1, out_of="Engineering", into="Sales")
    company.rename_team("Engineering", "Research")
    company.deactivate(0)
    company.rehire(0)
    company.delete(1)
    company.purge()


@pytest.mark.parametrize("dialect", Dialect)
def test_a_dialect_sends_what_is_on_record(dialect: Dialect, address: tuple[str, str]) -> None:
    idp = _MADE[dialect](*address)
    script, company = _Script(idp), Company(idp)
    try:
        _live_through(company, script)
        told, (sources, _, sample) = script.text(), (SAMPLES / f"{dialect}.http").read_text().partition("\n\n")
        assert differences(company.expected_directory(), read_directory(idp.endpoint)) == []
    finally:
        idp.endpoint.close()
    assert sources.startswith("# ")
    assert told == sample
