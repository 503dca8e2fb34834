"""The model sets that the engine is tried with, and a walker that answers whatever they ask.

What a step may answer is not listed here: it is read from the conditions and tables of the models.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import bpmn
from engine.models.structure import read_models
from engine.models.xml import find, parse_xml
from engine.process import Functions, OpenItem, Process, SpecSet
from engine.process.expressions import read

LOAN = Path(__file__).parent.parent / "loan"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
PAST, FUTURE = date(2026, 11, 1), date(2027, 5, 14)


def loan_files() -> dict[str, bytes]:
    """The library-loan models by file name."""
    return {path.name: path.read_bytes() for path in LOAN.iterdir() if path.suffix in (".bpmn", ".dmn")}


def first_processes(files: Mapping[str, bytes]) -> list[str]:
    """The processes that no other calls: with each of them a kind of case starts."""
    models = read_models({name: parse_xml(content, name) for name, content in files.items()})
    called = {step.node.get("calledElement") for step in models.steps("callActivity")}
    return sorted(models.processes.keys() - called)


KINDS = {
    **dict.fromkeys(first_processes(loan_files()), loan_files),
    **dict.fromkeys(first_processes(bpmn.files()), bpmn.files),
}


@cache
def specs(kind: str) -> SpecSet:
    return SpecSet.parse(KINDS[kind](), kind)


@cache
def specs_with_old_words(kind: str) -> SpecSet:
    """The same, keeping words of earlier rounds on entry of a stage, as the library does."""
    return SpecSet.parse(KINDS[kind](), kind, forget=False)


@cache
def answers(kind: str) -> Mapping[str, list[str]]:
    """For each name the words that the models compare it with, and one more that is compared with none."""
    words: dict[str, set[str]] = {}
    for name, content in KINDS[kind]().items():
        for node in find(parse_xml(content, name), "//bpmn:conditionExpression"):
            for compared, word in read(node.text).compared:
                words.setdefault(compared, {"otherwise"}).add(word)
    for decision in specs(kind).decisions.values():
        for name, column in zip(decision.inputs, zip(*decision.possible(), strict=True), strict=True):
            words[name] = set(column)
    return {name: sorted(offered) for name, offered in words.items()}


@cache
def lists(kind: str) -> frozenset[str]:
    """The services that answer with a list: those over which a multi-instance task runs."""
    return frozenset(str(loop.data_input.bpmn_id) for loop in specs(kind).loops)


@dataclass
class Answering:
    """Answers services and dates: the same for the same walk, step, name and turn, in any order of asking."""

    kind: str
    seed: int
    step: int = 0
    turns: dict[str, int] = field(default_factory=dict)

    def next_step(self, step: int) -> None:
        self.step, self.turns = step, {}

    def service(self, name: str) -> str | list[int]:
        if name in lists(
            self.kind
        ):  # one list a walk: where lists differ between rounds the library mixes them
            return list(range(1, 1 + random.Random(f"{self.seed} {name}").randrange(4)))
        return self._random(name).choice(answers(self.kind).get(name, ["done"]))

    def due(self, name: str) -> date:
        return PAST if self._random(name).random() < 0.3 else FUTURE

    def _random(self, name: str) -> random.Random:
        turn = self.turns[name] = self.turns.get(name, 0) + 1
        return random.Random(f"{self.seed} {self.step} {name} {turn}")

    def functions(self) -> Functions:
        return Functions(self.service, self.due)


def act(process: Process, item: OpenItem, word: str) -> None:
    """Let one open item happen: a task is done with the word, a timer fires, a message brings the word."""
    if item.kind == "task":
        process.complete(item.engine_id, word, NOW)
    elif item.kind == "timer":
        process.reschedule(item.engine_id, PAST)
        assert process.fire(item.engine_id, NOW)
    else:
        assert process.send(process.specs.message_of(item.element), word, NOW)


def choose(process: Process, kind: str, seed: int, step: int) -> tuple[OpenItem, str]:
    """One thing that may happen next, and its word. Messages are rare; what ends the case is tried last.

    Without that reluctance the walks through a long model end in its first stages.
    """
    dice = random.Random(f"{kind} {seed} {step}")
    items = process.open_items()
    weight = {"task": 1.0, "timer": 0.25, "message": 0.03}
    state, patience = process.state(), 6
    while True:
        item = dice.choices(items, [weight[item.kind] for item in items])[0]
        name = process.specs.message_of(item.element) if item.kind == "message" else item.element
        word = dice.choice(answers(kind).get(name, ["done"]))
        ahead = Answering(kind, seed, step)
        trial = Process.load(state, process.specs, ahead.functions())
        act(trial, item, word)
        patience -= 1
        if trial.ended_at() is None or step > 60 or not patience:
            return item, word
