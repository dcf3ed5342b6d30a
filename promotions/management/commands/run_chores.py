"""`manage.py run_chores`: what has to be done from time to time, for who would rather have it done by cron."""

from typing import Any

from django.core.management.base import CommandParser

from promotions.management.console import ConsoleCommand
from promotions.ops.chores import CHORES, run_due


class Command(ConsoleCommand):
    help = (
        "Tells webhooks which promotions have started or ended; removes exports that have expired, old idempotency "
        "keys, finished deliveries of the queue, old deliveries to webhooks, expired tokens and expired sessions; each "
        "when its turn has come. Every worker does this by itself; does no harm at any time."
    )
    epilog = "Exit status: 0 when done, also when no turn had come, 1 when something failed, 2 for wrong usage."

    def add_arguments(self, parser: CommandParser) -> None:
        names = ", ".join(chore.name for chore in CHORES)
        parser.add_argument("--all", action="store_true", help=f"Do not wait for the turns: {names}.")
        super().add_arguments(parser)

    def handle(self, *, all: bool, json: bool, **options: Any) -> None:
        done = run_due(at_once=all)
        if json:
            chores = [{"name": one.chore.name, one.chore.did: one.count, "error": one.error} for one in done]
            self.print_json({"chores": chores})
        else:
            for one in done:
                self.print_line(
                    f"{one.chore.name}  " + (f"failed: {one.error}" if one.error else f"{one.count} {one.chore.did}")
                )
            if not done:
                self.stdout.write("No chore's turn had come.")
        if any(one.error for one in done):
            raise SystemExit(1)
