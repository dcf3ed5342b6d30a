"""How fast django-oscar makes the codes of a voucher set, and deletes them again.

It is installed into an environment of its own under var/, since it asks for other versions than ours; this file runs
itself again there, on an SQLite file with the settings of ours.
"""

import json
import subprocess
import sys
import tempfile
import time
import venv
from datetime import timedelta
from pathlib import Path

VERSION = "django-oscar==4.1"
NEEDED = [VERSION, "factory-boy~=3.3"]
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
        subprocess.check_call([python, "-m", "pip", "install", "--quiet", *NEEDED])
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
    """Codes per second of the form with which its staff make a voucher set, and of deleting the vouchers."""
    from django.utils import timezone
    from oscar.apps.dashboard.vouchers.forms import VoucherSetForm
    from oscar.test.factories import ConditionalOfferFactory

    offer = ConditionalOfferFactory(offer_type="Voucher")
    wish = {"name": "Codes", "description": "-", "code_length": 12, "count": codes, "usage": "Single use"}
    dates = {"start_datetime": timezone.now(), "end_datetime": timezone.now() + timedelta(days=1)}
    form = VoucherSetForm(wish | dates | {"offers": [offer.pk]})
    begun = time.perf_counter()
    vouchers = form.save().vouchers
    made = time.perf_counter()
    assert vouchers.count() == codes
    vouchers.all().delete()
    return {"generate": codes / (made - begun), "undo": codes / (time.perf_counter() - made)}


def figures(codes: int = 2_000) -> dict[str, float]:
    """Codes per second made and undone, measured in the environment that has django-oscar."""
    return json.loads(subprocess.check_output([install(), __file__, str(codes)]))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        set_up(f"{folder}/oscar.sqlite3")
        sys.stdout.write(json.dumps(measure(int(sys.argv[1]))))
