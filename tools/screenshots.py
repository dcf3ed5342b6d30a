"""Takes the pictures of the admin that README and docs show, in light and in dark: `make screenshots`.

A demo shop is built in a folder of its own and served. Every page is opened while nobody works; then a worker starts,
and what shows progress is taken in the midst of it.
"""

import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

IMAGES = ROOT / "docs" / "img"
PYTHON = sys.executable
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PORT = "8765"
HOST = f"http://127.0.0.1:{PORT}"
DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
THEMES: tuple[Any, ...] = ("light", "dark")
MOST_BYTES = 200_000
COLOURS = 128
LIVE = ("overview", "job")
# The job that is seen at work, and the promotion that has it; both are of the demo.
JOB, PROMOTION = "Letters to customers", "Summer sale"
DAYS = 14


def environment(folder: str) -> dict[str, str]:
    """The settings of everything that works on the demo in this folder."""
    return {
        "VAR_DIR": folder,
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DEMO_PASSWORD": secrets.token_urlsafe(12),
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS_ONLY": "false",
        "LOG_LEVEL": "WARNING",
        "PORT": PORT,
        "DJANGO_SETTINGS_MODULE": "backoffice.settings",
    }


def build() -> dict[str, str]:
    """Build the shop. Returns the addresses of its pages, by the names of their pictures."""
    import django

    django.setup()
    from django.core.management import call_command

    from promotions.models import Job, Promotion

    call_command("migrate", verbosity=0)
    with open(os.devnull, "w") as nowhere:
        call_command("seed_demo", stdout=nowhere)
    promotion = Promotion.objects.get(name=PROMOTION)
    make_eventful()
    code = use_codes(promotion)
    app, job = "/admin/promotions", Job.objects.get(name=JOB)
    return {
        "overview": "/admin/",
        "jobs": f"{app}/job/",
        "job": f"{app}/job/{job.pk}/change/",
        "promotion": f"{app}/promotion/{promotion.pk}/codes/",
        "generate": f"{app}/promotion/{Promotion.objects.get(name='Staff discount').pk}/generate/",
        "code": f"{app}/promotioncode/{code}/change/",
    }


def make_eventful() -> None:
    """Let the jobs of the demo have ended on several days, not all in this moment; let one promotion begin soon, and
    another end soon and be low on codes."""
    from django.utils import timezone

    from promotions.models import Job, Promotion, PromotionCode
    from promotions.states import Status

    for back, job in enumerate(Job.objects.filter(status=Status.COMPLETED).order_by("id")):
        Job.objects.filter(pk=job.pk).update(finished_at=job.finished_at - timedelta(days=3 * back + 2))
    days = timezone.now() + timedelta(days=4)
    Promotion.objects.filter(name="Black Friday gift").update(start=days, end=days + timedelta(days=4))
    Promotion.objects.filter(name="Loyalty 10 %").update(end=days)
    PromotionCode.objects.filter(promotion__name="Loyalty 10 %", id__gt=600).update(uses=0, max_uses=1)


def use_codes(promotion: Any) -> int:
    """Let customers have used codes of the promotion in the last days. Returns the id of one that was used."""
    from django.utils import timezone

    from promotions.models import Usage

    chance, now = random.Random(1), timezone.now()  # noqa: S311
    codes = list(promotion.codes.filter(uses=1)[:600])
    usages = [
        Usage(
            promotion=promotion,
            code=code.code,
            code_id=code.pk,
            order_id=f"order-{10_000 + place}",
            customer_id=f"customer-{place % 400}",
            customer_email=f"customer{place % 400}@example.com",
            used_on=now - timedelta(days=DAYS * chance.random() ** 1.5),
        )
        for place, code in enumerate(codes)
    ]
    Usage.objects.bulk_create(usages)
    promotion.codes.filter(pk__in=[code.pk for code in codes]).update(uses=0)
    return codes[0].pk


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is there as long as this lasts."""
    process = subprocess.Popen([PYTHON, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Wait until it is so. Raises TimeoutError after two minutes."""
    end = time.monotonic() + 120
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.1)


def log_in(page: Any) -> None:
    page.goto(f"{HOST}/admin/login/")
    page.get_by_label("Username").fill("demo")
    page.get_by_label("Password").fill(os.environ["DEMO_PASSWORD"])
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{HOST}/admin/")


def open_pages(browser: Any, addresses: dict[str, str]) -> dict[str, Any]:
    """A tab for each picture, opened and filled in, by the name of the picture."""
    tabs = {}
    for size, suffix, names in ((PHONE, "-phone", ["overview", "job"]), (DESK, "", list(addresses))):
        for theme in THEMES:
            context = browser.new_context(viewport=size, color_scheme=theme)
            log_in(context.new_page())
            for name in names:
                tabs[f"{name}{suffix}-{theme}"] = page = context.new_page()
                page.goto(HOST + addresses[name], wait_until="networkidle")
                if name == "generate":
                    fill_in(page)
                if name == "code":
                    # Who has used it stands below its facts.
                    page.set_viewport_size(size | {"height": 1120})
    # What shows progress comes first: a worker that stands still is believed to work for a while only.
    return dict(sorted(tabs.items(), key=lambda tab: not tab[0].startswith(LIVE)))


def fill_in(page: Any) -> None:
    page.get_by_label("Name").fill("Letter to the staff")
    page.get_by_label("Code prefix").fill("staff")
    page.locator("#example code", has_text="staff-").wait_for()


def is_half_done() -> bool:
    from promotions.models import Job

    job = Job.objects.get(name=JOB)
    return job.generated > job.wanted_codes // 2


def take(tabs: dict[str, Any]) -> None:
    """Take the pictures of these tabs, small enough to be loaded with a page. Raises ValueError for one that is not."""
    from PIL import Image

    for name, page in tabs.items():
        # The palette has a fixed number of colours: a page has few, and the file is a third of it.
        picture = Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
        file = IMAGES / f"{name}.png"
        picture.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
        if file.stat().st_size > MOST_BYTES:
            raise ValueError(f"{file} has {file.stat().st_size:,} bytes, more than {MOST_BYTES:,}")
        sys.stdout.write(f"{file.relative_to(ROOT)}  {file.stat().st_size:,}\n")


def main() -> None:
    from playwright.sync_api import sync_playwright

    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        raise SystemExit(f"no browser found: none of {', '.join(BROWSERS)} is on the PATH")
    with TemporaryDirectory(dir=ROOT / "var") as folder:
        # The browser's loop runs in this thread, where Django would otherwise refuse to reach the database.
        os.environ.update(environment(folder), DJANGO_ALLOW_ASYNC_UNSAFE="true")
        addresses = build()
        with running("-m", "gunicorn", "--bind", f"127.0.0.1:{PORT}"), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
            time.sleep(3)
            tabs = open_pages(browser, addresses)
            with running("manage.py", "run_worker", "--interval", "0.1") as worker:
                wait_until(is_half_done, f"no worker has come to {JOB}")
                # It stands still until all pages have asked once more how far it is, and are taken.
                worker.send_signal(signal.SIGSTOP)
                next(iter(tabs.values())).wait_for_timeout(2500)
                take(tabs)
                worker.send_signal(signal.SIGCONT)
            browser.close()


if __name__ == "__main__":
    main()
