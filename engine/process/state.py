"""The state of a case as a few hundred bytes, format 1.

Not in it: the models, what the library merely predicts (it predicts again in time), and finished history that
can no longer matter. What remains is a tree of rows in msgpack, each with only the words its parent lacks:

    [1, first bytes of the models' sha256, next engine id, ended at, words at the end, [workflow …]]
    workflow = [calling workflow, calling row, process, [row …]]
    row      = [parent row, task spec, state, engine id, words, names gone, day of timer, rank of arrival]

Trailing empty fields are left out. Positions refer to the sorted tables of SpecSet, so a state is read with
the very models it was written with. No private data is ever in it: only words, and the ids of requests.
"""

# mypy: allow-untyped-calls

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.util.task import TaskState

from engine.errors import ModelError
from engine.process.pruning import ARRIVED, PREDICTED, prune
from engine.process.specs import SpecSet
from engine.process.workflow import CaseTask, CaseWorkflow, StageWorkflow

FORMAT = 1
NO_ROW = [0, 0, 0, 0, {}, [], 0, 0]

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder()


# --- writing ------------------------------------------------------------------------------------


class _Writer:
    def __init__(self, specs: SpecSet, engine_ids: Mapping[Any, int]) -> None:
        self.specs = specs
        self.engine_ids = engine_ids

    def difference(
        self, data: Mapping[str, Any], above: Mapping[str, Any]
    ) -> tuple[dict[Any, Any], list[Any]]:
        """The words that stand here and not above, and the names that stand only above."""
        if data == above:
            return {}, []
        index = self.specs.word_index
        new = {index.get(name, name): word for name, word in data.items() if above.get(name) != word}
        return new, [index.get(name, name) for name in above if name not in data]

    def rows(self, workflow: Any, outer: Mapping[str, Any]) -> tuple[list[Any], dict[Any, int]]:
        """The rows of one workflow and the row of each task; `outer` is the data of the calling task."""
        index = self.specs.task_index[workflow.spec.name]
        rows: list[Any] = []
        places: dict[Any, int] = {}
        ranks = _ranks(workflow.tasks)
        stack = [(workflow.task_tree.id, -1, outer)]
        while stack:
            id, parent, above = stack.pop()
            task = workflow.tasks[id]
            if task._state & PREDICTED:
                continue
            places[id] = here = len(rows)
            rows.append(self._row(task, parent, above, index[task.task_spec.name], ranks.get(id, 0)))
            stack.extend((child, here, task.data) for child in reversed(task._children))
        return rows, places

    def _row(self, task: Any, parent: int, above: Mapping[str, Any], spec: int, rank: int) -> list[Any]:
        new, gone = self.difference(task.data, above)
        day = task.internal_data.get("event_value")
        row = [
            parent,
            spec,
            task._state.bit_length() - 1,
            self.engine_ids.get(task.id, 0),
            new,
            gone,
            day.toordinal() if day is not None else 0,
            rank,
        ]
        while len(row) > 3 and not row[-1]:
            row.pop()
        return row


def _ranks(tasks: Mapping[Any, Any]) -> dict[Any, int]:
    """A join merges its arrivals in the order of time: all that is kept of the time is that order."""
    arrivals = [
        task
        for task in tasks.values()
        if task._state & ARRIVED and isinstance(task.task_spec, UnstructuredJoin)
    ]
    arrivals.sort(key=lambda task: task.last_state_change)
    return {task.id: rank for rank, task in enumerate(arrivals, start=1)}


def encode(workflow: Any, specs: SpecSet, engine_ids: Mapping[Any, int], next_id: int) -> bytes:
    """The state of a running case; it is pruned in passing."""
    prune(workflow)
    writer = _Writer(specs, engine_ids)
    rows, places = writer.rows(workflow, {})
    written = [[0, 0, specs.processes.index(workflow.spec.name), rows]]
    known = [(workflow, places)]
    for caller, (outer, outer_places) in enumerate(known):
        for sub in workflow.subprocesses.values():
            if sub.parent_task_id in outer_places:
                task = outer.tasks[sub.parent_task_id]
                rows, places = writer.rows(sub, task.data)
                process = specs.processes.index(sub.spec.name)
                written.append([caller, outer_places[task.id], process, rows])
                known.append((sub, places))
    return _encoder.encode([FORMAT, specs.mark, next_id, None, None, written])


def encode_ended(specs: SpecSet, next_id: int, ended_at: str, words: Mapping[str, Any]) -> bytes:
    """The state of a case that has reached its end: where, and its last words."""
    return _encoder.encode([FORMAT, specs.mark, next_id, ended_at, dict(words), []])


# --- reading ------------------------------------------------------------------------------------


class _Reader:
    def __init__(self, specs: SpecSet, workflow: Any) -> None:
        self.specs = specs
        self.top = workflow
        self.engine_ids: dict[Any, int] = {}

    def name(self, key: int | str) -> str:
        return self.specs.words[key] if isinstance(key, int) else key

    def words(self, packed: Mapping[int | str, Any]) -> dict[str, Any]:
        return {
            self.name(key): tuple(word) if isinstance(word, list) else word for key, word in packed.items()
        }

    def restore(self, workflow: Any, rows: list[list[Any]], outer: Mapping[str, Any]) -> list[Any]:
        names = self.specs.tasks[workflow.spec.name]
        tasks: list[Any] = []
        for short in rows:
            parent, spec, state, engine_id, words, gone, day, rank = short + NO_ROW[len(short) :]
            above = tasks[parent] if parent >= 0 else None
            task = self._task(workflow, workflow.spec.task_specs[names[spec]], 1 << state, above)
            data = dict(above.data if above is not None else outer)
            for key in gone:
                data.pop(self.name(key), None)
            if words:
                data.update(self.words(words))
            task.data = data
            task.last_state_change = rank
            if day:
                task.internal_data["event_value"] = date.fromordinal(day)
            if engine_id:
                self.engine_ids[task.id] = engine_id
            tasks.append(task)
        workflow.task_tree = tasks[0]
        return tasks

    def _task(self, workflow: Any, spec: Any, state: int, above: Any) -> Any:
        """A task as it was, made without a constructor: that would tell the parent and the workflow."""
        task: Any = CaseTask.__new__(CaseTask)
        task.id = self.top.next_number()
        task.predicted = False
        task.workflow = workflow
        task.task_spec = spec
        task.thread_id = 0
        task._state = state
        task._children = []
        task._parent = None
        task.triggered = spec.name in self.specs.children
        task.internal_data = {"merged": []} if isinstance(spec, LoopTask) else {}
        if above is not None:
            task._parent = above.id
            above._children.append(task.id)
        workflow.tasks[task.id] = task
        if state == TaskState.WAITING and isinstance(spec, CatchingEvent):
            self.top.event_manager.add_task(task)
        return task

    def subprocess(self, caller: Any, process: str) -> Any:
        sub: Any = StageWorkflow(self.specs.specs[process], caller, self.top)
        if isinstance(caller.task_spec, SubWorkflowTask):
            sub.completed_event.connect(caller.task_spec._on_subworkflow_completed, caller)
        return sub


def unpack(state: bytes, specs: SpecSet) -> list[Any]:
    """The fields after format and mark; ModelError if the state is of another format or of other models."""
    try:
        fields = _decoder.decode(state)
    except msgspec.DecodeError as error:
        raise ModelError(specs.key, "trạng thái hồ sơ bị hỏng") from error
    if not isinstance(fields, list) or not fields or fields[0] != FORMAT:
        raise ModelError(specs.key, "trạng thái hồ sơ thuộc phiên bản phần mềm khác")
    if fields[1] != specs.mark:
        raise ModelError(specs.key, "trạng thái hồ sơ thuộc phiên bản mô hình khác")
    return fields[2:]


def decode(written: list[Any], specs: SpecSet, script_engine: Any) -> tuple[Any, dict[Any, int]]:
    """The workflow of a running case and the engine id of each open task. What follows the tasks is not yet
    predicted: that is done for each before it runs."""
    workflow = CaseWorkflow(specs.top, specs.called, script_engine)
    reader = _Reader(specs, workflow)
    known: list[list[Any]] = []
    for caller, row, process, rows in written:
        if not known:
            known.append(reader.restore(workflow, rows, {}))
            continue
        task = known[caller][row]
        known.append(reader.restore(reader.subprocess(task, specs.processes[process]), rows, task.data))
    return workflow, reader.engine_ids
