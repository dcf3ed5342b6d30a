"""`manage.py seed_demo`: a shop's promotions with jobs in every state, and someone to log in as."""

import os
import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import CommandParser
from django.utils import timezone

from promotions.errors import Refused
from promotions.jobs import runner, tasks
from promotions.jobs.create import create_job
from promotions.management.console import ConsoleCommand, Error
from promotions.management.demo import PROMOTIONS, DemoJob, DemoPromotion, Fate
from promotions.models import JobType, Promotion
from promotions.models.promotion_change import create
from promotions.states import Status

USER = "demo"


class Command(ConsoleCommand):
    help = (
        "Fills the database with a demo: the superuser `demo`, promotions, and jobs on them, which are really "
        "worked on; two are left to a worker. Run again, it adds what is missing. Not for a shop's real database."
    )
    examples = (("--password 'for the demo'", "fill the database, and say how to log in"),)
    exits = {0: "the demo is there", 1: "it is not there, or has no password"}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--password",
            default="",
            metavar="TEXT",
            help="The password of `demo` (default: the environment variable DEMO_PASSWORD, which .env may set).",
        )
        super().add_arguments(parser)

    def handle(self, *, password: str, json: bool, **options: Any) -> None:
        password = password or os.environ.get("DEMO_PASSWORD", "")
        if not password:
            raise Error("The demo needs a password: give --password, or set DEMO_PASSWORD in the environment or .env.")
        seed_user(password)
        for data in PROMOTIONS:
            self.seed_promotion(data)
        url = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}/admin/"
        if json:
            self.print_json({"url": url, "username": USER, "password": password})
        else:
            self.print_line("Log in at ", (url, "bold"), f" as {USER} with the password ", (password, "bold"))

    def seed_promotion(self, data: DemoPromotion) -> None:
        """Add the promotion with its jobs, as far as it is missing."""
        key = uuid.uuid5(uuid.NAMESPACE_DNS, f"{data.slug}.demo.promotions")
        promotion = Promotion.objects.filter(uuid=key).first()
        if promotion is None:
            promotion = Promotion(uuid=key, **promotion_fields(data))
            create(promotion, by=USER)
        for job in data.jobs:
            try:
                seed_job(promotion, job)
            except Refused as error:
                # A worker that runs already can be busy with the one before, or faster than the cancel.
                self.stderr.write(f"{promotion}: {job.name}: {error}", style_func=str)


def seed_user(password: str) -> None:
    """Let `demo` log in with `password`; what is as it should be is not touched."""
    model = get_user_model()
    user = model.objects.filter(username=USER).first() or model(username=USER)
    if user.is_active and user.is_staff and user.is_superuser and user.check_password(password):
        return
    user.is_active = user.is_staff = user.is_superuser = True
    user.set_password(password)
    user.save()


def promotion_fields(data: DemoPromotion) -> dict[str, Any]:
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    start = today + timedelta(days=data.starts)
    return data.fields | {
        "start": start,
        "end": start + timedelta(days=data.days),
    }


def seed_job(promotion: Promotion, data: DemoJob) -> None:
    """Add the job if it is missing, and let happen to it what shall, if that has not begun. Raises Refused."""
    most = settings.PROMOTIONS_MAX_CODES
    job = promotion.jobs.filter(name=data.name).first() or create_job(
        promotion,
        JobType.CODE_GENERATE,
        name=data.name,
        by=USER,
        number_of_codes=min(data.codes or most, most),
        **data.parameters,
    )
    if job.status != Status.PENDING:
        return
    if data.fate is Fate.CANCELLED:
        job.cancel(by=USER, reason=data.reason)
    elif data.fate is Fate.WORKED_ON and runner.run(job.pk):
        tasks.deliver(job)
