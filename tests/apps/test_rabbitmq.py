"""RabbitMQ by its management interface. It knows a name of people, tags, and the virtual hosts they may use."""

from pathlib import Path

import pytest

from lab.rabbitmq import ADMIN, PASSWORD, running_rabbitmq
from lab.seatkeeper import Seatkeeper
from lab.versions import debian_version
from tests.apps.careers import live_through
from tests.apps.peopled import career_in, folder_of

pytestmark = [pytest.mark.live, pytest.mark.heavy]

HELD = [{"type": "tag", "values": '"management"'}, {"type": "vhost", "values": '"/"'}]


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with running_rabbitmq(folder_of(tmp_path, "rabbitmq")) as app:
        career = career_in(
            app,
            name="rabbitmq",
            version=debian_version("rabbitmq-server"),
            own={ADMIN},
            settings={"base_url": app.url, "username": ADMIN, "password": PASSWORD},
            renames=False,
            expected=lambda _, active: {"active": active, "tags": {"management"}, "vhosts": {"/"}},
            seen=lambda: {
                name: {"active": each.active, "tags": set(each.groups), "vhosts": set(each.more["vhosts"])}
                for name, each in app.people().items()
                if name != ADMIN
            },
            overrides={"mapping": {"entitlements": HELD}},
        )
        live_through(career, house, tmp_path)
