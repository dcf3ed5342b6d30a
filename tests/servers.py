"""Small web servers of the tests' own, on this machine."""

import threading
from contextlib import contextmanager


@contextmanager
def serving(server):
    """The server answers for the time of the block."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield
    server.shutdown()
    server.server_close()
    thread.join()
