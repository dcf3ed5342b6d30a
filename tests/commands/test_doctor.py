"""`manage.py doctor`: what it finds wrong with a deployment, and how it says so."""

from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from promotions.jobs.heartbeat import beat
from promotions.models import ChoreTurn, WebhookDelivery
from promotions.ops import doctor
from tests.factories import JobFactory, WebhookFactory
from tests.processes import free_port

pytestmark = pytest.mark.django_db

GOOD_KEY = "b7Qx-93kdPw_Lz0vYt2sHn8RmCf6Ja4Ue1Gi5Ko-ATXyWqBDhSpE"  # pragma: allowlist secret
MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/a /srv nfs4 rw 0 0
/dev/sdb1 /srv/local ext4 rw 0 0
server:/b /srv/with\\040blank cifs rw 0 0
"""


@pytest.fixture(autouse=True)
def well(settings, monkeypatch):
    """A deployment that is in order."""
    settings.SECRET_KEY = GOOD_KEY
    settings.ALLOWED_HOSTS = ["promotions.example.com"]
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    monkeypatch.setenv("WEB_CONCURRENCY", "1")
    settings.MEDIA_ROOT.mkdir(exist_ok=True)


@pytest.fixture
def found(run):
    """What the doctor says of one thing: its level and its reason; the exit status must fit."""

    def of(name):
        ran = run("doctor", "--json")
        checks = ran.json["checks"]
        errors = [check for check in checks.values() if check["status"] == "error"]
        assert (ran.status, ran.json["ok"]) == ((1, False) if errors else (0, True))
        return checks[name]["status"], checks[name]["reason"]

    return of


def test_nothing_is_wrong_with_a_deployment_that_is_in_order(run):
    beat("one", "host:1")
    ran = run("doctor")
    assert ran.status == 0
    assert {line.split()[0] for line in ran.lines} == {"ok"}
    assert len(ran.lines) == 18


def test_a_line_says_how_it_is_what_it_is_about_and_why(run, settings):
    settings.DEBUG = True
    ran = run("doctor")
    text = "error    debug            DEBUG is on: pages of errors show settings and data. Never in production."
    assert (ran.status, ran.lines[0]) == (1, text)


@pytest.mark.parametrize(
    ("setting", "value", "name", "level", "reason"),
    [
        ("DEBUG", True, "debug", "error", "DEBUG is on"),
        ("SECRET_KEY", "short", "secret_key", "error", "SECRET_KEY can be guessed"),
        ("ALLOWED_HOSTS", [], "hosts", "error", "ALLOWED_HOSTS is empty"),
        ("ALLOWED_HOSTS", ["*"], "hosts", "warning", "ALLOWED_HOSTS lets any host name in"),
        ("SECURE_SSL_REDIRECT", False, "https", "warning", "HTTPS_ONLY is off"),
        ("SECURE_PROXY_SSL_HEADER", None, "https", "warning", "HTTPS_ONLY without BEHIND_PROXY"),
        ("PROMOTIONS_TMP_DIR", Path("/nowhere"), "temporary_files", "error", "Exports cannot write"),
    ],
)
def test_settings_that_are_no_good_are_named(found, settings, setting, value, name, level, reason):
    setattr(settings, setting, value)
    assert found(name)[0] == level
    assert found(name)[1].startswith(reason)


def test_limits_that_each_process_counts_for_itself_are_a_warning(found, monkeypatch):
    monkeypatch.setenv("WEB_CONCURRENCY", "4")
    assert found("limits")[0] == "warning"
    assert "Each of the 4 web processes" in found("limits")[1]


def test_a_cache_that_cannot_be_used_is_an_error(found, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "not_there"}}
    assert found("limits")[0] == "error"


def test_a_redis_that_cannot_be_reached_is_an_error_and_its_password_is_not_told(found, settings):
    assert found("queue") == ("ok", "The database tells workers that there is work.")
    settings.TASKS_URL = f"redis://:xyzzy@127.0.0.1:{free_port()}/0"
    level, reason = found("queue")
    assert level == "error"
    assert "jobs wait: ConnectionError" in reason
    assert "xyzzy" not in reason


def test_static_files_that_were_not_collected_are_an_error(found, settings, tmp_path):
    manifest = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": manifest}}
    settings.STATIC_ROOT = tmp_path
    assert found("static_files") == ("error", "The static files are not there: run manage.py collectstatic.")
    (tmp_path / "staticfiles.json").write_text('{"version": "1.1", "paths": {}, "hash": ""}')
    assert found("static_files")[0] == "ok"


def test_a_storage_that_takes_no_files_is_an_error_and_one_that_does_is_left_clean(found, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    assert found("storage")[0] == "ok"
    assert default_storage.listdir("doctor")[1] == []
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file"
    assert found("storage")[0] == "error"


@pytest.mark.parametrize(("megabytes", "level"), [(50, "error"), (500, "warning"), (5000, "ok")])
def test_little_room_is_told(found, monkeypatch, megabytes, level):
    usage = namedtuple("Usage", "free")(megabytes * doctor.MEGABYTE)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: usage)
    assert found("space")[0] == level
    assert found("space")[1].startswith(f"{megabytes} MB are free in ")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib", "ext4"),
        ("/srv", "nfs4"),
        ("/srv/deep/inside", "nfs4"),
        ("/srv/local/inside", "ext4"),
        ("/srv/localhost", "nfs4"),
        ("/srv/with blank/inside", "cifs"),
    ],
)
def test_the_file_system_of_a_folder_is_that_of_the_innermost_mount(path, kind):
    assert doctor.file_system_of(Path(path), MOUNTS) == kind


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite lies in a file")
def test_sqlite_on_a_network_file_system_is_an_error(found, monkeypatch):
    monkeypatch.setattr(doctor, "file_system_of", lambda path, mounts: "nfs4")
    assert found("sqlite_place")[0] == "error"
    assert "(nfs4)" in found("sqlite_place")[1]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has this machine's clock")
@pytest.mark.parametrize(("seconds", "level"), [(0, "ok"), (-10, "warning"), (100, "error")])
def test_clocks_that_differ_are_told(found, monkeypatch, seconds, level):
    class Clock:
        @staticmethod
        def now():
            return timezone.now() + timedelta(seconds=seconds)

    monkeypatch.setattr(doctor, "timezone", Clock)
    assert found("clocks")[0] == level


def test_without_the_database_it_says_so_and_leaves_out_what_needs_it(run, monkeypatch):
    def unreachable(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", unreachable)
    ran = run("doctor")
    assert ran.status == 1
    assert ran.lines[-1] == "error    database         The database cannot be reached; the log says why."


def test_migrations_that_are_missing_are_an_error(found):
    (latest,) = MigrationLoader(connection).graph.leaf_nodes("promotions")
    MigrationRecorder(connection).record_unapplied(*latest)
    assert found("migrations")[0] == "error"


def test_a_worker_that_is_missing_and_chores_that_have_failed_are_warnings(found):
    long_ago = timezone.now() - timedelta(minutes=10)
    JobFactory(created_at=long_ago, delivered_at=long_ago)
    ChoreTurn.objects.create(name="tokens", error="OSError")
    assert [found(name)[0] for name in ("workers", "pending_jobs", "chores")] == ["warning"] * 3
    assert "tokens" in found("chores")[1]


def test_deliveries_to_webhooks_that_were_given_up_are_a_warning(found):
    WebhookFactory()
    JobFactory().cancel()
    WebhookDelivery.objects.update(status="given_up", tried_at=timezone.now())
    assert found("webhooks")[0] == "warning"
    assert found("webhooks")[1].startswith("1 delivery to a webhook was given up")
    WebhookDelivery.objects.update(tried_at=timezone.now() - timedelta(days=2))
    assert found("webhooks")[0] == "ok"


def test_the_version_of_the_database_is_told(found):
    assert found("version")[1].startswith(f"The database is {connection.display_name} ")
