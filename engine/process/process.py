"""One running case in memory: start or load it, take one step, read what is open, save it again.

Nothing here knows the database, the clock or the organisation: services, dates and `now` are given.
"""

# mypy: allow-untyped-calls

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Self

from SpiffWorkflow.bpmn.specs.mixins.events.end_event import EndEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.util.task import TaskState

from engine.errors import Conflict, Failure, ModelError, Text
from engine.process import settling, tree
from engine.process.library import Message, Stage, Timer, item_name
from engine.process.settling import NEVER, Engine, Functions
from engine.process.specs import SpecSet
from engine.process.state import decode, encode, encode_ended, unpack
from engine.process.workflow import CaseWorkflow, begin
from engine.time import start_of

LONGEST_STEP = 400  # flow nodes passed in one step; an honest step passes some 30


@dataclass(frozen=True)
class OpenItem:
    """What a case waits for: a task of somebody, a day, or a message it would take."""

    kind: Literal["task", "timer", "message"]
    engine_id: int  # unique in the case, never used again
    element: str
    process: str
    lane: str | None
    item: int | None
    due: datetime | None


class Process:
    """A case's process. After an exception the object is spoilt: drop it, the saved state is as it was.

    `now` in the verbs decides which timers count as come; without it no timer fires.
    """

    def __init__(self, specs: SpecSet, workflow: Any, engine: Engine) -> None:
        self.specs = specs
        self.trail: list[str] = []  # elements passed in this step, in order
        self.flows: list[tuple[str, str]] = []  # sequence flows passed in this step, as (from, to)
        self._workflow = workflow
        self._engine = engine
        self._ids: dict[Any, int] = {}  # engine ids of the open tasks
        self._next = 1
        self._known: set[Any] = set()  # tasks that stood before this step
        self._last_end: str | None = None
        self._ended: str | None = None
        self._last_words: dict[str, Any] = {}

    # --- beginning -------------------------------------------------------------------------------

    @classmethod
    def start(cls, specs: SpecSet, functions: Functions, now: datetime = NEVER) -> Self:
        """A new case, run to its first open items."""
        engine = Engine(functions, now)
        process = cls(specs, CaseWorkflow(specs.top, specs.called, engine), engine)
        process._run(lambda: begin(process._workflow))
        process._settle()
        return process

    @classmethod
    def load(cls, state: bytes, specs: SpecSet, functions: Functions) -> Self:
        """A case from its saved state; ModelError if the state is of other models or another format."""
        engine = Engine(functions)
        next_id, ended, last_words, written = unpack(state, specs)
        if ended is not None:
            process = cls(specs, None, engine)
            process._ended, process._last_words, process._next = ended, last_words, next_id
            return process
        workflow, ids = decode(written, specs, engine)
        process = cls(specs, workflow, engine)
        process._ids, process._next = ids, next_id
        return process

    # --- one step --------------------------------------------------------------------------------

    def complete(self, engine_id: int, outcome: str | None = None, now: datetime = NEVER) -> None:
        """Complete an open user task with its word. Conflict if it is not open (any more)."""
        task = self._find(engine_id)
        if task is None or task._state != TaskState.READY or not task.task_spec.manual:
            raise Conflict(Text("Việc này đã được làm xong hoặc không còn chờ nữa. Hãy tải lại trang."))
        self._begin(now)
        if task.triggered:
            # Left in, the item would be merged into the outer data, and a second round would refuse to start.
            task.data.pop(item_name(task.parent.task_spec), None)
        if outcome is not None:
            task.data[task.task_spec.bpmn_id] = outcome
        self._run(lambda: settling.run(task, self._passed))
        self._settle()

    def send(self, message: str, word: str, now: datetime = NEVER) -> bool:
        """Give a message to the case; False, and nothing changes, if it does not wait for it."""
        waiting = [
            task for task in self._catching(Message) if task.task_spec.event_definition.name == message
        ]
        if not waiting:
            return False
        self._begin(now)
        event = BpmnEvent(waiting[0].task_spec.event_definition, payload=word)
        self._run(lambda: self._workflow.send_event(event))
        self._settle()
        return True

    def fire(self, engine_id: int, now: datetime) -> bool:
        """Let a waiting timer fire; False and no change if its day has not come. Conflict if none waits."""
        task = self._timer(engine_id)
        if start_of(task.internal_data["event_value"]) > now:
            return False
        self._begin(now)
        self._run(lambda: task.task_spec._update(task))
        self._settle()
        return True

    def reschedule(self, engine_id: int, when: date) -> None:
        """Give a waiting timer another day. It does not fire by that alone. Conflict if none waits."""
        self._timer(engine_id).internal_data["event_value"] = when

    # --- reading ---------------------------------------------------------------------------------

    def open_items(self) -> list[OpenItem]:
        """Everything the case waits for, in the order of the engine ids."""
        if self._ended is not None:
            return []
        items = [self._item(task, self._ids[task.id]) for task in self._tasks() if task.id in self._ids]
        return sorted(items, key=lambda item: item.engine_id)

    def state(self) -> bytes:
        """The case as bytes, to be read with the same models."""
        if self._ended is not None:
            return encode_ended(self.specs, self._next, self._ended, self._last_words)
        return encode(self._workflow, self.specs, self._ids, self._next)

    def words(self) -> dict[str, Any]:
        """All words of the case as its open branches see them; lists of ids as lists."""
        if self._ended is not None:
            return tree.plain(self._last_words)
        words: dict[str, Any] = {}
        for task in tree.speaking(self._workflow):
            words.update(task.data)
        for loop in self.specs.loops:
            words.pop(item_name(loop), None)
        return tree.plain(words)

    def words_at(self, engine_id: int) -> dict[str, Any]:
        """The words as one open item sees them, in its own branch."""
        task = self._find(engine_id)
        hidden = {item_name(task.parent.task_spec)} if task.triggered else set()
        return tree.plain({name: word for name, word in task.data.items() if name not in hidden})

    def stage(self) -> str | None:
        """The call activity of the case's own process in which the token stands; None outside of any."""
        if self._ended is not None:
            return None
        for task in list(self._workflow.tasks.values()):
            if task._state == TaskState.STARTED and isinstance(task.task_spec, Stage):
                return str(task.task_spec.bpmn_id)
        return None

    def ended_at(self) -> str | None:
        """The id of the end event that closed the case; None while it runs."""
        return self._ended

    # --- inside ----------------------------------------------------------------------------------

    def _begin(self, now: datetime) -> None:
        self._engine.now = now
        self.trail = []
        self._known = {task.id for task in self._tasks() if task._state > TaskState.FUTURE}

    def _run(self, step: Callable[[], Any]) -> None:
        try:
            step()
        except SpiffWorkflowException as error:
            cause = error.__cause__ or error.__context__
            if isinstance(cause, Failure):
                raise cause from error
            spec = getattr(error, "task_spec", None)
            raise ModelError(getattr(spec, "bpmn_id", None), str(error)) from error

    def _settle(self) -> None:
        """Run until only people, days and messages can move the case, and number what is newly open."""
        self._run(lambda: settling.settle(self._workflow, self._engine, self._passed))
        new = [t for t in self._tasks() if t._state > TaskState.FUTURE and t.id not in self._known]
        self.flows = tree.flows_into(new)
        if self._workflow.completed:
            self._ended = self._last_end
            self._last_words = dict(self._workflow.data)
            self._ids = {}
            return
        live = [task for task in self._tasks() if tree.is_open(task)]
        ids = {task.id: self._ids[task.id] for task in live if task.id in self._ids}
        for task in sorted((task for task in live if task.id not in ids), key=self._place):
            ids[task.id] = self._next
            self._next += 1
        self._ids = ids

    def _passed(self, task: Any) -> None:
        element = getattr(task.task_spec, "bpmn_id", None)
        if element is None or (isinstance(task.task_spec, LoopTask) and task._children):
            return  # nothing drawn, or a multi-instance whose children were named one by one
        self.trail.append(str(element))
        if len(self.trail) > LONGEST_STEP:
            raise ModelError(str(element), "quy trình chạy vòng mãi không dừng")
        if isinstance(task.task_spec, EndEvent) and task.workflow is self._workflow:
            self._last_end = str(element)

    def _tasks(self) -> Iterator[Any]:
        """Every task of the case: those of its own process, then those of its sub-processes."""
        return tree.tasks_of(self._workflow) if self._ended is None else iter(())

    def _catching(self, kind: type) -> list[Any]:
        if self._ended is not None:
            return []
        waiting = self._workflow.event_manager.tasks.values()
        return [task for task in waiting if isinstance(task.task_spec.event_definition, kind)]

    def _find(self, engine_id: int) -> Any:
        return next((task for task in self._tasks() if self._ids.get(task.id) == engine_id), None)

    def _timer(self, engine_id: int) -> Any:
        for task in self._catching(Timer):
            if self._ids.get(task.id) == engine_id:
                return task
        raise Conflict(Text("Mốc thời gian này không còn chờ nữa."))

    def _place(self, task: Any) -> tuple[int, str, int]:
        """An order of newly open tasks that does not depend on how the library happened to build its tree."""
        process = self.specs.processes.index(task.workflow.spec.name)
        return process, str(task.task_spec.bpmn_id), tree.item_of(task) or 0

    def _item(self, task: Any, engine_id: int) -> OpenItem:
        element = str(task.task_spec.bpmn_id)
        day = task.internal_data.get("event_value")
        return OpenItem(
            tree.kind_of(task),
            engine_id,
            element,
            task.workflow.spec.name,
            self.specs.elements[element].lane,
            tree.item_of(task),
            start_of(day) if day is not None else None,
        )
