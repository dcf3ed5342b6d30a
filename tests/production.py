"""The settings as docs/settings.md has them for production, for `check --deploy`."""

import os
import secrets

os.environ["SECRET_KEY"] = secrets.token_urlsafe(48)
os.environ["DEBUG"] = "false"
os.environ["HTTPS_ONLY"] = "true"
os.environ["ALLOWED_HOSTS"] = "promotions.example.com"
os.environ["BEHIND_PROXY"] = "true"

from backoffice.settings import *  # noqa: F403
