"""RabbitMQ from Debian, with its management interface. Read through that, and by nothing of ours.

An account is replaced as a whole by each ``PUT``; one without a password hash cannot sign in. What people hold are
tags, and permissions in virtual hosts.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from lab.apps import Launched, Person, by_group, launched
from lab.processes import Command, free_port

ADMIN, PASSWORD = "admin", "lab-password-1"
"""For HTTP's Basic authentication."""
TAGS = ("administrator", "management", "monitoring", "policymaker")

_SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_SETTINGS = """
listeners.tcp.default = 127.0.0.1:{amqp_port}
management.tcp.ip = 127.0.0.1
management.tcp.port = {port}
default_user = {admin}
default_pass = {password}
"""
_MORE_SETTINGS = "[{kernel, [{inet_dist_use_interface, {127,0,0,1}}]}].\n"


class RabbitMQ(Launched):
    """A running broker with an administrator and the virtual host ``/``."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._names_port, self._amqp_port, self._node_port = free_port(), free_port(), free_port()

    def companions(self) -> Sequence[Command]:
        """Run Erlang's register of names by ourselves: the broker's own would outlive it."""
        program = shutil.which("epmd") or "epmd"
        arguments = [program, "-address", "127.0.0.1", "-port", str(self._names_port)]
        return [Command(arguments, self.folder / "epmd.log")]

    def command(self) -> Command:
        """Run the broker, whoever we are: only Debian's wrapper asks for the account of its own."""
        settings = _SETTINGS.format(amqp_port=self._amqp_port, port=self.port, admin=ADMIN, password=PASSWORD)
        (self.folder / "rabbitmq.conf").write_text(settings)
        (self.folder / "advanced.config").write_text(_MORE_SETTINGS)
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management].\n")
        environment = {
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(self._names_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": "lab@localhost",
            "RABBITMQ_DIST_PORT": str(self._node_port),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-start_epmd false",
        }
        return Command([_SERVER], self.folder / "rabbitmq.log", environment, self.folder)

    def answers(self) -> bool:
        """Say whether the administrator is let in."""
        return self.ask("/api/whoami", auth=(ADMIN, PASSWORD)).is_success

    def people(self) -> Mapping[str, Person]:
        """Read everybody; ``groups`` are tags. ``more`` holds their virtual hosts."""
        hosts = [(entry["user"], entry["vhost"]) for entry in self._read("/api/permissions")]
        return {
            entry["name"]: Person(
                login=entry["name"],
                name=entry["name"],
                mail="",
                active=bool(entry["password_hash"]),
                groups=frozenset(entry["tags"]),
                more={"vhosts": frozenset(host for user, host in hosts if user == entry["name"])},
            )
            for entry in self._read("/api/users")
        }

    def groups(self) -> Mapping[str, frozenset[str]]:
        """Read the logins that have each tag."""
        return by_group(TAGS, self.people())

    def _read(self, path: str) -> Sequence[Mapping[str, str]]:
        return list(self.ask(path, auth=(ADMIN, PASSWORD)).raise_for_status().json())


@contextmanager
def running_rabbitmq(folder: Path) -> Iterator[RabbitMQ]:
    """Run a fresh one, with its data in ``folder``, for the length of a block."""
    with launched(RabbitMQ(folder.absolute())) as app:
        yield app
