"""How gunicorn serves the web process; flags on its command line win."""

import os

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
wsgi_app = "backoffice.wsgi:application"
# Its control socket would be made in the home folder.
control_socket_disable = True


def when_ready(server):
    server.log.info("The admin is at http://%s/admin/", bind)
