"""How gunicorn serves the web process; flags on its command line win."""

import os
from pathlib import Path

port = os.environ.get("PORT", "8000")
bind = f"127.0.0.1:{port}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
wsgi_app = "backoffice.wsgi:application"
# The most that it takes as a number: filters have up to 8 KB, and its own refusal of a longer address is no JSON.
limit_request_line = 8190
# Its control socket would be made in the home folder.
control_socket_disable = True

loglevel = os.environ.get("LOG_LEVEL", "INFO").lower()

if os.environ.get("LOG_FORMAT") == "json":
    # Its own lines, too. Requests are logged by the application.
    logconfig_dict = {
        "formatters": {"generic": {"()": "promotions.log.Json"}},
        "loggers": {
            "gunicorn.error": {"level": loglevel.upper(), "handlers": ["error_console"], "propagate": False},
            "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        },
    }
# Each process counts requests in a file of its own, from its start on; /metrics adds them up.
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(Path(__file__).resolve().parent / "var" / "metrics" / port))


def on_starting(server):
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        file.unlink()


def child_exit(server, worker):
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def when_ready(server):
    server.log.info("The admin is at http://%s/admin/", bind)
