from pathlib import Path

import httpx
import pytest

from lab.django_admin import ADMIN, PASSWORD, TOKEN, running_intranet

pytestmark = pytest.mark.live


def test_somebody_made_through_scim_or_the_admin_pages_is_read_from_its_database(tmp_path: Path) -> None:
    with running_intranet(tmp_path) as intranet:
        ada = {"userName": "ada", "name": {"givenName": "Ada", "familyName": "Lovelace"}, "active": False}
        with httpx.Client(headers={"Authorization": f"Bearer {TOKEN}"}, verify=False) as client:
            made = client.post(f"{intranet.base_url}/Users", json=ada).raise_for_status().json()
            team = client.post(f"{intranet.base_url}/Groups", json={"displayName": "devs"}).raise_for_status()
            add = {"op": "add", "path": "members", "value": [{"value": made["id"]}]}
            operations = {"Operations": [add]}
            client.patch(f"{intranet.base_url}/Groups/{team.json()['id']}", json=operations).raise_for_status()
        person = intranet.people()["ada"]
        assert (person.name, person.active) == ("Ada Lovelace", False)
        assert intranet.groups() == {"devs": {"ada"}}
        with httpx.Client(base_url=intranet.url, follow_redirects=True, verify=False) as client:
            client.get("/admin/login/")
            form = {"username": ADMIN, "password": PASSWORD, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
            page = client.post("/admin/login/?next=/admin/intranet/person/", data=form)
        assert "Select person to change" in page.text
        assert "Lovelace" in page.text
