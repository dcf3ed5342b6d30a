"""A real web server on this machine that takes what is sent to webhooks."""

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.servers import serving


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


class Receiver:
    """Keeps what it has been sent, and answers `status`, after `delay` seconds."""

    def __init__(self):
        self.received, self.status, self.delay, self.location = [], 204, 0.0, ""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append(Received(self.path, dict(self.headers), body))
                time.sleep(receiver.delay)
                self.send_response(receiver.status)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks?key=xyzzy"

    def events(self):
        return [one.json["type"] for one in self.received]


@contextmanager
def receiving():
    """A receiver for the time of the block."""
    receiver = Receiver()
    with serving(receiver.server):
        yield receiver
