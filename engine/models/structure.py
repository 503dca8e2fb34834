"""A set of models as plain facts: steps, flows, decisions. The check reads it; the engine does not."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, TypeAlias

from engine.errors import ModelError, Text
from engine.models.xml import Node, children, find, name_of, text_of
from engine.process.decisions import Decision, read_decision

Found: TypeAlias = Iterator[tuple[str, str, Text]]  # what a rule yields: file, element, message


class Names(Protocol):
    """What the house knows by name: the registry, or anything with these four."""

    @property
    def services(self) -> Collection[str]: ...
    @property
    def dues(self) -> Collection[str]: ...
    @property
    def lanes(self) -> Collection[str]: ...
    @property
    def forms(self) -> Collection[str]: ...


NO_STEPS = frozenset(
    {
        "laneSet",
        "sequenceFlow",
        "documentation",
        "extensionElements",
        "textAnnotation",
        "association",
        "group",
    }
)


@dataclass(frozen=True)
class Flow:
    """A sequence flow and its condition, if it has one."""

    id: str
    source: str
    target: str
    condition: str | None


@dataclass(frozen=True)
class Step:
    """A flow node, or whatever else stands where flow nodes stand."""

    id: str
    tag: str
    file: str
    process: str
    label: str
    node: Node

    def definitions(self) -> list[str]:
        """The kinds of its event definitions: "message", "timer", "error" …"""
        found = (name_of(child) for child in children(self.node))
        return [name.removesuffix("EventDefinition") for name in found if name.endswith("EventDefinition")]

    def extension(self, name: str) -> Node | None:
        """The SpiffWorkflow extension of this name."""
        return next(iter(find(self.node, f"./bpmn:extensionElements/spiff:{name}")), None)


@dataclass
class ProcessModel:
    """One process: its steps in the order of the file, its flows, the lane of each step."""

    id: str
    file: str
    node: Node
    steps: list[Step] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    lanes: dict[str, str] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> dict[str, Step]:
        return {step.id: step for step in self.steps}

    def outgoing(self, step: str) -> list[Flow]:
        return [flow for flow in self.flows if flow.source == step]

    def incoming(self, step: str) -> list[Flow]:
        return [flow for flow in self.flows if flow.target == step]

    def next(self, step: str) -> list[str]:
        """Where the token may go: along the flows, and out of the boundary events of the step."""
        boundary = [s.id for s in self.steps if s.node.get("attachedToRef") == step]
        return [flow.target for flow in self.outgoing(step)] + boundary

    def after(self, step: str) -> set[str]:
        """All steps that can be reached from this one; itself only if it stands in a loop."""
        reached: set[str] = set()
        stack = self.next(step)
        while stack:
            here = stack.pop()
            if here not in reached:
                reached.add(here)
                stack.extend(self.next(here))
        return reached


@dataclass
class Models:
    """All files of a set that could be read."""

    roots: Mapping[str, Node]
    processes: dict[str, ProcessModel] = field(default_factory=dict)
    repeated: list[tuple[str, str]] = field(
        default_factory=list
    )  # (file, id) of a process or decision seen twice
    decisions: dict[str, tuple[str, Node, Decision | None, str]] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
    errors: dict[tuple[str, str], str] = field(default_factory=dict)

    def steps(self, *tags: str) -> Iterator[Step]:
        """Every step of all processes, or those with one of these tags."""
        for process in self.processes.values():
            yield from (step for step in process.steps if not tags or step.tag in tags)

    def known_decisions(self) -> dict[str, tuple[str, Decision]]:
        """The decisions that could be read, with their file."""
        return {id: (file, read) for id, (file, _, read, _) in self.decisions.items() if read is not None}

    def message_name(self, step: Step) -> str | None:
        """The name of the message that an event waits for."""
        ref = next((d.get("messageRef") for d in find(step.node, "./bpmn:messageEventDefinition")), None)
        return self.messages.get(ref or "")

    def error_code(self, step: Step) -> str | None:
        """The code of the error that an event throws or catches."""
        ref = next((d.get("errorRef") for d in find(step.node, "./bpmn:errorEventDefinition")), None)
        return self.errors.get((step.file, ref or ""))

    def decision_of(self, step: Step) -> str | None:
        """The id of the decision that a business rule task asks."""
        called = step.extension("calledDecisionId")
        return (called.text or "").strip() or None if called is not None else None

    @cached_property
    def written(self) -> dict[str, set[str] | None]:
        """Every name that some step writes, with its possible words where the models tell them, else None."""
        names: dict[str, set[str] | None] = {}
        for step in self.steps("userTask", "serviceTask"):
            names[step.id] = None
        for _, decision in self.known_decisions().values():
            names.update({output: decision.words(output) for output in decision.outputs})
        for step in self.steps():
            message = self.message_name(step)
            if message is not None:
                names[message] = None
                names[f"{message}_at"] = {s.id for s in self.steps("callActivity", "userTask")}
        return names

    def written_in(self, process: str, seen: frozenset[str] = frozenset()) -> set[str]:
        """The names that the steps of a process write, those of the processes it calls included."""
        if process in seen or process not in self.processes:
            return set()
        found = (self.written_by(step, seen | {process}) for step in self.processes[process].steps)
        return {name for names in found for name in names}

    def written_by(self, step: Step, seen: frozenset[str] = frozenset()) -> set[str]:
        """The names that one step writes, by itself or in what it calls."""
        if step.tag in ("userTask", "serviceTask"):
            return {step.id}
        if step.tag == "callActivity":
            return self.written_in(step.node.get("calledElement", ""), seen)
        decision = self.known_decisions().get(self.decision_of(step) or "")
        return set(decision[1].outputs) if decision else set()


def read_models(roots: Mapping[str, Node]) -> Models:
    """Collect the facts of all files; nothing is refused here."""
    models = Models(roots)
    for file, root in roots.items():
        for process in find(root, "./bpmn:process"):
            _keep(models, models.processes, file, process.get("id", ""), _read_process(file, process))
        for message in find(root, "./bpmn:message"):
            models.messages[message.get("id", "")] = message.get("name", "")
        for error in find(root, "./bpmn:error"):
            models.errors[(file, error.get("id", ""))] = error.get("errorCode", "")
        for node in children(root, "decision"):
            _keep(models, models.decisions, file, node.get("id", ""), (file, node, *_read_decision(node)))
    return models


def _keep(models: Models, known: dict[str, Any], file: str, id: str, read: object) -> None:
    if id in known:
        models.repeated.append((file, id))
    known[id] = read


def _read_decision(node: Node) -> tuple[Decision | None, str]:
    try:
        return read_decision(node), ""
    except ModelError as error:
        return None, error.reason


def _read_process(file: str, process: Node) -> ProcessModel:
    model = ProcessModel(process.get("id", ""), file, process)
    for node in children(process):
        tag = name_of(node)
        if tag == "sequenceFlow":
            condition = text_of(node, "conditionExpression")
            ends = (node.get("sourceRef", ""), node.get("targetRef", ""))
            model.flows.append(Flow(node.get("id", ""), *ends, condition))
        elif tag not in NO_STEPS:
            label = (node.get("name") or "").strip()
            model.steps.append(Step(node.get("id", ""), tag, file, model.id, label, node))
    for ref in find(process, ".//bpmn:lane/bpmn:flowNodeRef"):
        model.lanes[(ref.text or "").strip()] = ref.getparent().get("name") or ""
    return model
