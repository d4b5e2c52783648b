"""Many requests at one moment, each on a connection of its own."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit

_PATIENCE = 120.0


def send_at_once(url: str, token: str, bodies: Sequence[bytes]) -> Counter[int]:
    """Patch with all of these bodies while all connections are open; count the answers by status."""
    return asyncio.run(_send_all(url, token, bodies))


async def _send_all(url: str, token: str, bodies: Sequence[bytes]) -> Counter[int]:
    where = urlsplit(url)
    everybody_here = asyncio.Barrier(len(bodies))

    async def send(body: bytes) -> int:
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        await everybody_here.wait()
        head = f"PATCH {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\nAuthorization: Bearer {token}\r\n"
        head += f"Content-Type: application/scim+json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        answer = await reader.read()
        writer.close()
        return int(answer.split(b" ", 2)[1])

    async with asyncio.timeout(_PATIENCE):
        return Counter(await asyncio.gather(*map(send, bodies)))
