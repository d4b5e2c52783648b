"""What keeps a notification from being delivered."""


class UndeliveredError(Exception):
    """It was not taken; ``str(error)`` says why in a sentence without secrets.

    ``ends`` says that the receiver wants no more of it.
    """

    def __init__(self, sentence: str, *, ends: bool = False) -> None:
        super().__init__(sentence)
        self.ends = ends
