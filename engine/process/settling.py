"""Running a case until only people, days and messages can move it."""

# mypy: allow-untyped-calls

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.errors import ModelError
from engine.process.expressions import Forbidden, read
from engine.process.library import Timer
from engine.time import start_of

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Functions:
    """What the models may ask: `service(name)` runs a verb, `due(name)` says when a timer may first fire."""

    service: Callable[[str], str | list[int]]
    due: Callable[[str], date]


@dataclass
class Engine:
    """What the library calls a script engine: here it evaluates words, and runs nothing."""

    functions: Functions
    now: datetime = NEVER
    named: dict[str, Callable[..., Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.named = {"due": self.functions.due}

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        try:
            return read(expression).evaluate(task.data, self.named)
        except Forbidden as error:
            raise ModelError(task.task_spec.bpmn_id, str(error)) from error

    def reached(self, day: date) -> bool:
        return start_of(day) <= self.now

    def serve(self, element: str, name: str) -> str | tuple[int, ...]:
        result = self.functions.service(name)
        if isinstance(result, str):
            return result
        if isinstance(result, list) and all(type(id) is int for id in result):
            return tuple(result)
        raise ModelError(element, "dịch vụ phải trả về một từ hoặc một danh sách số hiệu")


Passed = Callable[[Any], None]  # told each task that was run


def settle(workflow: Any, engine: Engine, passed: Passed) -> None:
    """As the library's `do_engine_steps`, in the same order; but what a timer opens is run as well, which
    that leaves standing, and ready tasks are found without walking the whole tree each time."""
    while _run_ready(workflow, passed) or _fire_timers(workflow, engine):
        pass


def run(task: Any, passed: Passed) -> None:
    """Run one task. What follows a restored task is predicted only now: the state does not keep it."""
    if not task.predicted:
        task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)
        task.predicted = True
    task.run()
    passed(task)


def _run_ready(workflow: Any, passed: Passed) -> bool:
    """Run what is ready, the innermost sub-processes first; False if nothing was."""
    found = False
    for sub in sorted(workflow.get_active_subprocesses(), key=lambda sub: -sub.depth):
        while ready := _ready(sub):
            found = True
            for task in ready:
                run(task, passed)
        if sub.completed:
            caller = workflow.get_task_from_id(sub.parent_task_id)
            caller.task_spec._update(caller)
    for task in _ready(workflow):
        found = True
        run(task, passed)
    return found


def _ready(workflow: Any) -> list[Any]:
    """The tasks of a workflow that the engine can run; several in the order of the tree."""
    ready = [t for t in workflow.tasks.values() if t._state == TaskState.READY and not t.task_spec.manual]
    if len(ready) > 1:
        tree = {task.id: place for place, task in enumerate(workflow.get_tasks(state=TaskState.READY))}
        ready.sort(key=lambda task: tree[task.id])
    return ready


def _fire_timers(workflow: Any, engine: Engine) -> bool:
    waiting = [
        t for t in workflow.event_manager.tasks.values() if isinstance(t.task_spec.event_definition, Timer)
    ]
    due = [task for task in waiting if engine.reached(task.internal_data["event_value"])]
    for task in due:
        task.task_spec._update(task)
    return bool(due)
