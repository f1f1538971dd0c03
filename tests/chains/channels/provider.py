"""A provider on this machine that speaks HTTP and misbehaves as a test asks."""

import json
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Request:
    method: str
    path: str
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Provider:
    """Answers with `answer`: (status, headers, body); `hangs` never answers, `drops` takes the request and hangs up.

    `script`: what it says to each of the next requests, one after the other.
    """

    url: str = ""
    answer: tuple = (200, {}, b"")
    mode: str = ""
    requests: list = field(default_factory=list)
    script: list = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def says(self, status, told=b"", **headers):
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        kind = {} if isinstance(told, bytes) else {"Content-Type": "application/json"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.mode, self.answer = "", (status, kind | named, body)


@contextmanager
def running_provider():
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def respond(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            provider.requests.append(Request(self.command, self.path, self.headers, body))
            if provider.mode == "hangs":
                provider.is_over.wait(10)
            if provider.mode in ("hangs", "drops"):
                self.close_connection = True
                return
            if provider.script:
                provider.says(*provider.script.pop(0))
            status, headers, told = provider.answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST = do_PUT = respond

        def log_message(self, *_words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        provider.is_over.set()
        server.shutdown()
        server.server_close()


def closed_address():
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
