"""Where a case stands on its path, read from its journal alone: stages with days, steps, loops, who held it.

`Map` is what the drawn models say (which step follows which); everything else is pure, over journal entries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from engine.models.structure import Models, read_models
from engine.models.xml import name_of, parse_xml

# The stages of the path in their order; the names are the elements of the overview.
PATH = (
    "source_building",
    "union_nomination",
    "candidacy",
    "awareness_class",
    "file_building",
    "file_checks",
    "admission_vote",
    "committee_chain",
    "decision",
    "ceremony",
    "probation",
    "probation_review",
    "recognition",
)
OVERVIEW = "admission"


@dataclass(frozen=True)
class Map:
    """What the models say: the elements before and after each, its process, which a person does (or a part
    of the path with steps of its own), and which start event begins which stage of the overview."""

    before: Mapping[str, frozenset[str]]
    after: Mapping[str, frozenset[str]]
    process: Mapping[str, str]
    human: frozenset[str]
    begins: Mapping[str, str]

    def next_steps(self, element: str) -> list[str]:
        """The steps of people that may come directly after this one, within its process."""
        found: list[str] = []
        seen, stack = {element}, sorted(self.after.get(element, ()))
        while stack:
            here = stack.pop(0)
            if here in seen:
                continue
            seen.add(here)
            if here in self.human:
                found.append(here)
            else:
                stack += sorted(self.after.get(here, ()))
        return found


@dataclass(frozen=True)
class Done:
    """One step that was done: when it was opened and done, how it came out, by whom on whose behalf."""

    seq: int
    element: str
    outcome: str | None
    opened_on: date
    done_on: date
    item: int | None = None
    act: int | None = None

    @property
    def days(self) -> int:
        return max((self.done_on - self.opened_on).days, 0)


@dataclass
class Stay:
    """One stay in a stage, from the journal entry `seq` on; `to_day` is None while the case is there."""

    seq: int
    stage: str
    from_day: date
    to_day: date | None = None

    def days(self, today: date) -> int:
        return max(((self.to_day or today) - self.from_day).days, 0)


@dataclass(frozen=True)
class Held:
    """One organisation and how many days the case lay with it."""

    organisation_id: int
    from_day: date
    to_day: date | None
    days: int


@dataclass
class Progress:
    """What the journal tells of a case on a day."""

    steps: list[Done] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    custody: list[Held] = field(default_factory=list)
    today: date = date.min

    @property
    def times(self) -> dict[str, int]:
        """Element → how often it was done; steps sent to several addresses count once a round."""
        rounds: dict[tuple[str, int | None], int] = {}
        for step in self.steps:
            rounds[step.element, step.item] = rounds.get((step.element, step.item), 0) + 1
        found: dict[str, int] = {}
        for (element, _item), count in rounds.items():
            found[element] = max(found.get(element, 0), count)
        return found

    @property
    def loops(self) -> dict[str, int]:
        """Only what was done more than once."""
        return {element: count for element, count in self.times.items() if count > 1}

    @property
    def done_on(self) -> dict[str, date]:
        """Element → the last day on which it was done."""
        return {step.element: step.done_on for step in self.steps}

    def stage_days(self) -> dict[str, int]:
        """Stage → days spent there, all stays together."""
        found: dict[str, int] = {}
        for stay in self.stays:
            found[stay.stage] = found.get(stay.stage, 0) + stay.days(self.today)
        return found

    def stage_of(self, step: Done) -> str | None:
        """The stage in which a step was done."""
        return next((stay.stage for stay in reversed(self.stays) if stay.seq < step.seq), None)

    def stage_times(self) -> dict[str, int]:
        """Stage → how often the case came into it."""
        found: dict[str, int] = {}
        for stay in self.stays:
            found[stay.stage] = found.get(stay.stage, 0) + 1
        return found


def progress(
    entries: Sequence[Any],
    drawn: Map,
    *,
    custodian_id: int,
    closed_on: date | None,
    today: date,
) -> Progress:
    """From the entries of one case, oldest first."""
    told = Progress(today=closed_on or today)
    passed: dict[str, date] = {}  # element → the last day on which the token went through it
    for entry in entries:
        inputs = entry.inputs or {}
        if entry.kind == "task" and entry.element:
            told.steps.append(_done(entry, inputs, drawn, passed))
        for element in inputs.get("trail", ()):
            passed[element] = entry.on
            _enter(told.stays, drawn.begins.get(element), entry)
    if closed_on is not None and told.stays and told.stays[-1].to_day is None:
        told.stays[-1].to_day = closed_on
    told.custody = _custody(entries, custodian_id, closed_on, told.today)
    return told


def _done(entry: Any, inputs: Mapping[str, Any], drawn: Map, passed: Mapping[str, date]) -> Done:
    """A step was opened on the day on which the token last went through what stands before it."""
    before = [passed[one] for one in drawn.before.get(entry.element, ()) if one in passed]
    return Done(
        seq=entry.seq,
        element=entry.element,
        outcome=inputs.get("outcome"),
        opened_on=max(before, default=entry.on),
        done_on=entry.on,
        item=inputs.get("item"),
        act=(entry.facts or {}).get("act"),
    )


def _enter(stays: list[Stay], stage: str | None, entry: Any) -> None:
    """The start event of a stage opens a stay and ends the one before."""
    if stage is None:
        return
    if stays and stays[-1].to_day is None:
        stays[-1].to_day = entry.on
    stays.append(Stay(entry.seq, stage, entry.on))


def _custody(entries: Sequence[Any], custodian_id: int, closed_on: date | None, today: date) -> list[Held]:
    """Who answered for the case from when to when; the journal tells each change with both sides."""
    moves = [entry for entry in entries if entry.kind == "custodian" and "to" in (entry.facts or {})]
    if not entries:
        return []
    first = int(moves[0].facts["from"]) if moves else custodian_id
    turns = [(first, entries[0].on), *((int(move.facts["to"]), move.on) for move in moves)]
    ends = [turn[1] for turn in turns[1:]] + [closed_on]
    return [
        Held(number, begun, end, max(((end or today) - begun).days, 0))
        for (number, begun), end in zip(turns, ends, strict=True)
    ]


def waited(steps: Sequence[Done], owner: Mapping[int, int]) -> dict[int, int]:
    """Organisation → days for which a step lay with it, days of steps at the same time counted once.

    `owner`: act → the organisation that owed the step.
    """
    days: dict[int, set[int]] = {}
    for step in steps:
        held = owner.get(step.act or 0)
        if held is not None:
            span = range(step.opened_on.toordinal(), step.done_on.toordinal())
            days.setdefault(held, set()).update(span)
    return {number: len(found) for number, found in days.items()}


def map_of(files: Mapping[str, bytes]) -> Map:
    """The map of a deployed set of models; read once a set."""
    return _map(tuple(sorted(files.items())))


@lru_cache(maxsize=8)
def _map(files: tuple[tuple[str, bytes], ...]) -> Map:
    roots = {name: parse_xml(content, name) for name, content in files}
    models = read_models({name: root for name, root in roots.items() if name_of(root) == "definitions"})
    before: dict[str, set[str]] = {}
    after: dict[str, set[str]] = {}
    process: dict[str, str] = {}
    for model in models.processes.values():
        process |= dict.fromkeys((step.id for step in model.steps), model.id)
        for flow in model.flows:
            before.setdefault(flow.target, set()).add(flow.source)
            after.setdefault(flow.source, set()).add(flow.target)
    return Map(
        before={element: frozenset(found) for element, found in before.items()},
        after={element: frozenset(found) for element, found in after.items()},
        process=process,
        human=frozenset(step.id for step in models.steps("userTask", "callActivity")),
        begins=_begins(models),
    )


def _begins(models: Models) -> dict[str, str]:
    """Start event of a called process → the stage of the overview that calls it."""
    called = {
        step.node.get("calledElement"): step.id
        for step in models.steps("callActivity")
        if step.process == OVERVIEW
    }
    return {step.id: called[step.process] for step in models.steps("startEvent") if step.process in called}
