"""How fast django-oscar makes the codes of a voucher set, and deletes them again.

    python -m benchmarks.oscar [--codes 2000]

Installs django-oscar into an environment of its own under var/, since it asks for other versions than ours, and
runs this file again there, on an SQLite file with the settings of ours.
"""

import argparse
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

VERSION = "django-oscar==4.1"
ENVIRONMENT = Path(__file__).resolve().parent.parent / "var" / "benchmarks" / "oscar"
SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;",
}


def install() -> Path:
    """The Python of an environment that has django-oscar."""
    python = ENVIRONMENT / "bin" / "python"
    if not (ENVIRONMENT / ".done").exists():
        venv.create(ENVIRONMENT, with_pip=True)
        subprocess.check_call([python, "-m", "pip", "install", "--quiet", VERSION])
        (ENVIRONMENT / ".done").touch()
    return python


def set_up(file: str) -> None:
    """A shop of django-oscar as its documentation sets it up, with nothing in it."""
    import django
    from django.conf import settings
    from oscar import INSTALLED_APPS, defaults

    settings.configure(
        **{name: getattr(defaults, name) for name in dir(defaults) if name.isupper()},
        SECRET_KEY="benchmark",  # noqa: S106
        INSTALLED_APPS=INSTALLED_APPS,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": file, "OPTIONS": SQLITE}},
        HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
        ROOT_URLCONF="oscar.urls",
        SITE_ID=1,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def measure(codes: int) -> dict[str, float]:
    """Codes per second of a voucher set that makes its codes, and of its deletion."""
    from django.utils import timezone
    from oscar.core.loading import get_model

    now = timezone.now()
    dates = {"start_datetime": now, "end_datetime": now + timezone.timedelta(days=1)}
    voucher_set = get_model("voucher", "VoucherSet").objects.create(name="Codes", count=codes, code_length=12, **dates)
    begun = time.perf_counter()
    voucher_set.generate_vouchers()
    made = time.perf_counter()
    assert voucher_set.vouchers.count() == codes
    voucher_set.vouchers.all().delete()
    return {"generate": codes / (made - begun), "undo": codes / (time.perf_counter() - made)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--codes", type=int, default=2_000)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        arguments = [__file__, "--inside", "--codes", str(options.codes)]
        sys.exit(subprocess.call([install(), *arguments]))
    with tempfile.TemporaryDirectory() as folder:
        set_up(f"{folder}/oscar.sqlite3")
        figures = measure(options.codes)
    print(f"{VERSION}: {figures['generate']:,.0f} codes/s made, {figures['undo']:,.0f} codes/s deleted")


if __name__ == "__main__":
    main()
