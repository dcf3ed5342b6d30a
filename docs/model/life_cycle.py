"""The life cycle of a job, looked at in every order in which things can happen.

    python docs/model/life_cycle.py

One step is one transaction, or one touch of the storage: between any two of them a worker can be killed, sleep and wake
up late, be overtaken; a lease can run out, a delivery get lost, someone cancel. Two workers do one job of two batches,
or one export. What changes the job's state is the product's own table, `promotions.states.TRANSITIONS`.

In every world that can be come to, `fault` must find nothing, and there must be a way to a clean end. Then each rule is
left out in turn, and something must break: so none of them is there in vain. tests/jobs/test_model.py runs all this.
"""

import sys
from collections import deque
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from promotions.states import TERMINAL, TRANSITIONS, Event, State

CODES = 2  # one a batch
LIMIT = 3  # codes that the promotion may have
MAX_ATTEMPTS = 2
MAX_CLAIMS = 5
OPEN = [state for state in State if state.status not in TERMINAL]


class Rule(StrEnum):
    """What the promises rest on."""

    FENCED = "a worker writes to its job under its own token only"
    WHOLE = "codes and the job's counter are committed together"
    CLEAN = "a job ends as cancelled or failed when no code is left, not before"
    HIDDEN = "a code can be used only when its job is completed"
    PATIENT = "undoing is never given up"
    SWEPT = "what nobody holds is delivered again"
    RESERVED = "codes are reserved by the first claim alone, and given back by the end of undoing"
    OPEN_ONLY = "a job that has ended is not claimed, whatever the queue says"
    OWN_FILE = "a file has the token of its worker in its name"
    COLLECTED = "files that no job refers to are removed"


class Worker(NamedTuple):
    token: int = 0
    at: str = "idle"
    generated: int = 0  # as it remembers it


class World(NamedTuple):
    """The job's row, what lies around it, and where its workers are."""

    exports: bool
    others: int  # codes that the promotion has already
    count: int  # codes of the promotion, those that are promised included
    state: State = State.PENDING
    token: int = 0
    leased: bool = False
    attempts: int = 0
    generated: int = 0
    deleted: int = 0
    file: int = 0
    codes: int = 0
    files: frozenset[int] = frozenset()
    queued: bool = True
    workers: tuple[Worker, Worker] = (Worker(), Worker())


Step = tuple[str, World]


class Model:
    """The life cycle without the rules in `dropped`."""

    def __init__(self, *dropped: Rule) -> None:
        self.dropped = dropped
        self.happened: set[Event] = set()

    def has(self, rule: Rule) -> bool:
        return rule not in self.dropped

    def steps(self, world: World) -> Iterator[Step]:
        """All that can happen next."""
        yield from self.event(world, Event.CANCEL, "someone cancels")
        if world.leased:
            yield "the lease runs out", world._replace(leased=False)
        if world.queued:
            yield "the delivery gets lost", world._replace(queued=False)
        elif self.has(Rule.SWEPT) and world.state in OPEN and not world.leased:
            yield "the sweep delivers it again", world._replace(queued=True)
        for file in world.files - {world.file}:
            # While the job is open, the holder of the newest token may still be storing under it.
            if self.has(Rule.COLLECTED) and (world.state not in OPEN or file != world.token):
                yield f"file {file} is collected", world._replace(files=world.files - {file})
        for number, worker in enumerate(world.workers):
            for name, after, becomes in self.of_worker(world, worker):
                workers = tuple(becomes if n == number else other for n, other in enumerate(world.workers))
                yield f"worker {number} {name}", after._replace(workers=workers)

    def event(self, world: World, event: Event, name: str, **changes: object) -> Iterator[Step]:
        """Lets an event happen, if the table says that it can."""
        for edge in TRANSITIONS[event]:
            if edge.source == world.state:
                self.happened.add(event)
                yield name, world._replace(state=edge.target, **changes)

    def of_worker(self, world: World, worker: Worker) -> Iterator[tuple[str, World, Worker]]:
        """What one worker can do: what it is called, the world after it, and the worker after it."""
        if worker.at == "idle":
            if world.queued:
                for name, after in self.claim(world._replace(queued=False)):
                    held = after.state in OPEN and after.token > world.token
                    yield name, after, Worker(after.token, "works", after.generated) if held else Worker()
            return
        yield "is killed", world, Worker()
        if worker.at == "has stored":
            yield from self.end_export(world, worker)
            return
        if worker.at == "has made codes":
            yield from self.write(world, worker, Event.COMMIT_BATCH, "counts them", generated=worker.generated + 1)
            return
        if world.state in (State.CANCELLING, State.FAILING):
            yield from self.undo(world, worker)
        elif world.exports:
            name = worker.token if self.has(Rule.OWN_FILE) else 1
            yield "stores its file", world._replace(files=world.files | {name}), worker._replace(at="has stored")
        else:
            yield from self.generate(world, worker)
        yield from self.write(world, worker, Event.FAIL, "meets an error")
        yield from self.write(
            world, worker, Event.LET_GO, "hands it back", leased=False, queued=True, attempts=max(world.attempts - 1, 0)
        )

    def claim(self, world: World) -> Iterator[Step]:
        """Whoever gets the delivery takes the job, if it is to be had."""
        new = {"token": world.token + 1, "leased": True, "attempts": min(world.attempts + 1, MAX_ATTEMPTS)}
        wanted = 0 if world.exports else CODES
        tired = world.attempts >= MAX_ATTEMPTS
        if world.state not in OPEN and not self.has(Rule.OPEN_ONLY):
            yield "claims what has ended", world._replace(state=State.PROCESSING, **new)
        elif world.state == State.PENDING:
            if world.count + wanted > LIMIT:
                yield from self.event(world, Event.REFUSE, "finds no room")
            else:
                yield from self.event(world, Event.BEGIN, "begins", count=world.count + wanted, **new)
        elif world.state not in OPEN or world.leased:
            yield "finds nothing to do", world
        elif tired and world.state == State.PROCESSING:
            yield from self.event(world, Event.GIVE_UP, "gives up", **new)
        elif not tired or self.has(Rule.PATIENT):
            again = 0 if self.has(Rule.RESERVED) else wanted
            yield from self.event(world, Event.TAKE_OVER, "takes over", count=world.count + again, **new)

    def write(
        self, world: World, worker: Worker, event: Event, name: str, **changes: object
    ) -> Iterator[tuple[str, World, Worker]]:
        """The worker's UPDATE, which says under which token; one that changes nothing makes it go away."""
        mine = worker.token == world.token or not self.has(Rule.FENCED)
        done = list(self.event(world, event, name, **changes)) if mine else []
        for name, after in done:
            goes_on = event in (Event.COMMIT_BATCH, Event.UNDO_BATCH, Event.FAIL)
            generated = after.generated if event == Event.COMMIT_BATCH else worker.generated
            yield name, after, Worker(worker.token, "works", generated) if goes_on else Worker()
        if not done:
            yield f"{name} in vain", world, Worker()

    def generate(self, world: World, worker: Worker) -> Iterator[tuple[str, World, Worker]]:
        if worker.generated >= CODES:
            yield from self.write(world, worker, Event.COMPLETE, "completes", leased=False)
        elif self.has(Rule.WHOLE):
            made = {"codes": world.codes + 1, "generated": worker.generated + 1, "attempts": 0, "leased": True}
            yield from self.write(world, worker, Event.COMMIT_BATCH, "commits a batch", **made)
        else:
            yield "makes codes", world._replace(codes=world.codes + 1), worker._replace(at="has made codes")

    def undo(self, world: World, worker: Worker) -> Iterator[tuple[str, World, Worker]]:
        if world.codes and self.has(Rule.CLEAN):
            removed = {"codes": world.codes - 1, "deleted": world.deleted + 1, "attempts": 0, "leased": True}
            yield from self.write(world, worker, Event.UNDO_BATCH, "deletes a batch", **removed)
        else:
            wanted = 0 if world.exports else CODES
            yield from self.write(
                world, worker, Event.END_UNDO, "ends the undo", leased=False, count=world.count - wanted
            )

    def end_export(self, world: World, worker: Worker) -> Iterator[tuple[str, World, Worker]]:
        name = worker.token if self.has(Rule.OWN_FILE) else 1
        for said, after, becomes in self.write(world, worker, Event.COMPLETE, "completes", leased=False, file=name):
            # Who comes too late takes its own file away again.
            kept = after if after.state != world.state else after._replace(files=after.files - {name})
            yield said, kept, becomes

    def fault(self, world: World) -> str:
        """What must never be so; empty when nothing is wrong."""
        ended, wanted = world.state not in OPEN, 0 if world.exports else CODES
        completed, pending = world.state == State.COMPLETED, world.state == State.PENDING
        promised = wanted if completed or not (ended or pending) else 0
        uncounted = any(worker.at == "has made codes" for worker in world.workers)
        faults = {
            "a code of a job that is not completed can be used": world.codes
            and not completed
            and not self.has(Rule.HIDDEN),
            "completed without all its codes": completed and world.codes != wanted,
            "completed without its file": completed and world.exports and world.file not in world.files,
            "codes are left of what was undone": ended and not completed and world.codes,
            "the counters are not what is there": world.codes != world.generated - world.deleted and not uncounted,
            "the promotion's room is lost, or given twice": world.count != world.others + promised,
        }
        return next((what for what, is_so in faults.items() if is_so), "")

    def is_clean_end(self, world: World) -> bool:
        idle = all(worker.at == "idle" for worker in world.workers)
        return world.state not in OPEN and idle and world.files <= ({world.file} if world.file else set())


class Found(NamedTuple):
    """What was found: how many worlds there are, what is wrong, and the shortest way to it."""

    worlds: int
    fault: str = ""
    way: tuple[str, ...] = ()


def explore(model: Model) -> Found:
    """Goes through every world, the nearest first, until one is wrong."""
    came_from: dict[World, tuple[str, World] | None] = {
        World(exports, others, others): None for exports in (False, True) for others in (1, 2)
    }
    before: dict[World, list[World]] = {}
    todo = deque(came_from)
    # Where another claim would be one too many to look at, nothing can be said of the way to the end.
    good = set()

    def way_to(world: World) -> tuple[str, ...]:
        names: list[str] = []
        while (step := came_from[world]) is not None:
            name, world = step
            names.insert(0, name)
        return tuple(names)

    while todo:
        world = todo.popleft()
        if fault := model.fault(world):
            return Found(len(came_from), fault, way_to(world))
        if world.token == MAX_CLAIMS or model.is_clean_end(world):
            good.add(world)
        for name, after in model.steps(world):
            if after.token > MAX_CLAIMS:
                continue
            before.setdefault(after, []).append(world)
            if after not in came_from:
                came_from[after] = (name, world)
                todo.append(after)

    reached = deque(good)
    while reached:
        for world in before.get(reached.popleft(), []):
            if world not in good:
                good.add(world)
                reached.append(world)
    stuck = next((world for world in came_from if world not in good), None)
    return Found(len(came_from), "there is no way to a clean end", way_to(stuck)) if stuck else Found(len(came_from))


def main() -> None:
    found = explore(Model())
    print(f"with all rules: {found.worlds:,} worlds, {found.fault or 'nothing wrong in any of them'}")
    for rule in Rule:
        without = explore(Model(rule))
        print(f"\nwithout “{rule}”:\n  {without.fault or 'NOTHING BREAKS'}: {', '.join(without.way)}")


if __name__ == "__main__":
    main()
