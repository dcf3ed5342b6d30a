"""The settings of the project with what only tests need."""

import os

os.environ.setdefault("SECRET_KEY", "only for tests, which keep no secrets")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
os.environ.setdefault("HTTPS_ONLY", "false")

from backoffice.settings import *  # noqa: F403
from backoffice.settings import DATABASES, STORAGES, VAR_DIR

# A file, not memory: other threads and processes must reach the tests' database as they reach a real one.
DATABASES["default"].setdefault("TEST", {})
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"]["NAME"] = str(VAR_DIR / "test.sqlite3")

# Without a manifest, pages can be rendered before collectstatic has run.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
