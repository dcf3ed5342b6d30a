"""Pages of the docs as steps that can be run: a block of code, and the block of its output that may follow it."""

import re
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OUTPUT = ("json", "text")
SECONDS = 120


@dataclass
class Step:
    code: str
    shown: str | None = field(default=None)


def steps(page, language):
    """The blocks of `language` on the page, each with the output that is shown below it."""
    found = []
    for kind, text in BLOCK.findall((DOCS / page).read_text()):
        if kind == language:
            found.append(Step(text))
        elif kind in OUTPUT and found:
            assert found[-1].shown is None, f"{page} shows two outputs of one block"
            found[-1].shown = text
    assert found, f"{page} has no block of {language}"
    return found


def is_as_shown(shown, printed):
    """Whether `printed` is what a page shows, where `…` stands for anything."""
    pattern = ".*?".join(map(re.escape, shown.strip().split("…")))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


class Shell:
    """A shell that keeps its variables and functions from block to block, as a terminal does."""

    END = "--- end of the block, status"

    def __init__(self, folder, environment):
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, step):
        """Run the block, which must end well and print what is shown. Fails when it takes too long."""
        self.process.stdin.write(f'{step.code}\necho "{self.END} $?"\n')
        self.process.stdin.flush()
        limit = threading.Timer(SECONDS, self.process.kill)
        limit.start()
        printed = []
        for line in self.process.stdout:
            if line.startswith(self.END):
                break
            printed.append(line)
        limit.cancel()
        text = "".join(printed)
        assert self.process.poll() is None, f"{step.code}\ntook too long and printed:\n{text}"
        assert line == f"{self.END} 0\n", f"{step.code}\nfailed and printed:\n{text}"
        shown = step.shown or ""
        assert is_as_shown(shown, text), f"{step.code}\nprinted:\n{text}\ninstead of:\n{shown}"

    def end(self):
        self.process.kill()
        self.process.wait(10)
        self.process.stdin.close()
        self.process.stdout.close()
