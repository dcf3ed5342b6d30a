"""`manage.py doctor`: looks whether this deployment is in order."""

from typing import Any

from promotions.management.console import ConsoleCommand
from promotions.ops.checks import Level
from promotions.ops.doctor import examine
from promotions.ops.health import describe, is_ready

STYLES = {Level.OK: "green", Level.WARNING: "yellow", Level.ERROR: "bold red"}


class Command(ConsoleCommand):
    help = (
        "Looks at the settings, the database, the workers, the storage and the clocks, and says in plain words what is "
        "wrong. Run it with the environment of the web process."
    )
    examples = (("", "look at everything"), ("--json", "the same for a program"))
    exits = {0: "nothing is wrong; there may be warnings", 1: "something is wrong"}
    # It says itself what is wrong with the database.
    requires_system_checks: list[str] = []

    def handle(self, *, json: bool, **options: Any) -> None:
        checks = []
        for check in examine():
            checks.append(check)
            if not json:
                word = (f"{check.level:<9}", STYLES[check.level])
                self.print_line(word, f"{check.name:<17}", check.reason)
        if json:
            self.print_json({"ok": is_ready(checks), "checks": {check.name: describe(check) for check in checks}})
        if not is_ready(checks):
            raise SystemExit(1)
