"""A walker over the real models through the engine's seam: it answers each step with a word."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from bpmn import files
from engine.models.xml import find, parse_xml
from engine.process import Functions, OpenItem, Process, SpecSet
from tests.bpmn.words import ANSWERS, LISTS, OUTCOMES

TODAY = date(2026, 9, 7)
Choose = Callable[[str, list[str]], str]


@cache
def specs(process: str) -> SpecSet:
    return SpecSet.parse(files(), process)


@cache
def roots() -> dict[str, Any]:
    """Each model file's root, by the process that it holds."""
    models = [parse_xml(text, name) for name, text in files().items() if name.endswith(".bpmn")]
    return {find(root, "//bpmn:process")[0].get("id"): root for root in models}


@cache
def drawn_flows() -> dict[tuple[str, str], str]:
    """Every sequence flow of every model as (from, to), and the process that it belongs to."""
    return {
        (flow.get("sourceRef"), flow.get("targetRef")): process
        for process, root in roots().items()
        for flow in find(root, "//bpmn:sequenceFlow")
    }


@cache
def drawn_ends() -> dict[str, str]:
    """Every end event and its process."""
    return {
        end.get("id"): process for process, root in roots().items() for end in find(root, "//bpmn:endEvent")
    }


class Walk:
    """One case of `process`. Named words script a step: a list is used up, its last word stays.

    Steps that are not named take the first word of the table, or what `choose` says.
    """

    def __init__(self, process: str = "admission", choose: Choose | None = None, **words: str | list) -> None:
        self.flows: Counter[tuple[str, str]] = Counter()
        self.passed: list[str] = []
        self.words = {name: list(word) if isinstance(word, list) else [word] for name, word in words.items()}
        self.choose = choose or (lambda name, offered: offered[0])
        self.now = datetime(2026, 9, 7, 5, tzinfo=UTC)
        self.functions = Functions(self.word, lambda name: self.day() + timedelta(days=30))
        self.case = Process.start(specs(process), self.functions)
        self.note()

    def day(self) -> date:
        return self.now.date()

    def word(self, name: str) -> Any:
        """What a form or a verb answers when it is this step's turn."""
        scripted = self.words.get(name)
        if scripted:
            return scripted.pop(0) if len(scripted) > 1 else scripted[0]
        if name in LISTS:
            return [1, 2]
        return self.choose(name, OUTCOMES.get(name) or ANSWERS[name])

    def note(self) -> None:
        """Keep what the step passed, and go on from the saved state as a server would."""
        self.flows.update(self.case.flows)
        self.passed += self.case.trail
        self.case = Process.load(self.case.state(), self.case.specs, self.functions)

    # what is open, and doing it

    def items(self, kind: str) -> list[OpenItem]:
        return [item for item in self.case.open_items() if item.kind == kind]

    @property
    def open(self) -> list[str]:
        return sorted(item.element for item in self.items("task"))

    @property
    def ended(self) -> str | None:
        return self.case.ended_at()

    def complete(self, item: OpenItem) -> None:
        self.case.complete(item.engine_id, self.word(item.element), self.now)
        self.note()

    def fire(self, name: str) -> "Walk":
        (item,) = [item for item in self.items("timer") if item.element == name]
        self.now = max(self.now, item.due) if item.due else self.now
        assert self.case.fire(item.engine_id, self.now)
        self.note()
        return self

    def send(self, word: str, message: str = "interruption") -> "Walk":
        assert self.case.send(message, word, self.now)
        self.note()
        return self

    def drop(self) -> str:
        """The open step's committee is no more; gives the step."""
        (step,) = self.open
        assert self.case.send("rearranged", step, self.now)
        self.note()
        return step

    def until(self, *names: str, limit: int = 600) -> "Walk":
        """Do every open step, fire every timer of the road, until one of `names` is open or the case ends."""
        for _ in range(limit):
            tasks = self.items("task")
            if self.ended or any(item.element in names for item in self.case.open_items()):
                return self
            if tasks:
                self.complete(tasks[0])
            else:
                self.fire(self.items("timer")[0].element)
        raise AssertionError(f"still open after {limit} steps: {self.open}")

    def to_the_end(self) -> "Walk":
        return self.until()
