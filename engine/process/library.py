"""How SpiffWorkflow reads BPMN here: our few departures, as subclasses given to its parser, never as patches.

Timers ask our own clock, a service writes one word under its own name, decision tables are ours, and a stage
forgets the words of its earlier rounds when it is entered again.
"""

# mypy: allow-untyped-calls

import logging
from collections.abc import Mapping
from datetime import date
from typing import Any

from SpiffWorkflow.bpmn.parser.util import full_tag
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
from engine.models.xml import Node, find
from engine.process.decisions import Decision

# The library formats what it would log even where nothing is logged; at least it shall not log as well.
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

    def update_data(self, my_task: Any, subworkflow: Any) -> None:
        my_task.data = dict(subworkflow.last_task.data)


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


class ModelParser(SpiffBpmnParser):
    """The library's parser with our subclasses in their places, and our decision tables."""

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


def loops_of(spec: Any) -> list[Any]:
    return [task for task in spec.task_specs.values() if isinstance(task, LoopTask)]


def item_name(task: Any) -> str:
    """The name under which each child of a multi-instance task finds its item; ModelError for other loops."""
    plain = isinstance(task, ParallelMultiInstanceTask) and not (task.condition or task.data_output)
    if not plain or not isinstance(task.data_input, TaskDataReference) or task.input_item is None:
        raise ModelError(task.name, "chỉ cho phép lặp song song theo loopDataInputRef và inputDataItem")
    return str(task.input_item.bpmn_id)
