"""How gunicorn serves the web process; flags on its command line win."""

import os

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
wsgi_app = "backoffice.wsgi:application"
# The most that it takes as a number: filters have up to 8 KB, and its own refusal of a longer address is no JSON.
limit_request_line = 8190
# Its control socket would be made in the home folder.
control_socket_disable = True


def when_ready(server):
    server.log.info("The admin is at http://%s/admin/", bind)
