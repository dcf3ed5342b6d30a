"""The settings of the project with what only tests need."""

import os
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "only for tests, which keep no secrets")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
os.environ.setdefault("HTTPS_ONLY", "false")

from backoffice.settings import *  # noqa: F403
from backoffice.settings import DATABASES, STORAGES, VAR_DIR

# A file, not memory: other threads and processes must reach the tests' database as they reach a real one.
database = DATABASES["default"]
if database["ENGINE"] == "django.db.backends.sqlite3":
    database["TEST"] = {"NAME": str(VAR_DIR / f"test-{Path(database['NAME']).name}")}

# Without a manifest, pages can be rendered before collectstatic has run.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
MEDIA_ROOT = VAR_DIR / "test-media"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
