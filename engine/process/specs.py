"""A set of models, parsed once and shared by all cases of the process that run on it."""

# mypy: allow-untyped-calls

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

from engine.errors import ModelError
from engine.models.xml import Node, children, find, name_of, parse_xml
from engine.process.decisions import Decision, read_decision
from engine.process.library import Message, ModelParser, Stage, item_name, loops_of


@dataclass(frozen=True)
class Element:
    """One flow node of the models: what it is (its BPMN tag), where it stands and who does it."""

    id: str
    tag: str
    process: str
    lane: str | None
    label: str


EVENTS = frozenset({"startEvent", "endEvent", "intermediateCatchEvent", "boundaryEvent"})
ACTIVITIES = frozenset({"userTask", "serviceTask", "businessRuleTask", "callActivity"})
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway"})
FLOW_NODES = EVENTS | ACTIVITIES | GATEWAYS
WRITERS = frozenset({"userTask", "serviceTask"})


class SpecSet:
    """One version of one kind of case: every model it can reach. Read-only after `parse`, safe to share."""

    def __init__(self, key: str, sha256: str, top: Any, specs: Mapping[str, Any]) -> None:
        self.key = key
        self.sha256 = sha256
        self.top = top
        self.specs: dict[str, Any] = {top.name: top, **{name: specs[name] for name in sorted(specs)}}
        self.called = {name: spec for name, spec in self.specs.items() if name != key}
        self.elements: dict[str, Element] = {}
        self.decisions: dict[str, Decision] = {}
        self.processes: list[str] = list(self.specs)  # the case's own process first
        self.mark = bytes.fromhex(sha256)[:4]
        self.tasks = {name: sorted(spec.task_specs) for name, spec in self.specs.items()}
        self.task_index = {
            name: {task: i for i, task in enumerate(tasks)} for name, tasks in self.tasks.items()
        }
        self.words: list[str] = []  # every name that may stand in a case's data
        self.word_index: dict[str, int] = {}
        self.loops = [task for spec in self.specs.values() for task in loops_of(spec)]
        self.children = frozenset(task.task_spec for task in self.loops)

    @classmethod
    def parse(cls, files: Mapping[str, bytes], key: str, *, forget: bool = True) -> "SpecSet":
        """Parse the models of one set; `key` is the process a case of this kind starts with.

        `forget=False` lets a stage keep the words of its earlier rounds, as the library does: for comparison.
        """
        roots = {name: parse_xml(files[name], name) for name in sorted(files)}
        decisions = {d.id: d for d in _decisions(roots)}
        parser = ModelParser(decisions)
        try:
            for name, root in roots.items():
                if name_of(root) == "definitions" and find(root, "//bpmn:process"):
                    parser.add_bpmn_xml(root, filename=name)
            top = parser.get_spec(key)
            specs = parser.get_subprocess_specs(key)
        except ValidationException as error:
            cause = error.__cause__ or error.__context__
            raise cause if isinstance(cause, ModelError) else _unreadable(key, error) from error
        made = cls(key, fingerprint(files), top, specs)
        made.decisions = decisions
        made._read(roots)
        made._wire(forget)
        return made

    def _read(self, roots: Mapping[str, Node]) -> None:
        for root in roots.values():
            for process in find(root, "//bpmn:process"):
                if process.get("id") in self.specs:
                    self.elements.update((element.id, element) for element in _elements(process))
        messages = {d.name for d in self._messages()}
        written = {
            name for decision in self.decisions.values() for name in (*decision.inputs, *decision.outputs)
        }
        self.words = sorted(
            {
                *self.elements,
                *messages,
                *(f"{name}_at" for name in messages),
                *written,
                *map(item_name, self.loops),
            }
        )
        self.word_index = {name: place for place, name in enumerate(self.words)}

    def message_of(self, element: str) -> str:
        """The name of the message that an event waits for."""
        spec = self.specs[self.elements[element].process].task_specs[element]
        return str(spec.event_definition.name)

    def _messages(self) -> Iterator[Message]:
        for spec in self.specs.values():
            for task in spec.task_specs.values():
                if isinstance(getattr(task, "event_definition", None), Message):
                    yield task.event_definition

    def _wire(self, forget: bool) -> None:
        """Connect what the library connects only when a case first passes, in whatever process it does."""
        for spec in self.specs.values():
            for loop in loops_of(spec):
                event = spec.task_specs[loop.task_spec].completed_event
                if not event.is_connected(loop.merge_child):
                    event.connect(loop.merge_child)
            for task in spec.task_specs.values():
                if isinstance(task, Stage) and forget:
                    task.rewrites = frozenset(self._written_in(task.spec, set()))

    def _written_in(self, process: str, seen: set[str]) -> set[str]:
        """The words that steps of a process write, those of the processes it calls included."""
        if process in seen:
            return set()
        seen.add(process)
        written: set[str] = set()
        for task in self.specs[process].task_specs.values():
            element = self.elements.get(getattr(task, "bpmn_id", None) or "")
            if element is not None and element.tag in WRITERS:
                written.add(element.id)
            if isinstance(task, Stage):
                written |= self._written_in(task.spec, seen)
            table = getattr(task, "dmnEngine", None)
            if table is not None:
                written |= set(table.decision.outputs)
        return written


def _unreadable(key: str, error: Any) -> ModelError:
    return ModelError(getattr(error, "id", None) or key, f"thư viện không đọc được mô hình ({error})")


def fingerprint(files: Mapping[str, bytes]) -> str:
    """The sha256 of a set of files, names included, in one order."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{len(name)}:{name}:{len(files[name])}:".encode())
        digest.update(files[name])
    return digest.hexdigest()


def _decisions(roots: Mapping[str, Node]) -> Iterator[Decision]:
    for root in roots.values():
        for node in root.iter():
            if name_of(node) == "decision":
                yield read_decision(node)


def _elements(process: Node) -> Iterator[Element]:
    refs = find(process, ".//bpmn:lane/bpmn:flowNodeRef")
    lanes = {(ref.text or "").strip(): ref.getparent().get("name") for ref in refs}
    for node in children(process):
        if name_of(node) in FLOW_NODES:
            id = node.get("id", "")
            yield Element(id, name_of(node), process.get("id"), lanes.get(id), node.get("name", ""))
