"""Runs the storm: sets the shop up, lets it blow, waits for calm and gives the verdict."""

import argparse
import json
import random
import shutil
import sys
import time
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from oauth2_provider.models import AccessToken  # noqa: E402

from benchmarks.database import own_database  # noqa: E402
from promotions.jobs.export import FOLDER  # noqa: E402
from promotions.models import Job  # noqa: E402
from tests.chaos.storm import __doc__ as description  # noqa: E402
from tests.chaos.storm import faults, verdict  # noqa: E402
from tests.chaos.storm.clients import Client, Told  # noqa: E402
from tests.factories import ApiClientFactory, PromotionCodeFactory, PromotionFactory  # noqa: E402
from tests.processes import Process, free_port  # noqa: E402

PROMOTIONS, CLIENTS, USES = 6, 4, 100_000
# Until a dead worker's lease has run out and its job is undone, with room for a slow machine.
CALM_SECONDS = 120


def new_token() -> str:
    """A token of a client that may read and write, as the token endpoint makes it."""
    expires = timezone.now() + timedelta(days=1)
    token = f"{random.SystemRandom().getrandbits(160):x}"
    AccessToken.objects.create(application=ApiClientFactory(), token=token, expires=expires, scope="read write")
    return token


def new_shop() -> dict[str, str]:
    """Promotions, each with one code for redeeming: its text by the promotion's ID."""
    promotions = PromotionFactory.create_batch(PROMOTIONS, code_count=1)
    codes = [PromotionCodeFactory(promotion=one, uses=USES, max_uses=USES) for one in promotions]
    return {str(code.promotion.uuid): code.code for code in codes}


def blow(seconds: float, seed: int, told: Told) -> dict[str, int]:
    """The storm itself; returns what has happened how often. Leaves nothing running."""
    codes, token, port = new_shop(), new_token(), free_port()
    web = Process("-m", "gunicorn", "--log-level", "error", PORT=str(port), LOG_LEVEL="ERROR")
    weather = faults.Weather(web, 1 if connection.vendor == "sqlite" else 3, seed)
    url = f"http://127.0.0.1:{port}"
    try:
        faults.wait_for_web(url)
        clients = [Client(url, token, codes, told, seed + number) for number in range(CLIENTS)]
        for thread in (weather, *clients):
            thread.start()
        time.sleep(seconds)
        weather.clear_up()
        for client in clients:
            client.stopped.set()
            client.join(90)
        wait_for_calm()
    finally:
        weather.end_all()
    return dict(weather.happened)


def wait_for_calm() -> None:
    # What was cut off by the storm is opened anew.
    connection.close()
    deadline = time.monotonic() + CALM_SECONDS
    while Job.objects.active().exists() and time.monotonic() < deadline:
        time.sleep(0.2)


def main() -> int:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=12)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    told = Told()
    with own_database():
        shutil.rmtree(Path(settings.MEDIA_ROOT, FOLDER), ignore_errors=True)
        happened = blow(options.seconds, options.seed, told)
        wrong = verdict.findings(told, USES)
        figures = {"seconds": options.seconds, "seed": options.seed, "database": connection.vendor, "faults": happened}
        figures |= verdict.figures(told) | {"findings": wrong}
    text = json.dumps(figures, indent=2)
    sys.stdout.write(f"{text}\n")
    if options.json:
        options.json.write_text(text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
