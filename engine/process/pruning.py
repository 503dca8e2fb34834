"""Forgetting: the finished tasks of a case that nothing can ask for any more are taken out of its tree.

Without this a loop grows the tree until the library no longer finds its tasks, after some 250 rounds.
"""

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.util.task import TaskState

PREDICTED = TaskState.MAYBE | TaskState.LIKELY | TaskState.FUTURE
OPEN = TaskState.WAITING | TaskState.READY | TaskState.STARTED
LIVE = OPEN | TaskState.ERROR
ARRIVED = TaskState.COMPLETED | TaskState.CANCELLED


def prune(workflow: Any) -> None:
    """Drop the finished history that the engine cannot ask for any more, sub-processes included."""
    _prune_one(workflow)
    running = workflow.subprocesses
    for caller, sub in list(running.items()):
        known = any(caller in other.tasks for other in (workflow, *running.values()) if other is not sub)
        if sub.completed or not known:
            del running[caller]
    for sub in running.values():
        _prune_one(sub)


def _prune_one(workflow: Any) -> None:
    if workflow.completed:
        return
    tasks = workflow.tasks
    root = workflow.task_tree
    keep = _needed(tasks)
    keep.add(root.id)
    root._children = _splice(tasks, keep, root, root.id)
    reached, stack = set(), [root.id]
    while stack:
        reached.add(here := stack.pop())
        stack.extend(tasks[here]._children)
    for gone in [id for id in tasks if id not in reached]:
        del tasks[gone]
    if workflow.last_task is not None and workflow.last_task.id not in tasks:
        workflow.last_task = None


def _needed(tasks: Mapping[Any, Any]) -> set[Any]:
    """The tasks that are live, or that a live one will still look at."""
    joining = {
        task.task_spec
        for task in tasks.values()
        if task._state & OPEN and isinstance(task.task_spec, UnstructuredJoin)
    }
    splits = {
        task.task_spec.split_task
        for task in tasks.values()
        if task._state & LIVE and getattr(task.task_spec, "split_task", None)
    }
    keep: set[Any] = set()
    for task in tasks.values():
        if task._state & LIVE:
            keep.add(task.id)
            if not task._state & TaskState.READY and task._parent is not None:
                keep.add(task._parent)  # a waiting task inherits its data from the parent again
            if isinstance(task.task_spec, LoopTask):
                keep.update(task._children)  # counted when the next child is done
        elif task._state & ARRIVED and task.task_spec in joining:
            keep.update((task.id, task._parent))  # an arrival at a join that has not fired yet
        elif isinstance(task.task_spec, BoundaryEventSplit) and (
            task.task_spec.name in splits or any(tasks[child]._state & LIVE for child in task._children)
        ):
            keep.update((task.id, *task._children))  # what a boundary event interrupts
    return keep


def _splice(tasks: Mapping[Any, Any], keep: set[Any], root: Any, anchor: Any) -> list[Any]:
    """The children of `root` once the tasks not kept are taken out and theirs moved up to `anchor`."""
    out: list[Any] = []
    for child in root._children:
        task = tasks[child]
        if task._state & PREDICTED:
            if root.id in keep:
                out.append(child)
        elif child in keep:
            task._children = _splice(tasks, keep, task, child)
            task._parent = anchor
            out.append(child)
        else:
            out.extend(_splice(tasks, keep, task, anchor))
    return out
