"""`manage.py import_promotions`: takes in the promotions and codes that Elastic Path's API has listed."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.db import transaction
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from promotions.codes import take_in
from promotions.errors import DuplicateCodes, Refused
from promotions.management.console import ConsoleCommand, Error, actor, find_promotion, texts
from promotions.management.elastic_path import Item, Unreadable, items, read_code, read_promotion
from promotions.models import PromotionCode

STYLES = {"created": "green", "unchanged": "", "refused": "red"}
# Of the faults of one promotion; --json has all.
FAULTS_SHOWN = 20


@dataclass
class Outcome:
    """What happened to one promotion: `created`, `unchanged`, or `refused` with all its codes for these `faults`."""

    id: str
    name: str = ""
    outcome: str = "refused"
    codes_created: int = 0
    codes_unchanged: int = 0
    differs: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Command(ConsoleCommand):
    help = (
        "Takes in promotions and codes from the JSON that Elastic Path's API answers: lists of promotions and of their "
        "codes, single promotions, or many of these one after another. Each promotion comes in with all its codes or "
        "not at all; what is here already stays as it is, so a second run changes nothing."
    )
    examples = (
        ("shop.json --dry-run", "say what would come in"),
        ("shop.json", "take it in; what came in stays, whatever ends the command"),
        ("codes.json --promotion 9d1e…", "codes alone, listed without `links`"),
    )
    exits = {0: "everything is there", 1: "something was refused, or could not be read"}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="The file with the JSON; - for standard input.")
        parser.add_argument(
            "--promotion",
            default="",
            metavar="ID",
            help="The promotion of all codes in the file, when their lists came without `links`.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen, and change nothing.")
        super().add_arguments(parser)

    def handle(self, *, file: str, promotion: str, dry_run: bool, json: bool, **options: Any) -> None:
        found = self.read(file, promotion)
        outcomes: list[Outcome] = []
        try:
            with self.progress(found) as advance, rolled_back() if dry_run else nullcontext():
                for item in found:
                    outcomes.append(take(item, advance))
        finally:
            # Also when it is interrupted: these are here.
            if json:
                self.print_json({"dry_run": dry_run, "promotions": [asdict(outcome) for outcome in outcomes]})
            else:
                self.print_outcomes(outcomes)
        self.sum_up(outcomes, dry_run)

    def read(self, file: str, promotion: str) -> list[Item]:
        """What the file says. Raises Error when it cannot be read."""
        try:
            text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
            return items(text, promotion)
        except (OSError, UnicodeDecodeError) as error:
            raise Error(f"{file} cannot be read: {error}") from error
        except Unreadable as error:
            raise Error(f"{file}: {error}") from error

    @contextmanager
    def progress(self, found: list[Item]) -> Iterator[Callable[[int], Any]]:
        """Shows how many codes are done, on a terminal; yields what is told."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        console, is_shown = self.console(self.stderr), self.stderr.isatty()
        with Progress(*columns, console=console, disable=not is_shown) as bar:
            task = bar.add_task("codes", total=sum(len(item.codes) for item in found))
            yield lambda done: bar.advance(task, done)

    def print_outcomes(self, outcomes: list[Outcome]) -> None:
        for one in outcomes:
            codes = f"  {counted(one.codes_created, 'code')} created, {one.codes_unchanged:,} unchanged"
            kept = f"  (here it differs in {', '.join(one.differs)}, and stays so)" if one.differs else ""
            self.print_line(
                f"{one.id}  ",
                (one.outcome, STYLES[one.outcome]),
                f"  {one.name}" if one.name else "",
                "" if one.faults else codes + kept,
            )
            for fault in one.faults[:FAULTS_SHOWN]:
                self.print_line(f"    {fault}")
            if len(one.faults) > FAULTS_SHOWN:
                self.print_line(f"    and {len(one.faults) - FAULTS_SHOWN:,} more")

    def sum_up(self, outcomes: list[Outcome], dry_run: bool) -> None:
        count = {name: sum(one.outcome == name for one in outcomes) for name in STYLES}
        created = counted(count["created"], "promotion")
        codes = counted(sum(one.codes_created for one in outcomes), "code")
        would = "would be " if dry_run else ""
        message = f"{created} and {codes} {would}created, {counted(count['unchanged'], 'promotion')} here already."
        self.stderr.write(message, style_func=str)
        if count["refused"]:
            raise Error(f"{count['refused']:,} of {len(outcomes):,} promotions {would or 'were '}refused.")


def counted(number: int, what: str) -> str:
    """`1 code`, `2,000 codes`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


@contextmanager
def rolled_back() -> Iterator[None]:
    """A transaction in which everything is tried, and of which nothing is kept."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def take(item: Item, advance: Callable[[int], Any]) -> Outcome:
    """Take in one promotion with all its codes, or nothing of it."""
    outcome, by = Outcome(item.id), actor()
    try:
        given = read_promotion(item.promotion) if item.promotion else None
        outcome.name = given[0].name if given else ""
        codes = read_codes(item, outcome.faults, by)
        if outcome.faults:
            return outcome
        with transaction.atomic():
            found = take_in.promotion(*given, by) if given else take_in.Found(find_promotion(item.id), is_new=False)
            outcome.codes_created = take_in.codes(found, codes, advance)
    except (Refused, ValidationError) as error:
        outcome.faults = said(error, list(item.codes))
        return outcome
    outcome.outcome = "created" if found.is_new else "unchanged"
    outcome.name, outcome.differs = found.promotion.name, list(found.differs)
    outcome.codes_unchanged = len(codes) - outcome.codes_created
    return outcome


def read_codes(item: Item, faults: list[str], by: str) -> list[PromotionCode]:
    """The item's codes, unsaved; what is wrong with any is added to `faults`."""
    codes = []
    for text, entry in item.codes.items():
        try:
            codes.append(read_code(entry, by))
        except (Refused, ValidationError) as error:
            faults += [f"{text}: {fault}" for fault in said(error)]
    return codes


def said(error: Refused | ValidationError, codes: Sequence[str] = ()) -> list[str]:
    """The faults of `error` as texts, with their places; those of `codes` that are in use begin with the code."""
    if isinstance(error, DuplicateCodes):
        return [f"{codes[place]}: {fault}" for place, fault in zip(error.places, error.faults, strict=True)]
    if not isinstance(error, Refused):
        return texts(error)
    places = [fault.source.removeprefix("data").lstrip(".") for fault in error.faults]
    return [f"{place}: {fault}" if place else str(fault) for place, fault in zip(places, error.faults, strict=True)]
