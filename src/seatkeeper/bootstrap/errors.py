"""Why a process cannot start or a command cannot run, told to whoever operates the installation."""


class StartError(Exception):
    """The base of the set; ``str(error)`` says what is wrong and what to do, and holds no secret.

    ``exit_status`` is what the command ends with.
    """

    exit_status = 1


class SettingsError(StartError):
    """Settings were refused; ``problems`` has one sentence for each."""

    exit_status = 2

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class NotReadyError(StartError):
    """The settings are fine, but something they name is not: the database, its tables, a port."""
