"""The head of an answer is sent together with its body."""

import asyncio
from collections.abc import Iterable

from seatkeeper.bootstrap.whole_answers import Joining


class _Wire(asyncio.Transport):
    """Remembers what was sent at one time."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes | None] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent.append(bytes(data))

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        self.sent.append(b"".join(list_of_data))

    def close(self) -> None:
        self.sent.append(None)

    def is_closing(self) -> bool:
        return None in self.sent


async def test_a_head_goes_out_with_what_follows_it_and_alone_when_nothing_does() -> None:
    wire = _Wire()
    transport = Joining(wire, asyncio.get_running_loop())
    transport.write(b"head ")
    transport.write(b"body")
    transport.write(b"next ")
    assert wire.sent == [b"head body"]
    await asyncio.sleep(0)
    assert wire.sent == [b"head body", b"next "]
    transport.write(b"last ")
    transport.writelines([b"of ", b"all"])
    transport.write(b"but one")
    transport.close()
    await asyncio.sleep(0)
    assert wire.sent[2:] == [b"last of all", b"but one", None]
    assert transport.is_closing()
