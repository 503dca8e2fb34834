"""Runs a case again from its journal alone: no table of the domain is asked, no verb runs.

The journal keeps every move and every answer of services and timers; a test compares what comes out with the
case as it stands.
"""

from collections import deque
from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from engine.errors import ModelError, NotFound
from engine.journal import entries
from engine.models.store import model_of, specs_of
from engine.process import Functions, OpenItem, Process, SpecSet
from engine.transactions import Transaction


def replay(tx: Transaction, case_id: int) -> list[OpenItem]:
    """What a case waits for, by its journal alone."""
    return replay_process(tx, case_id).open_items()


def replay_process(tx: Transaction, case_id: int) -> Process:
    """The process of a case as its journal tells it: open items, words, stage, end."""
    moves = [row for row in entries(tx, case_id) if row.inputs]
    if not moves:
        raise NotFound
    told = _Told()
    specs = specs_of(tx, model_of(tx, moves[0].inputs["start"]))
    process: Process | None = None
    for row in moves:
        told.expect(row.inputs)
        process = _move(process, specs, told, row)
        told.check(row)
    return cast(Process, process)


def _move(process: Process | None, specs: SpecSet, told: "_Told", row: Any) -> Process:
    move, now = row.inputs, row.recorded_at
    if process is None:
        return Process.start(specs, Functions(service=told.service, due=told.due), now)
    if "complete" in move:
        process.complete(move["complete"], move["outcome"], now)
    elif "send" in move:
        process.send(move["send"], move["word"], now)
    elif "fire" in move:
        process.fire(move["fire"], now)
    else:
        for engine_id, day in move["reschedule"]:
            process.reschedule(engine_id, date.fromisoformat(day))
    return process


class _Told:
    """Answers services and timers with what the journal says they answered, in the same order."""

    def __init__(self) -> None:
        self.answers: deque[list[Any]] = deque()

    def expect(self, move: Mapping[str, Any]) -> None:
        self.answers.extend(move.get("answers", ()))

    def service(self, name: str) -> str | list[int]:
        answer: str | list[int] = self._next("service", name)
        return answer

    def due(self, name: str) -> date:
        return date.fromisoformat(self._next("due", name))

    def check(self, row: Any) -> None:
        if self.answers:
            raise ModelError(
                row.element, f"nhật ký số {row.seq} còn câu trả lời chưa dùng: {self.answers[0]}"
            )

    def _next(self, kind: str, name: str) -> Any:
        answer = self.answers.popleft() if self.answers else None
        if answer is None or answer[:2] != [kind, name]:
            raise ModelError(name, f"nhật ký ghi {answer}, quy trình lại hỏi {kind} {name}")
        return answer[2]
