"""What `manage.py doctor` looks at: whether this deployment is set up as it should be, and what to do where it is not.

Beyond what `checks` tells machines, for operators: here names of files and texts of faults may be told.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache
from django.core.checks.security.base import check_secret_key
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from redis import Redis
from redis.exceptions import RedisError

from promotions.jobs import export
from promotions.models import ChoreTurn, WebhookDelivery
from promotions.ops.checks import Check, Level, database, migrations, pending_jobs, workers

MEGABYTE = 1024 * 1024
LITTLE_SPACE = 1024 * MEGABYTE
NO_SPACE = 100 * MEGABYTE
# Of another clock than the database's are the beginnings and ends of promotions, and links that expire.
CLOCKS_APART = timedelta(seconds=2)
CLOCKS_FAR_APART = timedelta(minutes=1)
NETWORK_FILE_SYSTEMS = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "glusterfs",
    "fuse.sshfs",
    "virtiofs",
}


def examine() -> Iterator[Check]:
    """Look at everything, one check after the other; what needs the database only when it is there."""
    for look in (debug, secret_key, hosts, https, limits, static_files, storage, temporary_files, space, queue):
        yield look()
    yield sqlite_place() if connection.vendor == "sqlite" else clocks()
    yield (answers := database())
    if answers.level == Level.OK:
        yield version()
        yield (tables := migrations())
        if tables.level == Level.OK:
            yield from (workers(), pending_jobs(), chores(), webhooks())


def debug() -> Check:
    if settings.DEBUG:
        return Check(
            "debug", Level.ERROR, _("DEBUG is on: pages of errors show settings and data. Never in production.")
        )
    return Check("debug", Level.OK, _("DEBUG is off."))


def secret_key() -> Check:
    if check_secret_key(None):
        text = _("SECRET_KEY can be guessed: make it long and random, with 50 characters or more.")
        return Check("secret_key", Level.ERROR, text)
    return Check("secret_key", Level.OK, _("SECRET_KEY is long."))


def hosts() -> Check:
    if not settings.ALLOWED_HOSTS:
        return Check("hosts", Level.ERROR, _("ALLOWED_HOSTS is empty: every request is refused. Name your hosts."))
    if "*" in settings.ALLOWED_HOSTS:
        text = _("ALLOWED_HOSTS lets any host name in, also forged ones in links. Name your hosts.")
        return Check("hosts", Level.WARNING, text)
    return Check(
        "hosts", Level.OK, _("These hosts are served: %(hosts)s.") % {"hosts": ", ".join(settings.ALLOWED_HOSTS)}
    )


def https() -> Check:
    if not settings.SECURE_SSL_REDIRECT:
        text = _("HTTPS_ONLY is off: passwords and tokens may travel unencrypted.")
        return Check("https", Level.WARNING, text)
    if not settings.SECURE_PROXY_SSL_HEADER:
        text = _(
            "HTTPS_ONLY without BEHIND_PROXY: gunicorn speaks plain HTTP, so behind a proxy that does not pass on the "
            "protocol every page is redirected for ever."
        )
        return Check("https", Level.WARNING, text)
    return Check("https", Level.OK, _("Only HTTPS is served, as the proxy tells it."))


def limits() -> Check:
    """Whether the limits of the API hold for all processes together, and their counters can be reached."""
    try:
        cache.set("doctor", "here", 10)
        reached = cache.get("doctor") == "here"
    except Exception as error:
        reached, reason = False, f" ({error})"
    else:
        reason = ""
    if not reached:
        text = _("The cache of CACHE_URL cannot be used%(reason)s: requests with a limit fail.") % {"reason": reason}
        return Check("limits", Level.ERROR, text)
    processes = int(os.environ.get("WEB_CONCURRENCY", "2"))
    rates: dict[str, str | None] = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]  # type: ignore[assignment]
    in_memory = settings.CACHES["default"]["BACKEND"].endswith(".LocMemCache")
    if in_memory and processes > 1 and any(rates.values()):
        text = _(
            "Each of the %(processes)s web processes counts for itself, so limits are as many times higher. "
            "Set CACHE_URL."
        )
        return Check("limits", Level.WARNING, text % {"processes": processes})
    return Check("limits", Level.OK, _("The counters of the limits can be reached."))


def static_files() -> Check:
    read_manifest: Callable[[], str | None] | None = getattr(staticfiles_storage, "read_manifest", None)
    if read_manifest and read_manifest() is None:
        return Check("static_files", Level.ERROR, _("The static files are not there: run manage.py collectstatic."))
    return Check("static_files", Level.OK, _("The static files are there."))


def storage() -> Check:
    """Whether a file can be stored, read and removed."""
    content = uuid4().hex
    try:
        name = default_storage.save(f"doctor/{content}", ContentFile(content.encode()))
        try:
            with default_storage.open(name) as file:
                is_same = file.read().decode() == content
        finally:
            default_storage.delete(name)
    # Each kind of storage fails in its own way.
    except Exception as error:
        text = _("Files cannot be stored, so exports fail: %(error)s") % {"error": error or type(error).__name__}
        return Check("storage", Level.ERROR, text)
    if not is_same:
        return Check("storage", Level.ERROR, _("What is stored comes back changed."))
    return Check("storage", Level.OK, _("Files can be stored, read and removed."))


def temporary_files() -> Check:
    try:
        with export.nameless() as file:
            file.write(b"here")
    except OSError as error:
        text = _("Exports cannot write their temporary files: %(error)s") % {"error": error}
        return Check("temporary_files", Level.ERROR, text)
    return Check("temporary_files", Level.OK, _("Temporary files can be written."))


def space() -> Check:
    """How much room is left where files, temporary files and the SQLite database are."""
    free = {folder: shutil.disk_usage(folder).free for folder in folders() if folder.exists()}
    if not free:
        return Check("space", Level.OK, _("Nothing is stored on this machine."))
    fullest = min(free, key=lambda folder: free[folder])
    words = {"megabytes": free[fullest] // MEGABYTE, "folder": fullest}
    level = Level.ERROR if free[fullest] < NO_SPACE else Level.WARNING if free[fullest] < LITTLE_SPACE else Level.OK
    return Check("space", level, _("%(megabytes)s MB are free in %(folder)s.") % words)


def folders() -> list[Path]:
    """The folders of this machine that are written to."""
    stored = [Path(settings.MEDIA_ROOT)] if isinstance(default_storage, FileSystemStorage) else []
    return [*stored, Path(settings.PROMOTIONS_TMP_DIR), *([sqlite_folder()] if connection.vendor == "sqlite" else [])]


def sqlite_folder() -> Path:
    return Path(str(connection.settings_dict["NAME"])).resolve().parent


def queue() -> Check:
    """Whether what tells workers that there is work can be reached."""
    if not settings.TASKS_URL:
        return Check("queue", Level.OK, _("The database tells workers that there is work."))
    try:
        Redis.from_url(settings.TASKS_URL, socket_connect_timeout=5, socket_timeout=5).ping()
    except RedisError as error:
        # Without what TASKS_URL is: it may have a password.
        text = _("The Redis of TASKS_URL cannot be used, so jobs wait: %(error)s") % {"error": type(error).__name__}
        return Check("queue", Level.ERROR, text)
    return Check("queue", Level.OK, _("The Redis that tells workers of work can be reached."))


def sqlite_place() -> Check:
    """Whether the SQLite database lies where its locks can be trusted."""
    try:
        kind = file_system_of(sqlite_folder(), Path("/proc/self/mounts").read_text())
    except OSError:
        kind = ""
    if kind in NETWORK_FILE_SYSTEMS:
        text = _(
            "The SQLite database lies on a network file system (%(kind)s), where its locks cannot be trusted and it "
            "can be destroyed: move it to a local disk, or use PostgreSQL."
        )
        return Check("sqlite_place", Level.ERROR, text % {"kind": kind})
    return Check("sqlite_place", Level.OK, _("The SQLite database lies on a local disk, as far as one can see."))


def file_system_of(path: Path, mounts: str) -> str:
    """The kind of file system on which `path` lies, by the table of `mounts` that Linux keeps; empty when unknown."""
    table = [line.split()[1:3] for line in mounts.splitlines() if len(line.split()) >= 3]
    around = [(len(place), kind) for place, kind in table if path.is_relative_to(place.replace(r"\040", " "))]
    # Of two that are mounted at one place the later one is seen.
    return sorted(around, key=lambda one: one[0])[-1][1] if around else ""


def clocks() -> Check:
    """Whether the clocks of this machine and of the database's agree."""
    began = timezone.now()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            database_time = cursor.fetchone()[0]
    except Exception:
        return Check("clocks", Level.WARNING, _("The database's clock cannot be read."))
    apart = abs(database_time - (began + (timezone.now() - began) / 2))
    level = Level.ERROR if apart > CLOCKS_FAR_APART else Level.WARNING if apart > CLOCKS_APART else Level.OK
    seconds = round(apart.total_seconds(), 3)
    text = _("The clocks of this machine and of the database are %(seconds)s s apart.") % {"seconds": seconds}
    return Check("clocks", level, text + ("" if level == Level.OK else " " + _("Have both set by NTP.")), seconds)


def version() -> Check:
    # Too old a database would not even answer.
    number = ".".join(map(str, connection.get_database_version()))
    text = _("The database is %(name)s %(version)s.") % {"name": connection.display_name, "version": number}
    return Check("version", Level.OK, text)


def chores() -> Check:
    """Whether what is to be done from time to time could be done."""
    failed = ", ".join(ChoreTurn.objects.exclude(error="").values_list("name", flat=True))
    if failed:
        text = _("These chores failed the last time, the workers' log says why: %(chores)s.") % {"chores": failed}
        return Check("chores", Level.WARNING, text)
    return Check("chores", Level.OK, _("No chore has failed."))


def webhooks() -> Check:
    """Whether what was to be told to webhooks in the last day has been."""
    given_up = WebhookDelivery.objects.filter(status=WebhookDelivery.Status.GIVEN_UP)
    count = given_up.filter(tried_at__gt=timezone.now() - timedelta(days=1)).count()
    if count:
        text = ngettext(
            "%(count)s delivery to a webhook was given up in the last day: see Deliveries in the admin.",
            "%(count)s deliveries to webhooks were given up in the last day: see Deliveries in the admin.",
            count,
        )
        return Check("webhooks", Level.WARNING, text % {"count": count})
    return Check("webhooks", Level.OK, _("No delivery to a webhook was given up in the last day."))
