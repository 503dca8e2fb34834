"""A set of models, parsed once and shared by all cases of the process that run on it.

The only file that knows how SpiffWorkflow reads BPMN. Our few departures are subclasses given to its parser,
never changes of the library: timers ask our own clock, a service writes one word under its own name, decision
tables are ours, and a stage forgets the words of its earlier rounds when it is entered again.
"""

# mypy: allow-untyped-calls

import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.data_spec import TaskDataReference
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, IntermediateCatchEvent
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimeDateEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask, ParallelMultiInstanceTask
from SpiffWorkflow.spiff.parser.event_parsers import (
    SpiffBoundaryEventParser,
    SpiffIntermediateCatchEventParser,
)
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser, SpiffProcessParser
from SpiffWorkflow.spiff.parser.task_spec import CallActivityParser, ServiceTaskParser
from SpiffWorkflow.spiff.specs.defaults import CallActivity, ServiceTask

from engine.errors import ModelError
from engine.models.xml import Node, children, find, name_of, parse_xml
from engine.process.decisions import Decision, read_decision

for _log in ("spiff.task", "spiff.workflow", "spiff.data", "spiff"):
    logging.getLogger(_log).setLevel(logging.WARNING)


class Timer(TimeDateEventDefinition):
    """A timer of the path. Its day is asked once, on arrival; whether it has come, the given `now` tells."""

    def has_fired(self, my_task: Any) -> bool:
        day = my_task.internal_data.get("event_value")
        engine = my_task.workflow.script_engine
        if day is None:
            day = engine.evaluate(my_task, self.expression)
            if not isinstance(day, date):
                raise ModelError(my_task.task_spec.bpmn_id, "mốc chờ không cho ra một ngày")
            my_task.internal_data["event_value"] = day
        if engine.reached(day):
            my_task.internal_data["event_fired"] = True
        return bool(my_task.internal_data.get("event_fired", False))


class Message(MessageEventDefinition):
    """A message leaves its word under its name; one that interrupts also says what, under `<name>_at`."""

    def __init__(self, name: str, attached_to: str | None) -> None:
        super().__init__(name)
        self.attached_to = attached_to

    def update_task_data(self, my_task: Any) -> None:
        my_task.data[self.name] = my_task.internal_data.pop(self.name)
        if self.attached_to is not None:
            my_task.data[f"{self.name}_at"] = self.attached_to


class Verb(ServiceTask):
    """A service task: runs the registered verb and keeps its word, or its list of ids, under its own name."""

    operation_name: str

    def _execute(self, my_task: Any) -> bool:
        my_task.data[self.bpmn_id] = my_task.workflow.script_engine.serve(self.bpmn_id, self.operation_name)
        return True


class Stage(CallActivity):
    """A call activity. On entry it drops the words that it is going to write itself.

    Otherwise, in a second round, each branch of a parallel gateway still carries the words the other branches
    wrote in the first, and the branch that arrives last overwrites the new ones with them.
    """

    rewrites: frozenset[str] = frozenset()  # set by SpecSet, which sees the called models

    def copy_data(self, my_task: Any, subworkflow: Any) -> None:
        start = subworkflow.task_tree
        start.data = {name: word for name, word in my_task.data.items() if name not in self.rewrites}


class _Catch(SpiffIntermediateCatchEventParser):
    def parse_timer_event(self, event: Node) -> Timer:
        return _timer(self.node, event)

    def parse_message_event(self, message_event: Node) -> Message:
        return Message(super().parse_message_event(message_event).name, None)


class _Boundary(SpiffBoundaryEventParser):
    def parse_timer_event(self, event: Node) -> Timer:
        return _timer(self.node, event)

    def parse_message_event(self, message_event: Node) -> Message:
        return Message(super().parse_message_event(message_event).name, self.node.get("attachedToRef"))


def _timer(node: Node, event: Node) -> Timer:
    dates = find(event, "./bpmn:timeDate")
    if not dates or not (dates[0].text or "").strip():
        raise ModelError(node.get("id"), "chỉ cho phép mốc chờ theo ngày: timeDate với due(…)")
    return Timer(node.get("id"), dates[0].text.strip())


class _Table:
    """What the library calls when a business rule task runs."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision

    def result(self, my_task: Any) -> dict[str, str]:
        return self.decision.decide(my_task.data)


class _ProcessParser(SpiffProcessParser):
    def get_node_by_id(self, node_id: str) -> Node:
        """The flow node of this id; the library would also take the operator in it that bears the same."""
        nodes = find(self.node, f'.//bpmn:*[@id="{node_id}"]')
        return nodes[0] if nodes else None


class _Parser(SpiffBpmnParser):
    PROCESS_PARSER_CLASS = _ProcessParser
    OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012  (the library reads it from the class)
        **SpiffBpmnParser.OVERRIDE_PARSER_CLASSES,
        full_tag("callActivity"): (CallActivityParser, Stage),
        full_tag("serviceTask"): (ServiceTaskParser, Verb),
        full_tag("intermediateCatchEvent"): (_Catch, IntermediateCatchEvent),
        full_tag("boundaryEvent"): (_Boundary, BoundaryEvent),
    }

    def __init__(self, decisions: Mapping[str, Decision]) -> None:
        super().__init__()
        self.decisions = decisions

    def get_engine(self, decision_ref: str, node: Node) -> _Table:
        if decision_ref not in self.decisions:
            raise ModelError(node.get("id"), f"không có bảng quyết định “{decision_ref}”")
        return _Table(self.decisions[decision_ref])


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
        self.loops = [task for spec in self.specs.values() for task in _loops(spec)]
        self.children = frozenset(task.task_spec for task in self.loops)

    @classmethod
    def parse(cls, files: Mapping[str, bytes], key: str, *, forget: bool = True) -> "SpecSet":
        """Parse the models of one set; `key` is the process a case of this kind starts with.

        `forget=False` lets a stage keep the words of its earlier rounds, as the library does: for comparison.
        """
        roots = {name: parse_xml(files[name], name) for name in sorted(files)}
        decisions = {d.id: d for d in _decisions(roots)}
        parser = _Parser(decisions)
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
            for loop in _loops(spec):
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


def _loops(spec: Any) -> list[Any]:
    return [task for task in spec.task_specs.values() if isinstance(task, LoopTask)]


def item_name(task: Any) -> str:
    """The name under which each child of a multi-instance task finds its item; ModelError for other loops."""
    plain = isinstance(task, ParallelMultiInstanceTask) and not (task.condition or task.data_output)
    if not plain or not isinstance(task.data_input, TaskDataReference) or task.input_item is None:
        raise ModelError(task.name, "chỉ cho phép lặp song song theo loopDataInputRef và inputDataItem")
    return str(task.input_item.bpmn_id)


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
