"""A proxy in front of a real HTTP app that lets it be busy, slow, or read only, without touching it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

_HOP_BY_HOP = {"connection", "content-length", "content-encoding", "transfer-encoding", "host", "server", "date"}


class Proxy:
    """Forwards everything to ``upstream``, unless it was told to be busy, to hold, or to be read only."""

    def __init__(self, upstream: str) -> None:
        self._client = httpx.Client(base_url=upstream, timeout=30)
        self._lock = threading.Lock()
        self._busy_answers, self._retry_after = 0, 0
        self._passing = threading.Event()
        self._passing.set()
        self.refused = 0
        self.read_only = False
        """Whether the service account may change nothing: everything but GET is answered with 403."""
        self.without: str | None = None
        """The end of a path that this server does not know: it is answered with 404."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def be_busy(self, answers: int, *, retry_after: int) -> None:
        """Answer the next requests with 429 and this ``Retry-After``, in seconds."""
        with self._lock:
            self._busy_answers, self._retry_after = answers, retry_after

    def hold(self) -> None:
        """Leave every change without an answer until ``let_pass``; reads are answered."""
        self._passing.clear()

    def let_pass(self) -> None:
        """Forward the changes that were held, and everything from now on."""
        self._passing.set()

    def serve(self) -> None:
        """Forward until ``close``."""
        self._server.serve_forever(poll_interval=0.05)

    def close(self) -> None:
        """Stop forwarding."""
        self.let_pass()
        self._server.shutdown()
        self._server.server_close()
        self._client.close()

    def is_busy(self) -> int | None:
        """Take one busy answer, if some are left, and return its ``Retry-After``."""
        with self._lock:
            if not self._busy_answers:
                return None
            self._busy_answers -= 1
            self.refused += 1
            return self._retry_after

    def forward(self, method: str, path: str, headers: dict[str, str], body: bytes) -> httpx.Response:
        """Send one request on, once that is let pass."""
        if method != "GET":
            self._passing.wait()
        kept = {name: value for name, value in headers.items() if name.lower() not in _HOP_BY_HOP}
        return self._client.request(method, path, headers=kept, content=body)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                retry_after = proxy.is_busy()
                if retry_after is not None:
                    self._send(429, {"Retry-After": str(retry_after)}, b"")
                    return
                if proxy.without is not None and self.path.endswith(proxy.without):
                    self._send(404, {}, b"")
                    return
                if proxy.read_only and self.command != "GET":
                    self._send(403, {}, b"")
                    return
                answer = proxy.forward(self.command, self.path, dict(self.headers.items()), body)
                kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP}
                self._send(answer.status_code, kept, answer.content)

            def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - the base class's names

            def log_message(self, *_: object) -> None:
                return

        return Handler


@contextmanager
def running_proxy(upstream: str) -> Iterator[Proxy]:
    """Run a proxy for the length of a block."""
    proxy = Proxy(upstream)
    thread = threading.Thread(target=proxy.serve, name="proxy")
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join()
