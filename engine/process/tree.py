"""Reading the library's task tree: what is open, which words hold, which flows were passed."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.util.task import TaskState

from engine.process.library import Message, Timer, item_name
from engine.process.pruning import ARRIVED, LIVE


def tasks_of(workflow: Any) -> Iterator[Any]:
    """Every task of the case: those of its own process, then those of its sub-processes."""
    for each in (workflow, *workflow.subprocesses.values()):
        yield from each.tasks.values()


def is_open(task: Any) -> bool:
    """Whether somebody, a day or a message can move it. An error is thrown from inside: nobody's to send."""
    if task._state == TaskState.READY:
        return bool(task.task_spec.manual)
    awaited = getattr(task.task_spec, "event_definition", None)
    return bool(task._state == TaskState.WAITING and isinstance(awaited, Timer | Message))


def kind_of(task: Any) -> Literal["task", "timer", "message"]:
    definition = getattr(task.task_spec, "event_definition", None)
    if definition is None:
        return "task"
    return "timer" if isinstance(definition, Timer) else "message"


def item_of(task: Any) -> int | None:
    """The item of a child of a multi-instance task."""
    if not task.triggered:
        return None
    item = task.data.get(item_name(task.parent.task_spec))
    return item if isinstance(item, int) else None


def element_before(task: Any) -> str | None:
    """The drawn element from which the token came."""
    before = task.parent
    while before is not None and getattr(before.task_spec, "bpmn_id", None) is None:
        before = before.parent
    return str(before.task_spec.bpmn_id) if before is not None else None


def flows_into(tasks: list[Any]) -> list[tuple[str, str]]:
    """The sequence flows that led to these tasks, as (from, to)."""
    arrived = [(element_before(task), str(task.task_spec.bpmn_id)) for task in tasks if _on_a_flow(task)]
    return [(before, after) for before, after in arrived if before is not None]


def _on_a_flow(task: Any) -> bool:
    """Whether a sequence flow leads here: not to boundary events, nor to the children of a multi-instance."""
    visible = getattr(task.task_spec, "bpmn_id", None) is not None
    return visible and not task.triggered and not isinstance(task.task_spec, BoundaryEvent)


def speaking(workflow: Any) -> Iterator[Any]:
    """The tasks whose data are the words of the moment: of each branch the one that was written last."""
    called = workflow.subprocesses
    for each in (workflow, *called.values()):
        live = [task for task in each.tasks.values() if task._state & LIVE]
        joining = {task.task_spec for task in live if isinstance(task.task_spec, UnstructuredJoin)}
        for task in each.tasks.values():
            if task.task_spec in joining and task._state & (ARRIVED | TaskState.WAITING):
                yield task.parent  # the library gives a join its data only when it fires
        for task in live:
            if task.id not in called and not isinstance(task.task_spec, BoundaryEvent):
                yield task


def plain(words: Mapping[str, Any]) -> dict[str, Any]:
    """The words as others may keep them, lists of ids as lists."""
    return {name: list(word) if isinstance(word, tuple | list) else word for name, word in words.items()}
