"""`manage.py run_chores`: what has to be done from time to time, for who would rather have it done by cron."""

from typing import Any

from django.core.management.base import CommandParser

from promotions.management.console import Cell, ConsoleCommand
from promotions.ops.chores import CHORES, Done, run_due


class Command(ConsoleCommand):
    help = (
        "Tells webhooks which promotions have started or ended; removes exports that have expired, old idempotency "
        "keys, finished deliveries of the queue, old deliveries to webhooks, expired tokens and expired sessions; each "
        "when its turn has come. Every worker does this by itself; does no harm at any time."
    )
    examples = (("", "do what is due"), ("--all", "do everything now"))
    exits = {0: "all were done", 1: "one failed"}

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
            self.print_done(done)
        if any(one.error for one in done):
            raise SystemExit(1)

    def print_done(self, done: list[Done]) -> None:
        rows: list[tuple[Cell, ...]] = [
            (one.chore.name, (f"failed: {one.error}", "bold red") if one.error else f"{one.count:,} {one.chore.did}")
            for one in done
        ]
        if rows:
            self.print_table(("chore", "what happened"), rows, head=False)
        else:
            self.stdout.write("No chore's turn had come.")
