"""The plain way: SpiffWorkflow as it comes, saved with its own JSON serializer in one SQLite row.

What `make bench` measures our engine against, and what the random walks compare it with. The library's
parser, script engine, gateways, decision tables and serializer are untouched; the words are written alike.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Self

from lxml import etree
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
from SpiffWorkflow.bpmn.serializer.workflow import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimeDateEventDefinition
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState

PAST = "2000-01-01T00:00:00+00:00"
OPERATOR = re.compile(rb'(serviceTaskOperator id=")')
AWAITED = (TimeDateEventDefinition, MessageEventDefinition)

Item = tuple[str, str, str, int | None]  # kind, element, process, item of a multi-instance


BORDER = ".BoundaryEventSplit"  # the library's own name for what it puts before such an event


class Answers(PythonScriptEngine):  # type: ignore[misc]
    """Services and timers answered by functions. Words not yet written are None, as in our engine."""

    def __init__(
        self, service: Callable[[str], Any], due: Callable[[str], str], words: Iterable[str]
    ) -> None:
        super().__init__(TaskDataEnvironment({**dict.fromkeys(words), "due": due}))
        self.service = service

    def call_service(self, task: Any, **call: Any) -> str:
        return json.dumps(self.service(call["operation_name"].removeprefix("verb.")))


class PlainModels:
    """The specs of one kind of case, parsed by the library."""

    def __init__(self, files: Mapping[str, bytes], key: str) -> None:
        parser = SpiffBpmnParser()
        for name, content in sorted(files.items()):
            if name.endswith(".dmn"):
                parser.add_dmn_str(content, name)
            else:
                # The library takes an operator for the task itself when both bear the same id.
                parser.add_bpmn_xml(etree.fromstring(OPERATOR.sub(rb"\1verb.", content)), name)
        self.spec = parser.get_spec(key)
        self.called = parser.get_subprocess_specs(key)
        self.serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(SPIFF_CONFIG))


class Plain:
    """One case the plain way."""

    def __init__(self, models: PlainModels, workflow: Any) -> None:
        self.models = models
        self.workflow = workflow

    @classmethod
    def start(cls, models: PlainModels, answers: Answers) -> Self:
        case = cls(models, BpmnWorkflow(models.spec, models.called, script_engine=answers))
        case.settle()
        return case

    @classmethod
    def load(cls, text: str, models: PlainModels, answers: Answers) -> Self:
        workflow = models.serializer.deserialize_json(text)
        workflow.script_engine = answers
        return cls(models, workflow)

    def dump(self) -> str:
        return str(self.models.serializer.serialize_json(self.workflow))

    def settle(self) -> None:
        self.workflow.do_engine_steps()
        while any(not task.task_spec.manual for task in self.workflow.get_tasks(state=TaskState.READY)):
            self.workflow.do_engine_steps()

    def complete(self, element: str, outcome: str, item: int | None = None) -> None:
        ready = (task for task in self._open() if task.state == TaskState.READY)
        task = next(t for t in ready if t.task_spec.bpmn_id == element and t.data.get("item") == item)
        if task.triggered:
            task.data.pop("item")  # else it is merged into the outer data, and a second round cannot start
        task.data[element] = outcome
        task.run()
        self.settle()

    def send(self, message: str, word: str) -> None:
        definition = MessageEventDefinition(message)
        waiting = [t for t in self._open() if getattr(t.task_spec, "event_definition", None) == definition]
        self.workflow.send_event(BpmnEvent(waiting[0].task_spec.event_definition, payload=word))
        for task in waiting:
            task.data[message] = word
            border = task.parent.task_spec.name
            if border.endswith(BORDER):  # one that interrupts also says what
                task.data[f"{message}_at"] = border.removesuffix(BORDER)
        self.settle()

    def fire(self, element: str) -> None:
        task = next(task for task in self._open() if task.task_spec.bpmn_id == element)
        task.internal_data["event_value"] = PAST
        self.workflow.refresh_timers()
        self.settle()

    def open_items(self) -> list[Item]:
        return sorted(map(self._item, self._open()), key=str)

    def words(self) -> dict[str, Any]:
        """The data of every open task, by what it is."""
        if self.workflow.completed:
            return dict(self.workflow.data)
        return {str(self._item(task)): _without_item(task.data) for task in self._open()}

    def _open(self) -> Iterator[Any]:
        for workflow in (self.workflow, *self.workflow.subprocesses.values()):
            for task in list(workflow.tasks.values()):
                event = getattr(task.task_spec, "event_definition", None)
                waits = task.state == TaskState.WAITING and isinstance(event, AWAITED)
                if waits or (task.state == TaskState.READY and task.task_spec.manual):
                    yield task

    def _item(self, task: Any) -> Item:
        definition = getattr(task.task_spec, "event_definition", None)
        timer = "event_value" in task.internal_data
        kind = "task" if definition is None else "timer" if timer else "message"
        item = task.data.get("item") if task.triggered else None
        return kind, task.task_spec.bpmn_id, task.workflow.spec.name, item


def _without_item(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: word for name, word in data.items() if name != "item"}


class Row:
    """One SQLite row that keeps the case's JSON, as an application around the library would."""

    def __init__(self, path: str) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "CREATE TABLE plain (id INTEGER PRIMARY KEY, state TEXT)"
        )
        self.connection.execute("INSERT INTO plain VALUES (1, '')")

    def write(self, text: str) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute("UPDATE plain SET state = ? WHERE id = 1", (text,))
        self.connection.execute("COMMIT")

    def read(self) -> str:
        return str(self.connection.execute("SELECT state FROM plain WHERE id = 1").fetchone()[0])
