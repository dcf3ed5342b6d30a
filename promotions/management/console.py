"""What the commands share: finding things by their IDs, how errors end a command, and how results are shown.

On a terminal results have colours and tables; anywhere else they are plain lines, made to be read by programs too.
"""

import getpass
import json
import logging
import os
import socket
import sys
from argparse import ArgumentTypeError, HelpFormatter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter, OutputWrapper
from django.db import InterfaceError, OperationalError, ProgrammingError
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from promotions.errors import Refused
from promotions.models import Job, Promotion
from promotions.models.actor import Door, acting
from promotions.models.lookup import find
from promotions.states import Status

# What a shell calls the exit status of a program that Ctrl-C has ended.
INTERRUPTED = 130
# And of one whose reader has gone.
PIPE_CLOSED = 141

# What the exit statuses mean that every command may end with, and those that end by themselves.
WRONG_USAGE = {2: "wrong usage"}
COMMON_EXITS = {**WRONG_USAGE, INTERRUPTED: "ended by Ctrl-C", PIPE_CLOSED: "whoever read the output has gone"}

# What stands in a cell of a table: a text, or a text with its style.
Cell = str | tuple[str, str]

STYLES = {
    Status.PENDING: "yellow",
    Status.PROCESSING: "cyan",
    Status.CANCELLING: "magenta",
    Status.CANCELLED: "bright_black",
    Status.FAILED: "bold red",
    Status.COMPLETED: "green",
}


class Error(CommandError):
    """Ends a command with a message. Named so because Django prints the class before the message."""


class ExplainedCommand(BaseCommand):
    """A command whose help ends with `examples`, each a line of arguments and what it does, and with what its exit
    statuses mean: those in `exits`, and those it has in common with others."""

    common_exits: Mapping[int, str] = WRONG_USAGE
    examples: Sequence[tuple[str, str]] = ()
    exits: Mapping[int, str] = {}

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        exits = {**self.common_exits, **self.exits}
        ending = epilog(f"{os.path.basename(prog_name)} {subcommand}", self.examples, exits)
        return super().create_parser(prog_name, subcommand, epilog=ending, formatter_class=Help, **kwargs)


class ConsoleCommand(ExplainedCommand):
    """A command of ours that does one thing and ends; every one takes --json."""

    common_exits = COMMON_EXITS

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON document instead of text.")

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run the command; what can be expected to go wrong ends it with a message instead of a traceback."""
        # Django does not know the variable; its own colours are those of the messages on stderr.
        options["no_color"] |= bool(os.environ.get("NO_COLOR")) and not options["force_color"]
        self.no_color = options["no_color"]
        try:
            with quiet_log(), acting(actor(), Door.COMMAND, socket.gethostname()):
                return super().execute(*args, **options)
        except (Refused, ValidationError) as error:
            raise Error("\n".join(texts(error))) from error
        except (OperationalError, ProgrammingError, InterfaceError) as error:
            reason = str(error).strip()
            raise Error(f"The database cannot be used: {reason} (has `manage.py migrate` been run?)") from error
        except BrokenPipeError as error:
            # Whoever read our output, such as `head`, has had enough. Python would complain when it flushes.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(PIPE_CLOSED) from error
        except UnicodeEncodeError as error:
            raise Error("An argument is not valid UTF-8.") from error
        except KeyboardInterrupt as error:
            raise Error("Interrupted.", returncode=INTERRUPTED) from error

    def console(self, stream: OutputWrapper | None = None) -> Console:
        """Where to print in colour; plain when `stream`, by default stdout, is no terminal."""
        stream = stream or self.stdout
        return Console(
            file=Verbatim(stream),  # type: ignore[arg-type]
            force_terminal=stream.isatty(),
            no_color=self.no_color or None,
            markup=False,
            emoji=False,
            highlight=False,
        )

    def print_line(self, *parts: Cell, stream: OutputWrapper | None = None) -> None:
        """Print one line at once."""
        self.console(stream).print(Text.assemble(*map(shown, parts)), soft_wrap=True)

    def print_table(self, columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, head: bool = True) -> None:
        """Print a table, on a terminal in colours; elsewhere aligned, and without `head` only its rows."""
        cells = [[shown(cell) for cell in row] for row in rows]
        if not self.stdout.isatty():
            texts = [[text for text, _style in row] for row in cells]
            self.stdout.write("\n".join(aligned([columns, *texts] if head else texts)))
            return
        table = Table(*columns, box=box.SIMPLE_HEAD, show_edge=False)
        for row in cells:
            table.add_row(*(Text(text, style=style, no_wrap=True) for text, style in row))
        # A terminal that is too narrow wraps the lines; folded into its columns, they could not be read.
        console = self.console()
        needed = console.measure(table, options=console.options.update(max_width=10_000)).maximum
        console.width = max(console.width, needed)
        console.print(table)

    def print_json(self, document: Any) -> None:
        self.stdout.write(json.dumps(document, indent=2))


class Help(DjangoHelpFormatter):
    """Leaves the lines of what stands at the end of a help as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if text.startswith(EXAMPLES) else HelpFormatter._fill_text(self, text, width, indent)


EXAMPLES = "Examples:\n"


def epilog(command: str, examples: Iterable[tuple[str, str]], exits: Mapping[int, str]) -> str:
    """The end of the help of a command."""
    lines = [f"  {command} {arguments}".rstrip() + f"\n      {what}" for arguments, what in examples]
    statuses = [f"  {status:<5}{meaning}" for status, meaning in sorted(exits.items())]
    return EXAMPLES + "\n".join([*lines, "", "Exit statuses:", *statuses])


@contextmanager
def quiet_log() -> Iterator[None]:
    """Keep what happens out of the log: the command says it itself, and both would stand on one terminal."""
    ours = logging.getLogger("promotions")
    before = ours.level
    ours.setLevel(logging.WARNING)
    try:
        yield
    finally:
        ours.setLevel(before)


class Verbatim:
    """A stream of Django's for `rich`, which ends its own lines and brings its own colours."""

    def __init__(self, stream: OutputWrapper) -> None:
        self.stream = stream

    def write(self, text: str) -> None:
        self.stream.write(text, style_func=str, ending="")

    def flush(self) -> None:
        self.stream.flush()

    def isatty(self) -> bool:
        return self.stream.isatty()


def actor() -> str:
    """Who gives a command, as it is kept with what they did."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):
        # A container's user often has no name.
        user = f"user {os.getuid()}"
    return f"command line ({user})"


def find_promotion(text: str) -> Promotion:
    """The promotion with the ID `text`. Raises NotFound."""
    return find(Promotion.objects.present(), text, "promotion")


def find_job(text: str, promotion: Promotion | None = None) -> Job:
    """The job with the ID `text`, of `promotion` if one is given. Raises NotFound."""
    jobs = Job.objects.select_related("promotion")
    return find(jobs.filter(promotion=promotion) if promotion else jobs, text, "job")


def at_most(length: int) -> Callable[[str], str]:
    """The type of an argument that takes text of at most `length` characters."""

    def text(value: str) -> str:
        if len(value) > length:
            raise ArgumentTypeError(f"at most {length} characters are allowed, not {len(value)}")
        return value

    return text


def texts(error: Refused | ValidationError) -> list[str]:
    """What `error` says, one text for each fault; those of an argument begin with its name."""
    if isinstance(error, Refused):
        return [str(fault) for fault in error.faults]
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    return [f"{name}: {text}" for name, messages in error.message_dict.items() for text in messages]


def describe(job: Job) -> dict[str, Any]:
    """The job as the JSON output of every command shows it."""
    return {
        "id": str(job.uuid),
        "promotion_id": str(job.promotion.uuid),
        "promotion_name": job.promotion.name,
        "job_type": job.job_type,
        "name": job.name,
        "status": str(job.status),
        "error": job.error,
        "number_of_codes": job.number_of_codes,
        "generated": job.generated,
        "deleted": job.deleted,
        "created_at": job.created_at.isoformat(),
        "created_by": job.created_by,
        "finished_at": job.finished_at and job.finished_at.isoformat(),
        "cancelled_by": job.cancelled_by,
        "cancel_reason": job.cancel_reason,
    }


def progress(job: Job) -> str:
    """How many of the job's codes are there: `60 % of 200,000`."""
    if not job.number_of_codes:
        return f"{job.exported:,} exported"
    share = 100 * (job.generated - job.deleted) // job.number_of_codes
    return f"{share} % of {job.number_of_codes:,}"


def shown(cell: Cell) -> tuple[str, str]:
    """What a terminal shows of a cell, and its style: a job's status has one of its own."""
    text, style = (cell, style_of(cell)) if isinstance(cell, str) else cell
    return printable(text), style


def style_of(text: str) -> str:
    """The colour of `text`, if it is a job's status."""
    return STYLES.get(Status(text), "") if text in Status.values else ""


def printable(text: str) -> str:
    """`text` on one line and without control characters, which could write anything on a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a plain table."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
