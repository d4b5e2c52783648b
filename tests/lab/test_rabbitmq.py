from pathlib import Path

import httpx
import pytest

from lab.rabbitmq import ADMIN, PASSWORD, running_rabbitmq

pytestmark = [pytest.mark.live, pytest.mark.heavy]


def test_somebody_made_through_rabbitmqs_interface_is_read_from_it(tmp_path: Path) -> None:
    with running_rabbitmq(tmp_path) as broker:
        with httpx.Client(base_url=broker.url, auth=(ADMIN, PASSWORD), verify=False) as client:
            ada = {"password": "S3cretPass1", "tags": "monitoring"}
            client.put("/api/users/ada", json=ada).raise_for_status()
            may = {"configure": "", "write": ".*", "read": ".*"}
            client.put("/api/permissions/%2F/ada", json=may).raise_for_status()
            person = broker.people()["ada"]
            assert (person.active, person.more) == (True, {"vhosts": {"/"}})
            assert broker.groups()["monitoring"] == {"ada"}
            client.put("/api/users/ada", json={"password_hash": "", "tags": "monitoring"}).raise_for_status()
        assert broker.people()["ada"].active is False
