"""The library's tasks and workflows as we make them: numbered by the case, and silent.

The library gives each task a random id and, at every change of state, builds a log record that nobody reads;
and after each step it walks the whole tree for tasks that wait. By subclassing, a step costs half of that.
"""

# mypy: allow-untyped-calls

import time
from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState


class CaseTask(Task):
    """A task numbered by its case. `predicted` is False as long as a restored task lacks what follows it."""

    predicted = True

    def __init__(
        self, workflow: Any, task_spec: Any, parent: Any = None, state: int = TaskState.MAYBE
    ) -> None:
        super().__init__(workflow, task_spec, parent, state, id=workflow.top_workflow.next_number())

    def _add_child(self, task_spec: Any, state: int = TaskState.MAYBE) -> "CaseTask":
        task = CaseTask(self.workflow, task_spec, self, state)
        if state == TaskState.READY:
            task._ready()
        return task

    def _set_state(self, value: int) -> None:
        if value != self._state:
            self.last_state_change = time.time()
            self._state = value

    def _inherit_data(self) -> None:
        if self.data:
            super()._inherit_data()
        else:  # words and tuples of ids only: nothing in them can change, so nothing is copied
            self.data = dict(self.workflow.tasks[self._parent].data)


class CaseWorkflow(BpmnWorkflow):
    """The workflow of a case's own process. Made empty; `begin` puts the first task in."""

    def __init__(self, spec: Any, called: Mapping[str, Any], script_engine: Any) -> None:
        self._number = 0
        super().__init__(spec, called, script_engine=script_engine, deserializing=True)

    def next_number(self) -> int:
        """The next task's id: unique in the case as long as it is in memory."""
        self._number += 1
        return self._number

    def create_subprocess(self, my_task: Any, spec_name: str) -> "StageWorkflow":
        stage = StageWorkflow(self.subprocess_specs[spec_name], my_task, self)
        begin(stage)
        return stage

    def update_waiting_tasks(self) -> None:
        if not _update_the_waiting(self):
            super().update_waiting_tasks()


class StageWorkflow(BpmnSubWorkflow):
    """The workflow of a called process, known to its case under the id of the calling task."""

    def __init__(self, spec: Any, caller: Any, top: CaseWorkflow) -> None:
        self._depth: int = caller.workflow.depth + 1
        super().__init__(spec, caller.id, top, deserializing=True)
        top.subprocesses[caller.id] = self

    def _calculate_depth(self) -> int:
        return self._depth

    def update_waiting_tasks(self) -> None:
        if not _update_the_waiting(self):
            super().update_waiting_tasks()


def begin(workflow: Any) -> None:
    """Put the first task into an empty workflow."""
    root = CaseTask(workflow, workflow.spec.start, None, TaskState.FUTURE)
    workflow.task_tree = root
    root.task_spec._predict(root, mask=TaskState.NOT_FINISHED_MASK)
    root._ready()


def _update_the_waiting(workflow: Any) -> bool:
    """Update the one waiting task, if there is one. False where several wait: their order is the tree's."""
    waiting = [task for task in workflow.tasks.values() if task._state == TaskState.WAITING]
    if len(waiting) > 1:
        return False
    for task in waiting:
        task.task_spec._update(task)
    return True
